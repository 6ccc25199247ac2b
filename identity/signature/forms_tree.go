package signature

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
)

// tree is a JSON value as it was sent, for diagnosis only.
type tree struct {
	kind    jsontext.Kind
	text    string // of a string
	number  string // or literal, as it stands in the text
	members []treeMember
}

// treeMember is a member of an object, or without a name an entry of an array.
type treeMember struct {
	name  string
	value tree
}

func text(s string) tree { return tree{kind: jsontext.KindString, text: s} }

// readTree reads a body; none is null.
func readTree(body []byte) (tree, bool) {
	if len(body) == 0 {
		return tree{number: "null"}, true
	}
	dec := jsontext.NewDecoder(bytes.NewReader(body))
	t, err := readValue(dec)
	if err == nil {
		_, err = dec.ReadToken()
	}
	return t, err == io.EOF
}

func readValue(dec *jsontext.Decoder) (tree, error) {
	token, err := dec.ReadToken()
	if err != nil {
		return tree{}, err
	}
	t := tree{kind: token.Kind()}
	switch t.kind {
	case jsontext.KindString:
		t.text = token.String()
	case jsontext.KindBeginObject, jsontext.KindBeginArray:
		if dec.StackDepth() > did.MaxDepth {
			return tree{}, did.ErrDepth
		}
		for dec.PeekKind() != jsontext.KindEndObject && dec.PeekKind() != jsontext.KindEndArray {
			var m treeMember
			if t.kind == jsontext.KindBeginObject {
				name, err := dec.ReadToken()
				if err != nil {
					return tree{}, err
				}
				m.name = name.String()
			}
			if m.value, err = readValue(dec); err != nil {
				return tree{}, err
			}
			t.members = append(t.members, m)
		}
		_, err = dec.ReadToken()
	default:
		t.number = token.String()
	}
	return t, err
}

// number writes a number, or a literal, as the style's language prints it.
func (s jcsStyle) number(sent string) string {
	switch s.numbers {
	case 1:
		return pythonNumber(sent)
	case 2:
		return sent
	case 3:
		return javaNumber(sent)
	}
	if canonical, err := did.CanonicalJSON([]byte(sent)); sent[0] <= '9' && err == nil {
		return string(canonical)
	}
	return sent
}

// pythonNumber is what json.dumps makes of a number that json.loads read: an
// integer as it is, anything else as repr does.
func pythonNumber(sent string) string {
	f, scientific, exponent, ok := double(sent)
	switch {
	case !ok:
		return sent
	case exponent < -4 || exponent >= 16:
		return scientific
	}
	return withFraction(strconv.FormatFloat(f, 'f', -1, 64))
}

// javaNumber is what Double.toString makes of a number with fraction or exponent.
func javaNumber(sent string) string {
	f, scientific, exponent, ok := double(sent)
	switch {
	case !ok:
		return sent
	case f == 0 || exponent >= -3 && exponent < 7:
		return withFraction(strconv.FormatFloat(f, 'f', -1, 64))
	}
	mantissa, _, _ := strings.Cut(scientific, "e")
	return withFraction(mantissa) + "E" + strconv.Itoa(exponent)
}

// double reads a number that is not written as an integer, and returns it with
// its shortest digits, as 1.5e+20, and its exponent.
func double(sent string) (f float64, scientific string, exponent int, ok bool) {
	if sent[0] > '9' || !strings.ContainsAny(sent, ".eE") {
		return 0, "", 0, false
	}
	f, err := strconv.ParseFloat(sent, 64)
	if err != nil {
		return 0, "", 0, false
	}
	scientific = strconv.FormatFloat(f, 'e', -1, 64)
	_, after, _ := strings.Cut(scientific, "e")
	exponent, err = strconv.Atoi(after)
	return f, scientific, exponent, err == nil
}

func withFraction(number string) string {
	if strings.Contains(number, ".") {
		return number
	}
	return number + ".0"
}
