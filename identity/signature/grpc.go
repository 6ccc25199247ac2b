package signature

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/getbindu/bindu-go/internal/grpcframe"
)

// GRPCStatus is how a call of gRPC ended, as its caller sees it. Every signature over an
// answer by gRPC covers it, in the member
//
//	"grpc": {"code", "details", "message"}
//
// where details and message are the SHA-256 of each in lower-case hexadecimal.
type GRPCStatus struct {
	// Code is the number in grpc-status, 0 for a success.
	Code int
	// Message is the text in grpc-message, without its percent-encoding.
	Message string
	// Details are the bytes of grpc-status-details-bin.
	Details []byte
}

// ErrGRPCStatus reports headers or trailers that say no status of gRPC, or more than one.
var ErrGRPCStatus = grpcframe.ErrStatus

// ReadGRPCStatus reads the status in trailers, or in the headers of an answer that has
// nothing else. Fails with [ErrGRPCStatus].
func ReadGRPCStatus(h http.Header) (GRPCStatus, error) {
	code, message, details, err := grpcframe.Raw(h)
	return GRPCStatus{int(code), message, details}, err
}

// GRPCEnd returns how the call ended that a response answers, once its body has been read,
// and where it says so: in its trailers, or in its headers where nothing else came. The
// signature stands there, too. Fails with [ErrGRPCStatus].
func GRPCEnd(resp *http.Response) (http.Header, GRPCStatus, error) {
	said := resp.Trailer
	if len(said[grpcframe.StatusHeader]) == 0 {
		said = resp.Header
	}
	status, err := ReadGRPCStatus(said)
	return said, status, err
}

// append appends the member grpc, nothing for nil.
func (s *GRPCStatus) append(dst []byte) []byte {
	if s == nil {
		return dst
	}
	dst = strconv.AppendInt(append(dst, `,"grpc":{"code":`...), int64(s.Code), 10)
	dst = appendHex(appendHex(dst, "details", sha256.Sum256(s.Details)), "message", sha256.Sum256([]byte(s.Message)))
	return append(dst, '}')
}

// signatureField is the number of the field in which a message of a stream carries its
// signature: the last that protobuf has, which no schema takes. Readers pass over fields
// that they do not know.
const signatureField = 1<<29 - 1

// AppendField appends the field that has to stand at the end of the next message of gRPC.
// timestamp is the time in unix seconds. Errors are those of [EventSigner.AppendEvent];
// then nothing is appended.
func (s *EventSigner) AppendField(dst, message []byte, timestamp int64) ([]byte, error) {
	payload, err := s.at.event("", message, timestamp)
	if err != nil {
		return dst, err
	}
	text, sig, err := s.sign(payload)
	if err != nil {
		return dst, err
	}
	s.at.passed(sig)
	value := append(strconv.AppendInt(nil, timestamp, 10), " "+text...)
	return grpcframe.AppendField(dst, signatureField, value), nil
}

// SignEnd puts into the trailers of a stream of gRPC what proves that it ended so; nothing
// may follow. Errors are those of [EventSigner.AppendEvent].
func (s *EventSigner) SignEnd(trailers http.Header, status GRPCStatus, timestamp int64) error {
	payload, err := s.at.end(timestamp, &status)
	if err != nil {
		return err
	}
	text, _, err := s.sign(payload)
	if err != nil {
		return err
	}
	trailers[keyTimestamp], trailers[keySignature] = []string{strconv.FormatInt(timestamp, 10)}, []string{text}
	return nil
}

// SaysEvents reports headers of an answer that announce a stream signed event by event.
// Nothing is proved by that.
func SaysEvents(h http.Header) bool { return first(h[keyScheme]) == string(Event1) }

// messages are those of a stream of gRPC.
type messages struct {
	in  *grpcframe.Reader
	end func() (http.Header, GRPCStatus, error)
}

// NewMessageReader returns a reader of the messages of gRPC in an answer with these headers,
// which have at most limit bytes. end is called once they have been read: it returns the
// trailers and the status in them. Errors are those of [NewEventReader].
func NewMessageReader(body io.Reader, limit int, b Binding, pub ed25519.PublicKey, h http.Header, end func() (http.Header, GRPCStatus, error)) (*EventReader, error) {
	if err := checkAnnounced(h, Event1, b.Agent); err != nil {
		return nil, err
	}
	return &EventReader{rpc: &messages{grpcframe.NewReader(body, limit), end}, pub: pub, at: chain{Binding: b}}, nil
}

// message appends the frame of the next message, without its signature.
func (r *EventReader) message(dst []byte) ([]byte, error) {
	m, err := r.rpc.in.Next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, r.trailers()
	case errors.Is(err, grpcframe.ErrTooLarge):
		return nil, ErrEventTooLarge
	case errors.Is(err, grpcframe.ErrFrame):
		return nil, ErrCut
	case errors.Is(err, grpcframe.ErrCompressed):
		return nil, fmt.Errorf("%w: %w", ErrAnswer, err)
	case err != nil:
		return nil, err
	}
	rest, value, ok := grpcframe.CutField(m, signatureField)
	if !ok {
		return nil, fmt.Errorf("%w in a message of the stream", ErrMissing)
	}
	stamp, text, err := parseLine(string(value))
	if err == nil {
		err = r.verified("", rest, stamp, text)
	}
	if err != nil {
		return nil, err
	}
	if r.keep != nil {
		if err := r.keep(frame(nil, m)); err != nil {
			return nil, err
		}
	}
	return frame(dst, rest), nil
}

// frame appends a message, which was read of a frame, in one.
func frame(dst, message []byte) []byte {
	dst, _ = grpcframe.AppendHead(dst, len(message)) // which is no longer than it was
	return append(dst, message...)
}

// trailers verifies the end of a stream of gRPC: it returns io.EOF.
func (r *EventReader) trailers() error {
	h, status, err := r.rpc.end()
	switch {
	case err != nil, len(h[keySignature]) == 0:
		return ErrCut
	case len(h[keySignature]) > 1 || len(h[keyTimestamp]) > 1:
		return fmt.Errorf("%w: the end of the stream is signed twice", ErrAnswer)
	}
	stamp, err := ParseTimestamp(first(h[keyTimestamp]))
	if err == nil {
		err = r.ended(stamp, first(h[keySignature]), &status)
	}
	if err != nil {
		return err
	}
	return io.EOF
}
