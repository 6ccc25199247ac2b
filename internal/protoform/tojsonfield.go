package protoform

import (
	"math"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// message writes a message as an object at a depth.
func (w *writer) message(t *Type, b []byte, depth int) error {
	if err := w.open("{", depth); err != nil {
		return err
	}
	begin := len(w.out)
	var seen uint64 // by number, of which none is large
	for len(b) > 0 {
		n, kind, length := consumeTag(b)
		if length < 0 {
			return ErrMalformed
		}
		f := t.numbered(n)
		if f == nil {
			skipped := protowire.ConsumeFieldValue(n, kind, b[length:])
			if skipped < 0 {
				return ErrMalformed
			}
			if err := w.unknown(t, n, begin); err != nil {
				return err
			}
			b = b[length+skipped:]
			continue
		}
		if kind != f.wire() || seen&(1<<n) != 0 {
			return ErrMalformed
		}
		seen |= 1 << n
		var err error
		if b, err = w.field(f, b, begin, depth); err != nil {
			return err
		}
	}
	return w.raw("}")
}

// unknown passes over a field, but says in a closed type that there is one.
func (w *writer) unknown(t *Type, n protowire.Number, begin int) error {
	if !t.closed {
		return nil
	}
	if err := w.name(strconv.AppendInt(nil, int64(n), 10), begin); err != nil {
		return err
	}
	return w.raw("null")
}

// field writes the field with which b begins, a list to its end, and returns the rest.
func (w *writer) field(f *field, b []byte, begin, depth int) ([]byte, error) {
	switch {
	case f.repeated:
		return w.list(f, b, begin, depth)
	case f.keyed:
		return w.mapping(f, b, begin, depth)
	}
	value, varint, rest, ok := consume(f, b)
	switch {
	case !ok:
		return nil, ErrMalformed
	case f.implicit(value, varint):
		return rest, nil
	}
	if err := w.name([]byte(f.name), begin); err != nil {
		return nil, err
	}
	return rest, w.value(f, value, varint, depth)
}

// implicit reports the value that a field has where it is not there.
func (f *field) implicit(value []byte, varint uint64) bool {
	if f.presence {
		return false
	}
	switch f.kind {
	case text, octets:
		return len(value) == 0
	case boolean, integer, enumeration:
		return varint == 0
	}
	return false
}

func (w *writer) list(f *field, b []byte, begin, depth int) ([]byte, error) {
	if err := w.name([]byte(f.name), begin); err != nil {
		return nil, err
	}
	if err := w.open("[", depth+1); err != nil {
		return nil, err
	}
	for first := true; ; first = false {
		n, kind, length := consumeTag(b)
		if len(b) == 0 || length < 0 || n != f.number || kind != f.wire() {
			return b, w.raw("]")
		}
		value, varint, rest, ok := consume(f, b)
		if !ok {
			return nil, ErrMalformed
		}
		if !first {
			if err := w.raw(","); err != nil {
				return nil, err
			}
		}
		if err := w.value(f, value, varint, depth+1); err != nil {
			return nil, err
		}
		b = rest
	}
}

// mapping writes a map as an object. Names that stand in it twice are left for whoever
// reads the object to refuse.
func (w *writer) mapping(f *field, b []byte, begin, depth int) ([]byte, error) {
	if err := w.name([]byte(f.name), begin); err != nil {
		return nil, err
	}
	if err := w.open("{", depth+1); err != nil {
		return nil, err
	}
	for inner := len(w.out); ; {
		n, kind, length := consumeTag(b)
		if len(b) == 0 || length < 0 || n != f.number || kind != f.wire() {
			return b, w.raw("}")
		}
		entry, _, rest, ok := consume(f, b)
		if !ok {
			return nil, ErrMalformed
		}
		key, value, err := readEntry(entry)
		if err == nil {
			err = w.name(key, inner)
		}
		if err == nil {
			err = w.value(f, value, 0, depth+1)
		}
		if err != nil {
			return nil, err
		}
		b = rest
	}
}

// consume reads the field with which b begins.
func consume(f *field, b []byte) (value []byte, varint uint64, rest []byte, ok bool) {
	_, _, tag := consumeTag(b)
	b = b[tag:] // which was read before
	var length int
	if f.wire() == protowire.VarintType {
		varint, length = protowire.ConsumeVarint(b)
	} else {
		value, length = protowire.ConsumeBytes(b)
	}
	if length < 0 {
		return nil, 0, nil, false
	}
	return value, varint, b[length:], true
}

// value writes the value of a field in an object or array at a depth.
func (w *writer) value(f *field, value []byte, varint uint64, depth int) error {
	switch f.kind {
	case text:
		return w.text(value)
	case octets:
		return w.octets(value)
	case boolean:
		return w.raw(strconv.FormatBool(varint != 0))
	case moment:
		return w.moment(value)
	case structure:
		return w.structure(value, depth+1)
	case anything:
		return w.anything(value, depth)
	case message:
		return w.message(f.of, value, depth+1)
	}
	n := int64(varint)
	if n < math.MinInt32 || n > math.MaxInt32 {
		return ErrMalformed
	}
	if f.kind == enumeration && n >= 0 && n < int64(len(f.names)) {
		return w.text([]byte(f.names[n]))
	}
	return w.raw(strconv.FormatInt(n, 10))
}
