package freeform

import (
	"bytes"
	stdjson "encoding/json"
	"errors"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/jsonnumber"
)

// ErrPart reports a part that has not exactly one of text, raw, url and data.
var ErrPart = errors.New("a part must have exactly one of text, raw, url and data")

// Unmarshal decodes data, which must be valid JSON without duplicate names (that
// are looked for once, where it comes in), into a type of a2a-go or
// one that has such types in it. Names are matched by exact case, and the
// decoding methods of a2a-go, which take any case, are not used. Errors are
// those of package json, which wrap [ErrPart].
func Unmarshal(data []byte, into any) error {
	return json.Unmarshal(data, into, options(data, lenient))
}

// UnmarshalStrict is Unmarshal for what strangers send: in values of any form
// it refuses integers beyond ±2^53 ([ErrInteger]) and numbers that are out of
// range ([ErrRange]).
func UnmarshalStrict(data []byte, into any) error {
	return json.Unmarshal(data, into, options(data, strict))
}

// crowded reports JSON with more values for its length than may be decoded:
// beyond a few thousand, one in sixteen bytes.
func crowded(data []byte) bool {
	const few, perByte = 4096, 16
	left := few + len(data)/perByte
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			i += endOfString(data[i:])
		case ',', '[', '{':
			if left--; left < 0 {
				return true
			}
		}
	}
	return false
}

// endOfString returns the index of the quote that ends the string which data
// begins with, or the last index.
func endOfString(data []byte) int {
	for i := 1; i < len(data); i++ {
		switch data[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(data)
}

// decoding are the options by which JSON with few and with many values for its
// length is decoded.
type decoding struct{ sparse, crowded json.Options }

var lenient, strict = newDecoding(func([]byte) error { return nil }), newDecoding(checkNumbers)

// newDecoding returns options with a check of every value of any form.
func newDecoding(check func(data []byte) error) decoding {
	with := func(value func(*jsontext.Decoder, *any) error) json.Options {
		return json.JoinOptions(jsontext.AllowDuplicateNames(true), json.WithUnmarshalers(json.JoinUnmarshalers(
			json.UnmarshalFromFunc(unmarshalParts), json.UnmarshalFromFunc(unmarshalPart), json.UnmarshalFromFunc(value))))
	}
	return decoding{with(numbers(check)), with(texts(check))}
}

func options(data []byte, d decoding) json.Options {
	if crowded(data) {
		return d.crowded
	}
	return d.sparse
}

func unmarshalParts(dec *jsontext.Decoder, parts *a2a.ContentParts) error {
	return json.UnmarshalDecode(dec, (*[]*a2a.Part)(parts))
}

// content is a value of any form in the place where a part has it. Null is one.
type content struct {
	value any
	given bool
}

// UnmarshalJSONFrom implements [json.UnmarshalerFrom]. An object is a map even
// where its members stay text, since A2A 0.3 knows no other data.
func (c *content) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	c.given = true
	if dec.PeekKind() != jsontext.KindBeginObject {
		return json.UnmarshalDecode(dec, &c.value)
	}
	members := make(map[string]any)
	c.value = members
	return json.UnmarshalDecode(dec, &members)
}

// unmarshalPart reads a part of A2A 1.0: exactly one content member. In ProtoJSON null
// is no value, but for data, which is a google.protobuf.Value.
func unmarshalPart(dec *jsontext.Decoder, p *a2a.Part) error {
	var wire struct {
		Text      *string        `json:"text"`
		Raw       *[]byte        `json:"raw"`
		Data      content        `json:"data"`
		URL       *string        `json:"url"`
		Filename  string         `json:"filename"`
		MediaType string         `json:"mediaType"`
		Metadata  map[string]any `json:"metadata"`
	}
	if err := json.UnmarshalDecode(dec, &wire); err != nil {
		return err
	}
	contents := 0
	set := func(c a2a.PartContent) { p.Content = c; contents++ }
	if wire.Text != nil {
		set(a2a.Text(*wire.Text))
	}
	if wire.Raw != nil {
		set(a2a.Raw(*wire.Raw))
	}
	if wire.Data.given {
		set(a2a.Data{Value: wire.Data.value})
	}
	if wire.URL != nil {
		set(a2a.URL(*wire.URL))
	}
	if contents != 1 {
		return ErrPart
	}
	p.Filename, p.MediaType, p.Metadata = wire.Filename, wire.MediaType, wire.Metadata
	return nil
}

// texts keeps a value of any form as text.
func texts(check func([]byte) error) func(*jsontext.Decoder, *any) error {
	return func(dec *jsontext.Decoder, v *any) error {
		raw, err := dec.ReadValue()
		if err != nil {
			return err
		}
		if err := check(raw); err != nil {
			return err
		}
		*v = nil
		if raw.Kind() != jsontext.KindNull {
			*v = stdjson.RawMessage(bytes.Clone(raw))
		}
		return nil
	}
}

// numbers reads numbers; anything else is left to package json.
func numbers(check func([]byte) error) func(*jsontext.Decoder, *any) error {
	return func(dec *jsontext.Decoder, v *any) error {
		if dec.PeekKind() != jsontext.KindNumber {
			return errors.ErrUnsupported
		}
		raw, err := dec.ReadValue()
		if err != nil {
			return err
		}
		*v = jsonnumber.Parse(raw)
		return check(raw)
	}
}
