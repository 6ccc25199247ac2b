package jsonlex_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/jsonlex"
)

// judge returns where jsontext sees a value end, -1 where it sees none.
func judge(text []byte) int {
	dec := jsontext.NewDecoder(bytes.NewReader(text))
	if _, err := dec.ReadValue(); err != nil {
		return -1
	}
	return int(dec.InputOffset())
}

// agree fails unless what is at the beginning of a text ends where jsontext sees it end.
func agree(t *testing.T, text []byte) {
	t.Helper()
	start := jsonlex.Space(text, 0)
	if c := jsonlex.Byte(text, start); c == '{' || c == '[' {
		return
	}
	want := judge(text)
	end, ok := jsonlex.Scalar(text, start)
	if want < 0 && ok {
		// A decoder also looks at what follows a number or a word.
		want = judge(text[:end])
	}
	if ok != (want >= 0) || ok && end != want {
		t.Fatalf("%q: ends at %d, %t; jsontext: %d", text, end, ok, want)
	}
	if jsonlex.Byte(text, start) != '"' {
		return
	}
	if _, escaped, _ := jsonlex.String(text, start); ok && escaped != bytes.ContainsRune(text[:end], '\\') {
		t.Fatalf("%q: escaped %t", text, escaped)
	}
}

var scalars = []string{
	"", " ", "\t\r\n 1", "\v1", "\x00", "0", "-0", "-", "+1", "01", "-01", "10", "1.5", "1.", ".5", "1e5", "1E+5", "1e-05", "1e", "1e+", "1.e5", "0e0", "00", "--1",
	"true", "tru", "trux", "TRUE", "false", "falsy", "null", "nul", "nulll", "n", `""`, `"a"`, `"`, `"a`, `"\`, `"\"`, `"\""`, `"\\"`, `"\/\b\f\n\r\t"`, `"\a"`, `"\`,
	`"\u0041"`, `"\u00e"`, `"\u00eg"`, `"\uABcd"`, `"\U0041"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ud83d\n"`, `"\ud83d\u0041"`, `"\ude00"`, `"\ude00\ud83d"`, `"\ud83d\ud83d"`, `"\ud83d\`,
	"\"\x1f\"", "\"\x7f\"", "\"\n\"", "\"\u00e9\U0001f600\u2028\"", "'a'", "NaN", "Infinity", "]", ",",
}

func TestScalarsEndWhereJsontextSeesThemEnd(t *testing.T) {
	for _, s := range scalars {
		agree(t, []byte(s))
		for _, more := range []string{"1", ",", "]", "\"", " ", "x", "\\"} {
			agree(t, []byte(s+more))
			agree(t, []byte(`"`+s+more+`"`))
		}
	}
}

// A byte that ends a string stands at each distance from the words in which it is read.
func TestAStringEndsAtEachPlace(t *testing.T) {
	for length := range 30 {
		for at := range length + 1 {
			for _, c := range []string{`"`, `\"`, `\u0041`, "\x1f", "\x00", " ", "!", "\x7f", "\u0080", "\u00a2", "\U0010ffff"} {
				agree(t, []byte(`"`+strings.Repeat("a", at)+c+strings.Repeat("\u00a2", length-at)+`"`))
			}
		}
	}
}

func FuzzScalar(f *testing.F) {
	for _, s := range scalars {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { agree(t, []byte(strings.ToValidUTF8(s, ""))) })
}
