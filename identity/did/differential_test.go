package did

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

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

// naiveReference writes the payload rune by rune, the slow and obvious way.
func naiveReference(body, did string, timestamp int64) string {
	var b strings.Builder
	quote := func(s string) {
		b.WriteByte('"')
		for _, r := range s {
			switch {
			case strings.ContainsRune("\"\\", r):
				fmt.Fprintf(&b, "\\%c", r)
			case strings.ContainsRune("\b\f\n\r\t", r):
				fmt.Fprintf(&b, "\\%c", "bfnrt"[strings.IndexRune("\b\f\n\r\t", r)])
			case r >= 0x20 && r <= 0x7e:
				b.WriteRune(r)
			case r <= 0xffff:
				fmt.Fprintf(&b, "\\u%04x", r)
			default:
				fmt.Fprintf(&b, "\\u%04x\\u%04x", 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
			}
		}
		b.WriteByte('"')
	}
	b.WriteString(`{"body": `)
	quote(body)
	b.WriteString(`, "did": `)
	quote(did)
	fmt.Fprintf(&b, `, "timestamp": %d}`, timestamp)
	return b.String()
}

func FuzzReferencePayload(f *testing.F) {
	f.Add([]byte(`{"test": "value"}`), "did:bindu:test", int64(1000))
	f.Add([]byte("\x00\x1f\x7f\u0080\u2028\uffff\U0001f600\"\\\b\f\n\r\t/<>&'"), "did:bindu:a\"b", int64(-1))
	f.Add([]byte("\xff\xed\xa0\x80"), "", int64(0))
	f.Fuzz(func(t *testing.T, body []byte, did string, timestamp int64) {
		r := Request{DID: DID{did}, Body: body, Timestamp: timestamp}
		got, err := referencePayload(r)
		if !utf8.Valid(body) {
			if !errors.Is(err, ErrBodyNotUTF8) || got != nil {
				t.Fatalf("%q, %v", got, err)
			}
			return
		}
		if !utf8.ValidString(did) {
			return // no DID is like that
		}
		if want := naiveReference(string(body), did, timestamp); err != nil || string(got) != want {
			t.Fatalf("payload %q, %v\nwant    %q", got, err, want)
		}
		var decoded struct {
			Body, DID string
			Timestamp int64
		}
		if err := json.Unmarshal(got, &decoded); err != nil || decoded.Body != string(body) || decoded.DID != did || decoded.Timestamp != timestamp {
			t.Fatalf("payload %q decodes to %+v, %v", got, decoded, err)
		}
	})
}

// Python itself, over a few thousand random bodies.
func TestReferencePayloadMatchesPython(t *testing.T) {
	path, err := exec.LookPath("python3")
	if err != nil && os.Getenv("CI") != "true" {
		t.Skip("SKIPPED: no python3 here to compare the reference payload with")
	}
	const script = `
import base64, json, sys
for line in sys.stdin:
    body, did, timestamp = line.rstrip("\n").split(" ")
    body = base64.b64decode(body).decode("utf-8")
    print(json.dumps({"body": body, "did": did, "timestamp": int(timestamp)}, sort_keys=True))
`
	random := rand.New(rand.NewPCG(5, 6))
	var in strings.Builder
	var want []string
	for range 3000 {
		body, timestamp := randomText(random), random.Int64()
		fmt.Fprintf(&in, "%s did:bindu:test %d\n", base64.StdEncoding.EncodeToString([]byte(body)), timestamp)
		want = append(want, string(appendReference(nil, []byte(body), "did:bindu:test", timestamp)))
	}
	cmd := exec.CommandContext(t.Context(), path, "-c", script)
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python3: %v", err)
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	for _, ours := range want {
		if !lines.Scan() || lines.Text() != ours {
			t.Fatalf("python3 says %q\nwe say       %q", lines.Text(), ours)
		}
	}
}

// randomText has characters around every limit that an escaper knows.
func randomText(random *rand.Rand) string {
	limits := []rune{0, 0x1f, 0x20, '"', '/', '<', '\\', '`', 0x7e, 0x7f, 0x80, 0x9f, 0xa0, 0xff, 0x7ff, 0x800, 0x2028, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xffff, 0x10000, 0x1f600, 0x10ffff}
	var b strings.Builder
	for range random.IntN(40) {
		r := limits[random.IntN(len(limits))] + rune(random.IntN(5)) - 2
		if !utf8.ValidRune(r) {
			r = rune(random.IntN(0xd800))
		}
		b.WriteRune(r)
	}
	return b.String()
}

// keepsValue reports whether a number has a canonical form.
func keepsValue(number string) bool {
	_, ok := appendNumber(nil, []byte(number))
	return ok
}
