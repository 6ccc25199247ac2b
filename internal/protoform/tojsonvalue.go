package protoform

import (
	"math"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// Fields of google.protobuf.Struct, its entries, Value and ListValue.
const (
	structFields         = 1
	entryKey, entryValue = 1, 2
	valueNull            = 1
	valueNumber          = 2
	valueText            = 3
	valueBool            = 4
	valueStruct          = 5
	valueList            = 6
	listValues           = 1
)

// bytesOf reads the value of a field that has to be n, with a length.
func bytesOf(n, want protowire.Number, kind protowire.Type, rest []byte) ([]byte, int, error) {
	value, length := protowire.ConsumeBytes(rest)
	if n != want || kind != protowire.BytesType || length < 0 {
		return nil, 0, ErrMalformed
	}
	return value, length, nil
}

// structure writes a google.protobuf.Struct as an object at a depth. Names that stand
// in it twice are left for whoever reads the object to refuse.
func (w *writer) structure(b []byte, depth int) error {
	if err := w.open("{", depth); err != nil {
		return err
	}
	begin := len(w.out)
	err := eachField(b, func(n protowire.Number, kind protowire.Type, rest []byte) (int, error) {
		entry, length, err := bytesOf(n, structFields, kind, rest)
		if err != nil {
			return 0, err
		}
		return length, w.entry(entry, begin, depth)
	})
	if err != nil {
		return err
	}
	return w.raw("}")
}

func (w *writer) entry(b []byte, begin, depth int) error {
	key, value, err := readEntry(b)
	if err != nil {
		return err
	}
	if err := w.name(key, begin); err != nil {
		return err
	}
	return w.anything(value, depth)
}

// readEntry reads an entry of a map. Who has no value has a nil one.
func readEntry(b []byte) (key, value []byte, err error) {
	err = eachField(b, func(n protowire.Number, kind protowire.Type, rest []byte) (int, error) {
		into := &key
		if n == entryValue {
			into = &value
		}
		if *into != nil {
			return 0, ErrMalformed
		}
		part, length, err := bytesOf(n, min(n, entryValue), kind, rest)
		*into = part
		return length, err
	})
	return key, value, err
}

// anything writes a google.protobuf.Value in an object or array at a depth.
func (w *writer) anything(b []byte, depth int) error {
	n, kind, tag := consumeTag(b)
	if tag < 0 { // there has to be one
		return ErrMalformed
	}
	rest := b[tag:]
	var length int
	var err error
	switch {
	case kind == protowire.Fixed64Type && n == valueNumber:
		var bits uint64
		if bits, length = protowire.ConsumeFixed64(rest); length >= 0 {
			err = w.number(math.Float64frombits(bits))
		}
	case kind == protowire.VarintType && (n == valueNull || n == valueBool):
		var value uint64
		if value, length = protowire.ConsumeVarint(rest); length >= 0 {
			err = w.fixed(n, value)
		}
	case kind == protowire.BytesType && n >= valueText:
		var value []byte
		if value, length = protowire.ConsumeBytes(rest); length >= 0 {
			err = w.long(n, value, depth)
		}
	default:
		return ErrMalformed
	}
	if err == nil && length != len(rest) { // there may be no other
		return ErrMalformed
	}
	return err
}

func (w *writer) fixed(n protowire.Number, value uint64) error {
	switch {
	case n == valueBool:
		return w.raw(strconv.FormatBool(value != 0))
	case value != 0:
		return ErrMalformed
	}
	return w.raw("null")
}

func (w *writer) long(n protowire.Number, value []byte, depth int) error {
	switch n {
	case valueText:
		return w.text(value)
	case valueStruct:
		return w.structure(value, depth+1)
	case valueList:
		return w.values(value, depth+1)
	}
	return ErrMalformed
}

// values writes a google.protobuf.ListValue as an array at a depth.
func (w *writer) values(b []byte, depth int) error {
	if err := w.open("[", depth); err != nil {
		return err
	}
	first := true
	err := eachField(b, func(n protowire.Number, kind protowire.Type, rest []byte) (int, error) {
		value, length, err := bytesOf(n, listValues, kind, rest)
		if err != nil {
			return 0, err
		}
		if !first {
			if err := w.raw(","); err != nil {
				return 0, err
			}
		}
		first = false
		return length, w.anything(value, depth)
	})
	if err != nil {
		return err
	}
	return w.raw("]")
}
