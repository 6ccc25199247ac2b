package did

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// FuzzCanonicalJSON compares with a second RFC 8785 implementation. We accept
// less, for these reasons only: a number would change its value, nesting is
// deeper than MaxDepth.
func FuzzCanonicalJSON(f *testing.F) {
	for _, s := range []string{
		"null", " [1, 2.50, -0, 1e400, 9007199254740993]", `{"b":1,"a":{"\u0062":"\ud83d\ude00\/"}}`, `{"a":1,"a":2}`, `"\ud800"`,
		"{\"\ufb33\":1,\"\U0001f600\":2}", "\ufeff{}", "{}{}", "\"\xff\"", "[[[[]]]]", `[1E5,0.1,1e-7,1e21,5e-324]`, `{"":0}`, "",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		got, err := CanonicalJSON(body)
		if !bytes.Equal(body, before) {
			t.Fatal("the body was changed")
		}
		other := jsontext.Value(bytes.Clone(body))
		otherErr := other.Canonicalize()
		if err == nil {
			if otherErr != nil || !bytes.Equal(got, other) {
				t.Fatalf("CanonicalJSON(%q)\n%s\n%s, %v", body, got, other, otherErr)
			}
			checkCanonical(t, body, got)
			return
		}
		listed := errors.Is(err, ErrNumber) || errors.Is(err, ErrDepth)
		if otherErr == nil && !listed {
			t.Fatalf("CanonicalJSON(%q): %v; the other gives %s", body, err, other)
		}
	})
}

// checkCanonical shows that the canonical form is a fixed point and that no
// number in it has another value than before.
func checkCanonical(t *testing.T, body, canonical []byte) {
	t.Helper()
	again, err := CanonicalJSON(canonical)
	if err != nil || !bytes.Equal(again, canonical) {
		t.Fatalf("canonical %s becomes %s, %v", canonical, again, err)
	}
	before, after := decodeExactly(t, body), decodeExactly(t, canonical)
	if before != after {
		t.Fatalf("values of %q changed:\n%s\n%s", body, before, after)
	}
}

// decodeExactly prints a JSON value with sorted keys and exact numbers.
func decodeExactly(t *testing.T, data []byte) string {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%q: %v", data, err)
	}
	return fmt.Sprintf("%#v", exact(v))
}

func exact(v any) any {
	switch v := v.(type) {
	case json.Number:
		if r, ok := rational(v.String()); ok {
			return r.RatString()
		}
		return v
	case []any:
		for i := range v {
			v[i] = exact(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = exact(v[name])
		}
	}
	return v
}

// rational is the exact value of a number whose exponent is small enough to
// write out.
func rational(number string) (*big.Rat, bool) {
	if i := strings.IndexAny(number, "eE"); i >= 0 {
		if strings.Trim(number[:i], "-0.") == "" {
			return new(big.Rat), true
		}
		if e, err := strconv.Atoi(number[i+1:]); err != nil || e > 400 || e < -400 {
			return nil, false
		}
	}
	return new(big.Rat).SetString(number)
}

// FuzzNumber compares the decimal comparison with exact rational arithmetic.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{
		"0", "-0", "1", "-1.50", "9007199254740993", "9007199254740992", "0.1", "0.1000000000000000055511151231257827",
		"1e400", "1e-400", "4.9e-324", "5e-324", "1e21", "1E+2", "100e-2", "0.000001", "123456789012345680000", "18446744073709551616", "1e0005",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, number string) {
		if !json.Valid([]byte(number)) || strings.Trim(number, "0123456789+-.eE") != "" {
			return
		}
		r, ok := rational(number)
		if !ok || len(number) > 2000 {
			keepsValue(number)
			return
		}
		if got, want := keepsValue(number), survives(r, number); got != want {
			t.Fatalf("keepsValue(%s) = %v, want %v", number, got, want)
		}
	})
}

// survives decides by rationals: is the shortest decimal of the nearest double
// this very number? Minus zero is not.
func survives(r *big.Rat, number string) bool {
	if r.Sign() == 0 {
		return number[0] != '-'
	}
	double, err := strconv.ParseFloat(number, 64)
	if err != nil || double == 0 {
		return false
	}
	back, ok := new(big.Rat).SetString(strconv.FormatFloat(double, 'e', -1, 64))
	return ok && back.Cmp(r) == 0
}

// keepsValue reports whether a number has a canonical form.
func keepsValue(number string) bool {
	_, ok := appendNumber(nil, []byte(number))
	return ok
}
