package did

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// agree compares with the judge: same bytes, or the same error word by word.
func agree(t *testing.T, body []byte) {
	t.Helper()
	before := bytes.Clone(body)
	quickAgrees(t, body)
	got, err := CanonicalJSON(body)
	if !bytes.Equal(body, before) {
		t.Fatalf("the body %q was changed", before)
	}
	want, wantErr := judgeCanonical(body)
	if fmt.Sprint(err) != fmt.Sprint(wantErr) || !bytes.Equal(got, want) || (got == nil) != (err != nil) {
		if len(want) > maxGrowth*len(body)+growthSlack {
			return
		}
		t.Fatalf("CanonicalJSON(%q)\n%s, %v\nthe judge says\n%s, %v", body, got, err, want, wantErr)
	}
}

// quickAgrees fails unless the quick way takes exactly what the thorough one takes, and
// makes the same of it.
func quickAgrees(t *testing.T, body []byte) {
	t.Helper()
	if !utf8.Valid(body) {
		return
	}
	c := canonicalisers.Get().(*canonicaliser)
	defer c.release()
	taken := c.quick(body)
	got := bytes.Clone(c.out)
	c.reset()
	want, err := c.thorough(body)
	if len(want) > maxGrowth*len(body)+growthSlack {
		return
	}
	if taken != (err == nil) || taken && !bytes.Equal(got, want) {
		t.Fatalf("quick %q: taken %t\n%s\nthorough: %v\n%s", body, taken, got, err, want)
	}
}

func FuzzCanonicalJSONJudged(f *testing.F) {
	for _, s := range []string{
		"null", " [1, 2.50, -0, 1e400, 9007199254740993]", `{"b":1,"a":{"\u0062":"\ud83d\ude00\/"}}`, `{"a":1,"b":{"x":1,"w":2,"x":3},"a":2}`,
		`{"b":1,"a":2,"b":[`, `{"b":1,"a":2,"b":-0}`, `{"z":{"b":1,"a":1,"\u0061":1},"y":1e999}`, `["\u0000\u001f\u007f\u2028\"\\\/"]`,
		"{\"\ufb33\":1,\"\U0001f600\":2,\"\\ufb33\\u0000\":3}", "{}{}", `[1E5,0.1,1e-7,1e21,5e-324,4.9e-324,1e23,9007199254740992e23]`, `{"":{"":0},"\u0000":0}`,
		`{1:2}`, `[1 2]`, `{"a" 1}`, `[}`, `{"a":}`, `[1,]`, `{"a":1,}`, "-", "[0.]", "1e", `"\ud800"`, "tru", "[nul]",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) { agree(t, body) })
}

// Fuzzing bytes rarely makes JSON: this makes nothing else, around every limit,
// and then breaks some of it.
func TestCanonicalJSONAgreesWithTheJudge(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(163, 8785))}
	for range rounds(10_000) {
		body := []byte(g.value(6))
		if g.IntN(4) == 0 && len(body) > 0 {
			body[g.IntN(len(body))] = `{}[]",:0e-\u`[g.IntN(12)]
		}
		agree(t, body)
	}
}

func TestNumbersAgreeWithTheJudge(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(163, 754))}
	for range rounds(20_000) {
		number := g.number()
		got, ok := appendNumber(nil, []byte(number))
		want, err := judgeCanonical([]byte(number))
		if ok != (err == nil) || ok && !bytes.Equal(got, want) {
			t.Fatalf("appendNumber(%s) = %s, %v; the judge says %s, %v", number, got, ok, want, err)
		}
	}
}

func rounds(n int) int {
	if testing.Short() {
		return n / 20
	}
	return n
}

type generator struct{ *rand.Rand }

func (g generator) value(depth int) string {
	kinds := 6
	if depth == 0 {
		kinds = 4
	}
	switch g.IntN(kinds) {
	case 0:
		return g.number()
	case 1:
		return []string{"null", "true", "false", " 1 ", "\n0\t"}[g.IntN(5)]
	case 2, 3:
		return g.text()
	case 4:
		return g.list("[", "]", func() string { return g.value(depth - 1) })
	}
	return g.list("{", "}", func() string { return g.text() + []string{":", " : "}[g.IntN(2)] + g.value(depth-1) })
}

func (g generator) list(before, after string, one func() string) string {
	all := make([]string, g.IntN(7))
	for i := range all {
		all[i] = one()
	}
	return before + strings.Join(all, ",") + after
}

// text is a short string, so that names meet; with prefixes that names share.
func (g generator) text() string {
	pieces := []string{
		"a", "b", "aaaaaaaaaaaaaaaa", `\u0061`, `\u0000`, `\n`, `\u001f`, `\"`, `\\`, `\/`, "\u00e9", `\u00e9`, "\ud7ff", "\ue000", "\uffff",
		`\ud83d\ude00`, "\U0001f600", "\U0010ffff", "\x7f", "\u2028", "<", "é\u0301",
	}
	var b strings.Builder
	for range g.IntN(3) {
		b.WriteString(pieces[g.IntN(len(pieces))])
	}
	return `"` + b.String() + `"`
}

// number is one around a limit: the shortest decimal of a double, of one near
// it, the middle of two doubles, other digits, another exponent.
func (g generator) number() string {
	f := math.Float64frombits(g.Uint64())
	switch g.IntN(6) {
	case 0:
		f = math.Float64frombits(g.Uint64() >> (11 + g.IntN(53))) // below the normal ones
	case 1:
		f = float64(g.Int64() >> g.IntN(64))
	case 2:
		f = float64(g.Int64N(1e6)) / math.Pow10(g.IntN(12))
	case 3:
		f = math.Ldexp(float64(g.Int64N(1<<53)), g.IntN(80)-2)
	case 4:
		return strconv.FormatUint(g.Uint64N(1<<57), 10) + []string{"", "e1", "E23", "e-1", ".0", "e-320", "000"}[g.IntN(7)]
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "0"
	}
	text := strconv.FormatFloat(f, "eEfg"[g.IntN(4)], -1, 64)
	if g.IntN(4) == 0 {
		text = strconv.FormatFloat(f, 'e', 12+g.IntN(10), 64)
	}
	if g.IntN(8) == 0 {
		digit := g.IntN(len(text))
		if '1' <= text[digit] && text[digit] <= '9' {
			text = text[:digit] + string('1'+rune(g.IntN(9))) + text[digit+1:]
		}
	}
	return text
}
