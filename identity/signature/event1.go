package signature

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/getbindu/bindu-go/identity/did"
)

// Fields of server-sent events that readers which do not know them pass over.
const (
	// fieldSignature has the time of signing, a space and the signature.
	fieldSignature = "signature"
	// fieldEnd stands in the block that ends a stream, and says how many events it had.
	fieldEnd = "end"
)

// chain is the place in a stream that comes next.
type chain struct {
	Binding
	number   int64  // of the last event
	previous string // SHA-256 of its signature in hexadecimal, "" before the first
}

// event returns the payload of the next event: 0xFF, [Event1] and the RFC 8785 form of
//
//	{"aud", "did", "id", "number", "previous", "request", "sha256", "timestamp"}
//
// where id is the field of the event, or "", and sha256 that of its data.
func (c *chain) event(id string, data []byte, timestamp int64) ([]byte, error) {
	if !isFieldValue(id) {
		return nil, fmt.Errorf("%w: the id of an event is at most %d bytes of visible ASCII and spaces", ErrRequest, maxContentType)
	}
	return c.payload(timestamp, func(dst []byte) []byte {
		dst = appendMember(dst, "id", id)
		return strconv.AppendInt(append(dst, `,"number":`...), c.number+1, 10)
	}, func(dst []byte) []byte { return appendHex(dst, "sha256", sha256.Sum256(data)) })
}

// end returns the payload of the end, which has instead of id, number and sha256 the
// member "end", the number of events, and of a stream of gRPC its status, else nil.
func (c *chain) end(timestamp int64, status *GRPCStatus) ([]byte, error) {
	return c.payload(timestamp, func(dst []byte) []byte {
		return status.append(strconv.AppendInt(append(dst, `,"end":`...), c.number, 10))
	}, func(dst []byte) []byte { return dst })
}

func (c *chain) payload(timestamp int64, place, content func([]byte) []byte) ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if err := checkTime(timestamp); err != nil {
		return nil, err
	}
	dst := did.AppendTag(make([]byte, 0, boundBytes), string(Event1))
	dst = place(appendMember(c.appendParties(dst), "did", c.Agent.String()))
	dst = appendHex(appendMember(dst, "previous", c.previous), "request", c.Request)
	return appendTimestamp(content(dst), timestamp), nil
}

// passed goes on behind an event with that signature.
func (c *chain) passed(sig []byte) {
	sum := sha256.Sum256(sig)
	c.number, c.previous = c.number+1, hex.EncodeToString(sum[:])
}

// EventSigner signs the events of one stream, in their order.
type EventSigner struct {
	key *did.KeyPair
	at  chain
}

// NewEventSigner returns the signer of the stream that answers a request.
func NewEventSigner(k *did.KeyPair, b Binding) *EventSigner {
	return &EventSigner{key: k, at: chain{Binding: b}}
}

// Announce says in the headers of the answer that its events are signed.
func (s *EventSigner) Announce(h http.Header) { announce(h, Event1, s.at.Agent) }

// AppendEvent appends the line that has to stand in the next event, whose id is "" where
// it has none. timestamp is the time in unix seconds. Errors: [ErrRequest] and
// [ErrTimestamp]; then nothing is appended.
func (s *EventSigner) AppendEvent(dst []byte, id string, data []byte, timestamp int64) ([]byte, error) {
	payload, err := s.at.event(id, data, timestamp)
	if err != nil {
		return dst, err
	}
	line, sig, err := s.line(payload, timestamp)
	if err != nil {
		return dst, err
	}
	s.at.passed(sig)
	return append(dst, line...), nil
}

// AppendEnd appends the block by which a stream ends; nothing may follow. Errors are those
// of AppendEvent.
func (s *EventSigner) AppendEnd(dst []byte, timestamp int64) ([]byte, error) {
	payload, err := s.at.end(timestamp, nil)
	if err != nil {
		return dst, err
	}
	line, _, err := s.line(payload, timestamp)
	if err != nil {
		return dst, err
	}
	dst = strconv.AppendInt(append(dst, fieldEnd+": "...), s.at.number, 10)
	return append(append(append(dst, '\n'), line...), '\n'), nil
}

func (s *EventSigner) line(payload []byte, timestamp int64) (line string, sig []byte, err error) {
	text, sig, err := s.sign(payload)
	return fieldSignature + ": " + strconv.FormatInt(timestamp, 10) + " " + text + "\n", sig, err
}

func (s *EventSigner) sign(payload []byte) (text string, sig []byte, err error) {
	if text, err = s.key.SignTagged(string(Event1), payload); err != nil {
		return "", nil, err
	}
	sig, err = did.DecodeSignature(text)
	return text, sig, err
}

// parseLine reads the value of the field that AppendEvent makes.
func parseLine(value string) (timestamp int64, signature string, err error) {
	stamp, signature, _ := strings.Cut(value, " ")
	timestamp, err = ParseTimestamp(stamp)
	return timestamp, signature, err
}
