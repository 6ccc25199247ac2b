package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
)

// Kind says what came in place of an HTTP answer.
type Kind string

// The kinds there are.
const (
	PlainHTTP   Kind = "plain_http"   // an answer without TLS to https
	SpeaksTLS   Kind = "speaks_tls"   // a TLS server, asked with http
	NotTLS      Kind = "not_tls"      // neither TLS nor HTTP
	NotHTTP     Kind = "not_http"     // something else than HTTP
	Refused     Kind = "refused"      // nothing listens
	NameUnknown Kind = "name_unknown" // no such host
	NameServer  Kind = "name_server"  // nobody said whether there is such a host
	Unreachable Kind = "unreachable"  // no route
	TimedOut    Kind = "timed_out"    // no answer in time
	TLSVersion  Kind = "tls_version"  // no version of TLS in common
	Handshake   Kind = "handshake"    // the server ended the handshake
	Certificate Kind = "certificate"  // the server's certificate does not verify
	Closed      Kind = "closed"       // the connection ended before the answer
	ViaProxy    Kind = "proxy"        // the proxy did not lead there
	Unknown     Kind = "unknown"      // none of these
)

// Error says why there was no HTTP answer, and what to do about it. Its text
// repeats nothing that the other side sent but its certificate's names; the
// cause, which may, is for errors.Is and errors.As only.
type Error struct {
	Kind Kind
	// Host is whom we wanted to ask, as host or host:port.
	Host string
	// Err is the cause.
	Err error
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Error says what came, and the remedy.
func (e *Error) Error() string {
	switch e.Kind {
	case PlainHTTP:
		return fmt.Sprintf("the server at %s speaks plain HTTP: use http:// where that is allowed, or the port that speaks TLS", e.Host)
	case SpeaksTLS:
		return fmt.Sprintf("the server at %s speaks TLS: use https://", e.Host)
	case NotTLS:
		return fmt.Sprintf("the server at %s answered https with something that is not TLS: check the port", e.Host)
	case NotHTTP:
		return fmt.Sprintf("the server at %s answered something that is not HTTP: check the port", e.Host)
	case Refused:
		return fmt.Sprintf("connection refused: nothing listens at %s; start it, or check the port", e.Host)
	case NameUnknown:
		return fmt.Sprintf("no such host: the name in %s is not known here; check its spelling, and DNS", e.Host)
	case NameServer:
		return fmt.Sprintf("the name in %s could not be looked up: the name server does not answer; check DNS", e.Host)
	case Unreachable:
		return fmt.Sprintf("no route to %s: check the network, and the address", e.Host)
	case TimedOut:
		return fmt.Sprintf("timeout: no answer from %s in time; it is overloaded, or a firewall drops what we send", e.Host)
	case TLSVersion:
		return fmt.Sprintf("the server at %s speaks no version of TLS that is accepted here: TLS 1.2 at least with authorities, 1.3 between agents", e.Host)
	case Handshake:
		return fmt.Sprintf("the server at %s ended the TLS handshake: %v", e.Host, e.alert())
	case Certificate:
		return fmt.Sprintf("the certificate of %s is not accepted: %v", e.Host, e.verification())
	case Closed:
		return fmt.Sprintf("the server at %s closed the connection before it answered; check the port, and its log", e.Host)
	case ViaProxy:
		return fmt.Sprintf("the proxy of HTTPS_PROXY does not lead to %s (%s): check the proxy, or name the host in NO_PROXY", e.Host, e.proxyFault())
	}
	return fmt.Sprintf("no HTTP answer from %s", e.Host)
}

// opRemoteAlert is the Op of the net.OpError in which crypto/tls reports an
// alert of the other side; opProxy is net/http's for the way to a proxy.
const (
	opRemoteAlert = "remote error"
	opProxy       = "proxyconnect"
)

func (e *Error) verification() error {
	if failed, ok := errors.AsType[*tls.CertificateVerificationError](e.Err); ok {
		return failed
	}
	return e.Err
}

func (e *Error) alert() error {
	if op, ok := errors.AsType[*net.OpError](e.Err); ok {
		return op.Err
	}
	return e.Err
}

func (e *Error) proxyFault() string {
	if refused, ok := errors.AsType[*connectError](e.Err); ok {
		return refused.Error()
	}
	op, ok := errors.AsType[*net.OpError](e.Err)
	if !ok {
		return "no answer"
	}
	if kind := kindOf(op.Err); kind != Unknown {
		return string(kind)
	}
	return "no connection"
}

// Describe says why a request to target got no answer. What is an [*Error]
// already stays as it is.
func Describe(err error, target *url.URL) *Error {
	if known, ok := errors.AsType[*Error](err); ok {
		return known
	}
	return &Error{Kind: kindOf(err), Host: target.Host, Err: err}
}

func kindOf(err error) Kind {
	var (
		op          *net.OpError
		dns         *net.DNSError
		record      tls.RecordHeaderError
		certificate *tls.CertificateVerificationError
		connect     *connectError
		network     net.Error
	)
	switch {
	case errors.Is(err, ErrProxy), errors.As(err, &connect), errors.As(err, &op) && op.Op == opProxy:
		return ViaProxy
	case errors.Is(err, http.ErrSchemeMismatch):
		return PlainHTTP
	case errors.As(err, &certificate):
		return Certificate
	case errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/":
		return PlainHTTP
	case errors.As(err, &record):
		return NotTLS
	case isVersion(err):
		return TLSVersion
	case errors.As(err, &op) && op.Op == opRemoteAlert:
		return Handshake
	case errors.As(err, &dns) && dns.IsNotFound:
		return NameUnknown
	case errors.As(err, &dns):
		return NameServer
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return Unreachable
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return TimedOut
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return Closed
	}
	return kindOfText(err)
}

// isVersion finds the alert of RFC 8446 section 6.2 that says that no version
// is common, or our own refusal of theirs. crypto/tls exports no type for
// either: the alert is compared with its own text, the refusal by how it begins.
func isVersion(err error) bool {
	const protocolVersion = 70
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == opRemoteAlert {
		return op.Err.Error() == tls.AlertError(protocolVersion).Error()
	}
	return strings.Contains(err.Error(), "tls: server selected unsupported protocol version")
}

// kindOfText is for what net/http says of an answer that it cannot read, for
// which it has no type either. It quotes the answer: \x15 and \x16 begin the
// records of TLS that carry an alert or a handshake.
func kindOfText(err error) Kind {
	text := err.Error()
	switch {
	case strings.Contains(text, `malformed HTTP response "\x15\x03`), strings.Contains(text, `malformed HTTP response "\x16\x03`):
		return SpeaksTLS
	case strings.Contains(text, "malformed HTTP"), strings.Contains(text, "malformed MIME header"):
		return NotHTTP
	case strings.Contains(text, "server closed idle connection"), strings.Contains(text, "connection reset"):
		return Closed
	}
	return Unknown
}
