package protoform

import (
	"encoding/base64"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/protobuf/encoding/protowire"
)

// Errors of reading a message.
var (
	// ErrMalformed: the bytes are no message of the type, or hold a field twice.
	ErrMalformed = errors.New("the message is malformed")
	// ErrTooDeep: the message nests deeper than allowed.
	ErrTooDeep = errors.New("the message is nested too deeply")
	// ErrTooLarge: in JSON the message is larger than allowed.
	ErrTooLarge = errors.New("the message is too large")
	// ErrHeld: there is no room for the message in JSON now.
	ErrHeld = errors.New("there is no room for the message now")
)

// Bounds are those of a message in JSON.
type Bounds struct {
	// Bytes and Depth are the largest size, in bytes, and the deepest nesting of arrays
	// and objects.
	Bytes, Depth int
	// Hold, which may be nil, is asked before so many bytes more are held.
	Hold func(bytes int64) bool
}

// JSON returns a message as one object of ProtoJSON. Fields that a message has not are
// passed over, unless it is a filter: there they are members named by their number, with
// null for their value. A field that stands in it twice is refused, and
// so is a list in several places, which no encoder writes.
func (t *Type) JSON(wire []byte, b Bounds) (jsontext.Value, error) {
	w := writer{Bounds: b}
	if err := w.message(t, wire, 1); err != nil {
		return nil, err
	}
	return w.out, nil
}

// writer writes JSON.
type writer struct {
	Bounds
	out []byte
}

// firstBytes is what a message in JSON gets before any of it is written.
const firstBytes = 512

// room makes room for n bytes.
func (w *writer) room(n int) error {
	length := len(w.out) + n
	switch {
	case length > w.Bytes:
		return ErrTooLarge
	case length <= cap(w.out):
		return nil
	}
	size := min(max(length, 2*cap(w.out), firstBytes), w.Bytes)
	if w.Hold != nil && !w.Hold(int64(size-cap(w.out))) {
		return ErrHeld
	}
	w.out = append(make([]byte, 0, size), w.out...)
	return nil
}

func (w *writer) raw(s string) error {
	if err := w.room(len(s)); err != nil {
		return err
	}
	w.out = append(w.out, s...)
	return nil
}

// open begins an object or array at a depth.
func (w *writer) open(bracket string, depth int) error {
	if depth > w.Depth {
		return ErrTooDeep
	}
	return w.raw(bracket)
}

// text writes a string.
func (w *writer) text(s []byte) error {
	if !utf8.Valid(s) {
		return ErrMalformed
	}
	length := len(s) + 2
	for _, c := range s {
		switch {
		case c < ' ':
			length += len(`\u0000`) - 1
		case c == '"' || c == '\\':
			length++
		}
	}
	if err := w.room(length); err != nil {
		return err
	}
	w.out, _ = jsontext.AppendQuote(w.out, s) // valid UTF-8 cannot fail
	return nil
}

// octets writes bytes in base64.
func (w *writer) octets(b []byte) error {
	if err := w.room(base64.StdEncoding.EncodedLen(len(b)) + 2); err != nil {
		return err
	}
	w.out = append(base64.StdEncoding.AppendEncode(append(w.out, '"'), b), '"')
	return nil
}

// name writes the name of a member, and the comma before it if it is not the first.
func (w *writer) name(name []byte, begin int) error {
	if len(w.out) > begin {
		if err := w.raw(","); err != nil {
			return err
		}
	}
	if err := w.text(name); err != nil {
		return err
	}
	return w.raw(":")
}

// moment writes a google.protobuf.Timestamp.
func (w *writer) moment(b []byte) error {
	var stamp [2]int64 // seconds, nanoseconds
	err := eachField(b, func(n protowire.Number, kind protowire.Type, rest []byte) (int, error) {
		if n > 2 {
			return 0, ErrMalformed
		}
		value, length := protowire.ConsumeVarint(rest)
		if kind != protowire.VarintType || length < 0 || stamp[n-1] != 0 {
			return 0, ErrMalformed
		}
		stamp[n-1] = int64(value)
		return length, nil
	})
	if err != nil {
		return err
	}
	const first, last = -62135596800, 253402300799 // of the years 1 to 9999
	if stamp[0] < first || stamp[0] > last || stamp[1] < 0 || stamp[1] >= int64(time.Second) {
		return ErrMalformed
	}
	return w.text(time.Unix(stamp[0], stamp[1]).UTC().AppendFormat(nil, momentForm(stamp[1])))
}

// momentForm is that of protobuf's own JSON: no fraction, or one of three, six or nine digits.
func momentForm(nanoseconds int64) string {
	switch {
	case nanoseconds == 0:
		return time.RFC3339
	case nanoseconds%1e6 == 0:
		return "2006-01-02T15:04:05.000Z07:00"
	case nanoseconds%1e3 == 0:
		return "2006-01-02T15:04:05.000000Z07:00"
	}
	return "2006-01-02T15:04:05.000000000Z07:00"
}

// eachField calls take with each field of a message and what stands behind its tag; take
// returns how long the field is.
func eachField(b []byte, take func(n protowire.Number, kind protowire.Type, rest []byte) (int, error)) error {
	for len(b) > 0 {
		n, kind, length := consumeTag(b)
		if length < 0 {
			return ErrMalformed
		}
		b = b[length:]
		length, err := take(n, kind, b)
		if err != nil {
			return err
		}
		b = b[length:]
	}
	return nil
}

// consumeTag reads number and kind of a field. Its length is negative where they are
// none that this version of protobuf has.
func consumeTag(b []byte) (protowire.Number, protowire.Type, int) {
	n, kind, length := protowire.ConsumeTag(b)
	if n > protowire.MaxValidNumber || kind == protowire.StartGroupType || kind == protowire.EndGroupType {
		return 0, 0, -1
	}
	return n, kind, length
}
