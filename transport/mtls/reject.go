package mtls

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// Why a handshake ended that never came to a certificate.
var (
	errNotTLS        = errors.New("client does not speak TLS")
	errTLSProtocol   = errors.New("TLS handshake failed")
	errTLSTimeout    = errors.New("TLS handshake took too long")
	errHandshakeSize = errors.New("client sent too much before the end of the TLS handshake")
	errPeerClosed    = errors.New("client gave the TLS handshake up")
)

type notAuthorizedError struct {
	peer  did.DID
	cause error
}

func (e *notAuthorizedError) Error() string {
	return fmt.Sprintf("%v: %s: %v", ErrNotAuthorized, e.peer, e.cause)
}

func (e *notAuthorizedError) Unwrap() []error { return []error{ErrNotAuthorized, e.cause} }

// opLocalAlert is the Op of the net.OpError in which crypto/tls reports an alert it has sent.
const opLocalAlert = "local error"

// handshakeError wraps what ended a handshake in one of our errors.
func handshakeError(err error, cert clientCertificate, now time.Time) error {
	if Reason(err) != "" {
		return err // from VerifyConnection, GetConfigForClient or the connection
	}
	if invalid, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return Classify(invalid.Err, now)
	}
	if record, ok := errors.AsType[tls.RecordHeaderError](err); ok && record.Conn != nil {
		return fmt.Errorf("%w: %w", errNotTLS, err)
	}
	op, isOp := errors.AsType[*net.OpError](err)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", errTLSTimeout, err)
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed), errors.Is(err, context.Canceled), isOp && op.Op != opLocalAlert:
		return fmt.Errorf("%w: %w", errPeerClosed, err)
	case !isOp && cert == certificateMissing:
		return fmt.Errorf("%w: %w", ErrNoCertificate, err)
	case !isOp && cert == certificatePresent:
		// One that crypto/tls could not parse or would not touch.
		return fmt.Errorf("%w: %w", ErrBadCertificate, err)
	default:
		return fmt.Errorf("%w: %w", errTLSProtocol, err)
	}
}
