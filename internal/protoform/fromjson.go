package protoform

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/protobuf/encoding/protowire"
)

// ErrForm: a value in JSON is none of the type that has to be written.
var ErrForm = errors.New("the value in JSON is none of the message")

// Append appends a message that is given as an object of ProtoJSON, with every name in
// camelCase; null is one without fields. Members that the type has not are refused.
// Where it has lists, objects and numbers of any form, the latter become doubles, and
// large whole ones lose digits by that.
func (t *Type) Append(dst []byte, object jsontext.Value) ([]byte, error) {
	r := reader{jsontext.NewDecoder(bytes.NewBuffer(object), jsontext.AllowDuplicateNames(true)), dst}
	if r.in.PeekKind() == jsontext.KindNull {
		return dst, nil
	}
	if err := r.message(t); err != nil {
		return nil, fmt.Errorf("%s: %w", t.name, err)
	}
	return r.out, nil
}

// reader reads JSON, and writes the message.
type reader struct {
	in  *jsontext.Decoder
	out []byte
}

// take reads a bracket.
func (r *reader) take(kind jsontext.Kind) error {
	token, err := r.in.ReadToken()
	if err != nil || token.Kind() != kind {
		return ErrForm
	}
	return nil
}

// members calls each with the names of an object, behind which the value is to be read.
func (r *reader) members(each func(name string) error) error {
	if err := r.take(jsontext.KindBeginObject); err != nil {
		return err
	}
	for r.in.PeekKind() != jsontext.KindEndObject {
		token, err := r.in.ReadToken()
		if err != nil {
			return ErrForm
		}
		if err := each(token.String()); err != nil {
			return err
		}
	}
	return r.take(jsontext.KindEndObject)
}

func (r *reader) elements(each func() error) error {
	if err := r.take(jsontext.KindBeginArray); err != nil {
		return err
	}
	for r.in.PeekKind() != jsontext.KindEndArray {
		if r.in.PeekKind() == jsontext.KindInvalid {
			return ErrForm
		}
		if err := each(); err != nil {
			return err
		}
	}
	return r.take(jsontext.KindEndArray)
}

// message writes the fields of a message.
func (r *reader) message(t *Type) error {
	return r.members(func(name string) error {
		f := t.named(name)
		switch {
		case f == nil && t.open:
			return r.in.SkipValue()
		case f == nil:
			return fmt.Errorf("%w: %s", ErrForm, strconv.Quote(name))
		case r.in.PeekKind() == jsontext.KindNull && f.kind != anything:
			return r.in.SkipValue()
		case f.repeated:
			return r.elements(func() error { return r.field(f) })
		case f.keyed:
			return r.mapping(f)
		}
		return r.field(f)
	})
}

// long writes a field whose value is what write appends.
func (r *reader) long(n protowire.Number, write func() error) error {
	r.out = protowire.AppendTag(r.out, n, protowire.BytesType)
	begin := len(r.out)
	r.out = append(r.out, 0) // most are short: then this is their length
	if err := write(); err != nil {
		return err
	}
	length := len(r.out) - begin - 1
	if more := protowire.SizeVarint(uint64(length)) - 1; more > 0 {
		var room [8]byte
		r.out = append(r.out, room[:more]...)
		copy(r.out[begin+1+more:], r.out[begin+1:len(r.out)-more])
	}
	protowire.AppendVarint(r.out[:begin], uint64(length))
	return nil
}

func (r *reader) field(f *field) error {
	switch f.kind {
	case message:
		return r.long(f.number, func() error { return r.message(f.of) })
	case structure:
		return r.long(f.number, r.structure)
	case anything:
		return r.long(f.number, r.anything)
	}
	token, err := r.in.ReadToken()
	if err != nil {
		return ErrForm
	}
	switch f.kind {
	case text:
		return r.text(f, token)
	case octets:
		return r.octets(f, token)
	case moment:
		return r.moment(f, token)
	}
	return r.varint(f, token)
}

func (r *reader) text(f *field, token jsontext.Token) error {
	if token.Kind() != jsontext.KindString {
		return ErrForm
	}
	if s := token.String(); s != "" || f.presence || f.repeated {
		r.out = protowire.AppendString(protowire.AppendTag(r.out, f.number, protowire.BytesType), s)
	}
	return nil
}

func (r *reader) octets(f *field, token jsontext.Token) error {
	if token.Kind() != jsontext.KindString {
		return ErrForm
	}
	raw, err := base64.StdEncoding.DecodeString(token.String())
	if err != nil {
		return ErrForm
	}
	r.out = protowire.AppendBytes(protowire.AppendTag(r.out, f.number, protowire.BytesType), raw)
	return nil
}

func (r *reader) moment(f *field, token jsontext.Token) error {
	if token.Kind() != jsontext.KindString {
		return ErrForm
	}
	at, err := time.Parse(time.RFC3339Nano, token.String())
	if err != nil {
		return ErrForm
	}
	return r.long(f.number, func() error {
		for i, v := range [...]int64{at.Unix(), int64(at.Nanosecond())} {
			if v != 0 {
				r.out = protowire.AppendVarint(protowire.AppendTag(r.out, protowire.Number(i+1), protowire.VarintType), uint64(v))
			}
		}
		return nil
	})
}

// varint writes a boolean, a number or one of the names of an enumeration.
func (r *reader) varint(f *field, token jsontext.Token) error {
	value, ok := int64(0), false
	switch kind := token.Kind(); {
	case f.kind == boolean && (kind == jsontext.KindTrue || kind == jsontext.KindFalse):
		if ok = true; token.Bool() {
			value = 1
		}
	case f.kind == integer && kind == jsontext.KindNumber:
		var err error
		value, err = strconv.ParseInt(token.String(), 10, 32)
		ok = err == nil
	case f.kind == enumeration && kind == jsontext.KindString:
		name := token.String()
		for i, n := range f.names {
			if n == name {
				value, ok = int64(i), true
			}
		}
	}
	if !ok {
		return ErrForm
	}
	if value != 0 || f.presence {
		r.out = protowire.AppendVarint(protowire.AppendTag(r.out, f.number, protowire.VarintType), uint64(value))
	}
	return nil
}

// mapping writes the entries of a map.
func (r *reader) mapping(f *field) error {
	value := field{number: entryValue, kind: f.kind, of: f.of, presence: true}
	return r.members(func(name string) error {
		return r.long(f.number, func() error {
			r.out = protowire.AppendString(protowire.AppendTag(r.out, entryKey, protowire.BytesType), name)
			return r.field(&value)
		})
	})
}

// structure writes the entries of a google.protobuf.Struct.
func (r *reader) structure() error {
	return r.members(func(name string) error {
		return r.long(structFields, func() error {
			r.out = protowire.AppendString(protowire.AppendTag(r.out, entryKey, protowire.BytesType), name)
			return r.long(entryValue, r.anything)
		})
	})
}

// anything writes the field of a google.protobuf.Value.
func (r *reader) anything() error {
	switch r.in.PeekKind() {
	case jsontext.KindBeginObject:
		return r.long(valueStruct, r.structure)
	case jsontext.KindBeginArray:
		return r.long(valueList, func() error {
			return r.elements(func() error { return r.long(listValues, r.anything) })
		})
	}
	token, err := r.in.ReadToken()
	if err != nil {
		return ErrForm
	}
	switch token.Kind() {
	case jsontext.KindNull:
		r.out = protowire.AppendVarint(protowire.AppendTag(r.out, valueNull, protowire.VarintType), 0)
	case jsontext.KindTrue, jsontext.KindFalse:
		r.out = protowire.AppendVarint(protowire.AppendTag(r.out, valueBool, protowire.VarintType), protowire.EncodeBool(token.Bool()))
	case jsontext.KindString:
		r.out = protowire.AppendString(protowire.AppendTag(r.out, valueText, protowire.BytesType), token.String())
	default:
		number, ok := double([]byte(token.String()))
		if !ok {
			return ErrForm
		}
		r.out = protowire.AppendFixed64(protowire.AppendTag(r.out, valueNumber, protowire.Fixed64Type), math.Float64bits(number))
	}
	return nil
}
