package peer

import (
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// Errors of a call, beside [*Refusal] and those of package mtls, of which
// [mtls.ErrPeerMismatch] is the one that says that somebody else answered.
var (
	// ErrAddress: the address is not one that may be called.
	ErrAddress = errors.New("not an address of an agent")
	// ErrUnreachable: no connection was made, or it broke before the answer.
	ErrUnreachable = errors.New("the peer cannot be reached")
	// ErrHandshakeRefused: the peer ended the TLS handshake, most likely
	// because of our certificate.
	ErrHandshakeRefused = errors.New("the peer refused the TLS handshake")
	// ErrTimeout: no answer came within the request timeout.
	ErrTimeout = errors.New("the peer did not answer in time")
	// ErrRedirect: the peer answered with a redirect. It is never followed: the
	// token would go along.
	ErrRedirect = errors.New("the peer redirects, which is not followed")
	// ErrCard: the peer's card is too large, malformed or of no use.
	ErrCard = errors.New("the peer's agent card cannot be used")
	// ErrCardMismatch: the card names another DID than the certificate, or
	// none. The error is a [*CardMismatchError].
	ErrCardMismatch = errors.New("the peer's agent card names another agent")
	// ErrCardSignature: the card was changed, or lost its signature, since the peer signed
	// it: the peer's DID document has a key for that.
	ErrCardSignature = errors.New("the peer's agent card is not as the peer signed it")
	// ErrCardKey: it could not be learnt which key the card has to be signed with. It
	// wraps the cause.
	ErrCardKey = errors.New("no word on the key of the peer's agent card")
	// ErrUnsigned: the peer had to sign its answer and did not. Whatever it says counts
	// for nothing.
	ErrUnsigned = errors.New("the peer did not sign its answer")
	// ErrAnswerSignature: the answer was changed since the peer signed it, or is one to
	// another request, of another agent, or out of its place in a stream. It wraps the
	// cause.
	ErrAnswerSignature = errors.New("the peer's answer is not as the peer signed it")
	// ErrCut: a stream ended without its signed end. It is gone on with as one that broke
	// off.
	ErrCut = errors.New("the peer's stream was cut off")
	// ErrAnswerKey: the peer has to sign its answers, and its key is not known.
	ErrAnswerKey = errors.New("no key of the peer is known by which its answers could be verified")
	// ErrReply: the peer answered nonsense.
	ErrReply = errors.New("the peer's reply is malformed")
	// ErrTooLarge: the peer answered more than is read.
	ErrTooLarge = errors.New("the peer's reply is too large")
	// ErrToken: no token could be had for the call. It wraps the cause.
	ErrToken = errors.New("no token for the call")
	// ErrClosed: the client was closed.
	ErrClosed = errors.New("client is closed")
)

// CardMismatchError says whose card was expected and whom it names.
type CardMismatchError struct {
	// URL is where the card was read.
	URL string
	// Want was proved by the certificate or given by the caller; Got is zero
	// when the card names nobody.
	Want, Got did.DID
}

// Error names both DIDs.
func (e *CardMismatchError) Error() string {
	switch {
	case e.Got.IsZero() && e.Want.IsZero():
		return fmt.Sprintf("the card at %s names no DID", e.URL)
	case e.Got.IsZero():
		return fmt.Sprintf("the card at %s names no DID, expected was %s", e.URL, e.Want)
	}
	return fmt.Sprintf("the card at %s names %s, expected was %s", e.URL, e.Got, e.Want)
}

// Is makes the error match [ErrCardMismatch].
func (e *CardMismatchError) Is(target error) bool { return target == ErrCardMismatch }

// opRemoteAlert is the Op of the net.OpError in which crypto/tls reports an alert of the peer.
const opRemoteAlert = "remote error"

// describe says what came in place of an answer, where that can be told. Errors
// of package mtls say it themselves.
func describe(err error, target *url.URL) error {
	if mtls.Reason(err) != "" {
		return err
	}
	if d := fetch.Describe(err, target); d.Kind != fetch.Unknown {
		return d
	}
	return err
}

// classify wraps an error of the transport in one of ours. Errors of package
// mtls, of which a failed pin is one, pass as they are.
func classify(err error) error {
	if mtls.Reason(err) != "" {
		return err
	}
	if described, ok := errors.AsType[*fetch.Error](err); ok && described.Kind == fetch.TLSVersion {
		return fmt.Errorf("%w: %w", ErrHandshakeRefused, described)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == opRemoteAlert {
		return fmt.Errorf("%w: %w", ErrHandshakeRefused, err)
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}
