package a2a

import (
	"errors"
	"strconv"
	"strings"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/task"
)

// decode reads the parameters of a method. Member names are matched by exact
// case and unknown members are ignored.
func decode(params jsontext.Value, into any) error {
	if params == nil {
		return invalidParams("params are required")
	}
	err := json.Unmarshal(params, into, decoding)
	if err == nil {
		return nil
	}
	var refused *task.Refusal
	if errors.As(err, &refused) {
		return refused
	}
	var semantic *json.SemanticError
	if errors.As(err, &semantic) && semantic.JSONPointer != "" {
		return invalidParams("params: wrong type or value at " + pointer(semantic.JSONPointer))
	}
	return invalidParams("params have a wrong type or value")
}

// pointer shortens what is the peer's own text anyway.
func pointer(p jsontext.Pointer) string {
	const longest = 200
	if len(p) > longest {
		p = p[:longest]
	}
	return strconv.Quote(string(p))
}

func invalidParams(message string) error {
	return &task.Refusal{Err: a2a.ErrInvalidParams, Reason: "params_invalid", Message: message}
}

// decoding replaces the methods of a2a-go that decode with encoding/json, which
// takes names in any case, and looks at numbers in free-form data.
var decoding = json.WithUnmarshalers(json.JoinUnmarshalers(
	json.UnmarshalFromFunc(func(dec *jsontext.Decoder, parts *a2a.ContentParts) error {
		return json.UnmarshalDecode(dec, (*[]*a2a.Part)(parts))
	}),
	json.UnmarshalFromFunc(unmarshalPart),
	json.UnmarshalFromFunc(unmarshalAny),
))

// unmarshalPart reads a part of A2A 1.0: exactly one content member.
func unmarshalPart(dec *jsontext.Decoder, p *a2a.Part) error {
	var wire struct {
		Text      *string        `json:"text"`
		Raw       *[]byte        `json:"raw"`
		Data      any            `json:"data"`
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
	if wire.Data != nil {
		set(a2a.Data{Value: wire.Data})
	}
	if wire.URL != nil {
		set(a2a.URL(*wire.URL))
	}
	if contents != 1 {
		return invalidParams("a part must have exactly one of text, raw, url and data")
	}
	p.Filename, p.MediaType, p.Metadata = wire.Filename, wire.MediaType, wire.Metadata
	return nil
}

// unmarshalAny refuses integers in free-form data that would change in silence,
// because they become float64 (RFC 8259, section 6).
func unmarshalAny(dec *jsontext.Decoder, v *any) error {
	if dec.PeekKind() != '0' {
		return errors.ErrUnsupported
	}
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	text := string(raw)
	if !strings.ContainsAny(text, ".eE") {
		const exact = 1 << 53
		if n, err := strconv.ParseInt(text, 10, 64); err != nil || n < -exact || n > exact {
			return invalidParams("an integer beyond ±2^53 would be changed: send it as a string")
		}
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return invalidParams("a number is out of range")
	}
	*v = number
	return nil
}
