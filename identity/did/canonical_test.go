package did_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

type canonicalFixtures struct {
	Accepted []struct{ Body, Canonical string }
	Refused  []struct {
		Reason string
		Bytes  []byte `json:"body_base64"`
	}
}

func reasons() map[string]error {
	return map[string]error{
		"body_not_utf8": did.ErrBodyNotUTF8, "json_malformed": did.ErrSyntax, "json_duplicate_key": did.ErrDuplicateKey,
		"json_too_deep": did.ErrDepth, "json_number": did.ErrNumber,
	}
}

func TestCanonicalJSONFixtures(t *testing.T) {
	fixtures := readFixture[canonicalFixtures](t, "canonical-json.json")
	if len(fixtures.Accepted) < 10 || len(fixtures.Refused) < 40 {
		t.Fatal("fixtures are incomplete")
	}
	for _, f := range fixtures.Accepted {
		got, err := did.CanonicalJSON([]byte(f.Body))
		if err != nil || string(got) != f.Canonical {
			t.Errorf("CanonicalJSON(%q) = %q, %v; want %q", f.Body, got, err, f.Canonical)
		}
		again, err := did.CanonicalJSON(got)
		if err != nil || !bytes.Equal(again, got) {
			t.Errorf("canonical form %q becomes %q, %v", got, again, err)
		}
	}
	for _, f := range fixtures.Refused {
		got, err := did.CanonicalJSON(f.Bytes)
		if want := reasons()[f.Reason]; !errors.Is(err, want) || got != nil {
			t.Errorf("CanonicalJSON(%.60q) = %q, %v; want %v", f.Bytes, got, err, want)
		}
		if errors.Is(err, did.ErrBodyNotCanonical) == errors.Is(err, did.ErrBodyNotUTF8) {
			t.Errorf("CanonicalJSON(%.60q): %v must be ErrBodyNotCanonical or ErrBodyNotUTF8, not both", f.Bytes, err)
		}
	}
}

// The examples of RFC 8785 section 3.2.3 (sorting) and of its appendix B that
// survive unchanged, written down by hand rather than generated.
func TestCanonicalJSONByHand(t *testing.T) {
	for in, want := range map[string]string{
		"{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\",\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}": "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"\u00f6\":\"Latin Small Letter O With Diaeresis\",\"\u20ac\":\"Euro Sign\",\"\U0001f600\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
		`[56.0, {"d": true, "10": null, "1": []}]`:                                  `[56,{"1":[],"10":null,"d":true}]`,
		"[1E30, 4.50, 6, 2e-3, 0.000000000000000000000000001]":                      "[1e+30,4.5,6,0.002,1e-27]",
		"[5e-324,-1.7976931348623157e308,9007199254740992,295147905179352830000.0]": "[5e-324,-1.7976931348623157e+308,9007199254740992,295147905179352830000]",
		"[1e21,9.999999999999997e22,1e23,999999999999999900000,0.000001,1e-7]":      "[1e+21,9.999999999999997e+22,1e+23,999999999999999900000,0.000001,1e-7]",
		"\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"":              "\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"",
	} {
		if got, err := did.CanonicalJSON([]byte(in)); err != nil || string(got) != want {
			t.Errorf("CanonicalJSON(%s)\n got %s, %v\nwant %s", in, got, err, want)
		}
	}
}

func nested(depth int) []byte {
	return []byte(strings.Repeat("[", depth) + strings.Repeat("]", depth))
}

func TestDepth(t *testing.T) {
	if _, err := did.CanonicalJSON(nested(did.MaxDepth)); err != nil {
		t.Errorf("depth %d: %v", did.MaxDepth, err)
	}
	for _, depth := range []int{65, 10_001, 1_000_000} {
		for name, body := range map[string][]byte{
			"arrays":   nested(depth),
			"objects":  []byte(strings.Repeat(`{"a":`, depth)),
			"mixed":    []byte(strings.Repeat(`[{"a":`, depth)),
			"unclosed": []byte(strings.Repeat("[", depth)),
		} {
			if _, err := did.CanonicalJSON(body); !errors.Is(err, did.ErrDepth) {
				t.Errorf("106 %s, depth %d: %v, want ErrDepth", name, depth, err)
			}
		}
	}
}

// Bodies made to be slow. The bound is far above what each takes, and far
// below what it would take if the work grew with the square of the size.
func TestHostileShapesAreQuick(t *testing.T) {
	var ascending, descending strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&ascending, `,"%06d":0`, i)
		fmt.Fprintf(&descending, `,"%06d":0`, 999_999-i)
	}
	for name, body := range map[string]string{
		"ascending keys":  "{" + ascending.String()[1:] + "}",
		"descending keys": "{" + descending.String()[1:] + "}",
		"flat array":      "[" + strings.Repeat("0,", 100_000) + "0]",
		"long string":     `"` + strings.Repeat(`\ud83d\ude00`, 150_000) + `"`,
		"long zero":       "0." + strings.Repeat("0", 1_000_000),
		"long exponent":   "0e" + strings.Repeat("0", 1_000_000),
		"white space":     strings.Repeat(" ", 1_500_000) + "1",
	} {
		start := time.Now()
		_, err := did.CanonicalJSON([]byte(body))
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s took %v (%v)", name, took, err)
		}
	}
}
