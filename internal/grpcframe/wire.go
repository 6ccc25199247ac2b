package grpcframe

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// The little of protobuf that a status takes is written here: whoever refuses a request
// links no more for it.

// How fields are written.
const (
	varint  = 0
	fixed64 = 1
	long    = 2 // with a length
	fixed32 = 5
)

func appendTag(b []byte, n, kind uint64) []byte { return binary.AppendUvarint(b, n<<3|kind) }

func appendBytes(b []byte, n uint64, value []byte) []byte {
	return append(binary.AppendUvarint(appendTag(b, n, long), uint64(len(value))), value...)
}

func appendText(b []byte, n uint64, text string) []byte {
	return appendBytes(b, n, []byte(strings.ToValidUTF8(text, "\ufffd")))
}

// fields calls take with each field of a message that has a length, and passes over
// the others.
func fields(b []byte, take func(n uint64, value []byte) error) error {
	for len(b) > 0 {
		tag, rest, ok := uvarint(b)
		if !ok {
			return ErrStatus
		}
		var value []byte
		if value, b, ok = field(tag&7, rest); !ok {
			return ErrStatus
		}
		if tag&7 != long {
			continue
		}
		if err := take(tag>>3, value); err != nil {
			return err
		}
	}
	return nil
}

// field reads the value of a field, and returns what stands behind it.
func field(kind uint64, b []byte) (value, rest []byte, ok bool) {
	length := uint64(0)
	switch kind {
	case varint:
		_, b, ok = uvarint(b)
		return nil, b, ok
	case fixed64:
		length = 8
	case fixed32:
		length = 4
	case long:
		if length, b, ok = uvarint(b); !ok {
			return nil, nil, false
		}
	default:
		return nil, nil, false
	}
	if length > uint64(len(b)) {
		return nil, nil, false
	}
	return b[:length], b[length:], true
}

func uvarint(b []byte) (uint64, []byte, bool) {
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil, false
	}
	return v, b[n:], true
}

// AppendField appends a field that has a length to a message.
func AppendField(message []byte, n uint64, value []byte) []byte {
	return appendBytes(message, n, value)
}

// CutField takes the field n off a message: it has a length, is written as [AppendField]
// does, and is the last one and the only one of its number. ok is false for any other
// message.
func CutField(message []byte, n uint64) (rest, value []byte, ok bool) {
	for b := message; len(b) > 0; {
		at := len(message) - len(b)
		tag, behind, valid := uvarint(b)
		if !valid {
			return nil, nil, false
		}
		if value, b, valid = field(tag&7, behind); !valid {
			return nil, nil, false
		}
		if tag>>3 == n {
			rest = message[:at:at]
			return rest, value, len(b) == 0 && bytes.Equal(AppendField(nil, n, value), message[at:])
		}
	}
	return nil, nil, false
}
