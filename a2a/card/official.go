package card

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
)

// withoutEmptyForm is how signatures over such a payload name it in their header.
const withoutEmptyForm = "without-empty"

// officialPayloads returns what the official verifiers of JavaScript and of Python
// (a2a-js 1.0.1, a2a-python at 46b292b) take for the payload where [Payload] is payload:
// without whatever is empty, and Python in ASCII. One that is payload itself is left
// out. A card that is signed over these too is one that they do not refuse.
func officialPayloads(payload []byte) ([][]byte, error) {
	var card any
	if err := json.Unmarshal(payload, &card); err != nil {
		return nil, fmt.Errorf("reading a payload: %w", err)
	}
	raw, err := json.Marshal(withoutEmpty(card), jsontext.AllowDuplicateNames(true))
	if err != nil {
		return nil, fmt.Errorf("encoding a payload: %w", err)
	}
	script, err := did.CanonicalJSON(raw)
	if err != nil {
		return nil, fmt.Errorf("encoding a payload: %w", err)
	}
	var all [][]byte
	for _, p := range [][]byte{script, inASCII(script)} {
		if !bytes.Equal(p, payload) && (len(all) == 0 || !bytes.Equal(p, all[0])) {
			all = append(all, p)
		}
	}
	return all, nil
}

// withoutEmpty returns a value without null, empty texts, lists and objects in it; nil
// if nothing is left.
func withoutEmpty(value any) any {
	switch v := value.(type) {
	case string:
		if v == "" {
			return nil
		}
	case []any:
		var kept []any
		for _, each := range v {
			if each = withoutEmpty(each); each != nil {
				kept = append(kept, each)
			}
		}
		if kept == nil {
			return nil
		}
		return kept
	case map[string]any:
		kept := make(map[string]any, len(v))
		for name, each := range v {
			if each = withoutEmpty(each); each != nil {
				kept[name] = each
			}
		}
		if len(kept) == 0 {
			return nil
		}
		return kept
	}
	return value
}

// inASCII escapes what is not printable ASCII in canonical JSON.
func inASCII(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		switch {
		case r < 0x7f:
			out = append(out, byte(r))
		case r < 0x10000:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		}
	}
	return out
}
