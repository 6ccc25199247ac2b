package jsonrpc_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// agree fails unless the scanner takes exactly what the judge takes, and reads it alike.
func agree(t *testing.T, body []byte, depth int) (taken bool) {
	t.Helper()
	before := bytes.Clone(body)
	got, taken := jsonrpc.Scan(body, depth)
	if !bytes.Equal(body, before) {
		t.Fatalf("the body %q was changed", before)
	}
	want, err := jsonrpc.Judge(body, depth)
	if taken != (err == nil) {
		t.Fatalf("scanned %q: taken %t; judged: %v", body, taken, err)
	}
	if taken && !reflect.DeepEqual(got, want) {
		t.Fatalf("scanned %q\n%+v\njudged\n%+v", body, got, want)
	}
	return taken
}

// edges are texts around what JSON allows.
var edges = []string{
	`-0`, `01`, `-`, `1.`, `.5`, `1e`, `1e+`, `1E-7`, `-1.5e+10`, `+1`, `0x1`, `1e400`, `truely`, `tru`, `nul`, `null1`, `falsefalse`, `True`,
	`"\/\b\f\n\r\t\"\\"`, `"\x"`, `"\u12"`, `"\u12G4"`, `"\uD83D\uDE00"`, `"\ud83d"`, `"\ude00"`, `"\ud83d\ud83d"`, `"\ud83dx"`, `"\uabCD"`,
	`"`, `"a`, `"a\`, "\"\n\"", "\"\x7f\"", "\"\x00\"", "\x00", "\"\u2028\U0010ffff\"", "\"\xff\"", "\"\xed\xa0\x80\"", "\ufeff1",
	`[`, `]`, `[}`, `[,]`, `[1,]`, `[1 2]`, `{`, `{}`, `{,}`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a" 1}`, `{a:1}`, `{1:1}`, `{"a":1 "b":2}`, `{"a"::1}`,
	`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"":0,"":1}`, `[{"a":{"b":1}},{"a":1}]`, `/**/1`, `1,2`, `[1]]`, `[[]`, "\v1", "\u00a01", "'a'", `"0123456\"89abcdef"`,
}

func TestTheScannerTakesWhatTheJudgeTakes(t *testing.T) {
	t.Parallel()
	for _, edge := range edges {
		for _, body := range []string{
			edge, `{"jsonrpc":"2.0","id":1,"method":"m","params":[` + edge + `]}`, `{"jsonrpc":"2.0","id":` + edge + `,"method":"m"}`,
			`{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":` + edge + `,"b":[]}}`, `{"jsonrpc":"2.0","id":1,"method":` + edge + `}`,
			`{"jsonrpc":"2.0","id":1,"method":"m"}` + edge, edge + `{"jsonrpc":"2.0","id":1,"method":"m"}`, `{"jsonrpc":` + edge + `,"id":1,"method":"m"}`,
			`{"jsonrpc":"2.0","id":1,"method":"m","params":` + edge, `{"jsonrpc":"2.0","id":1,"method":"m",` + edge + `:1}`,
		} {
			agree(t, []byte(body), 4)
		}
		whole := `{"jsonrpc":"2.0","id":` + edge + `}`
		for end := range len(whole) {
			agree(t, []byte(whole[:end]), 4)
		}
	}
}

// A string stands at each distance from the words in which it is read.
func TestTheScannerSeesTheEndOfAString(t *testing.T) {
	t.Parallel()
	for length := range 20 {
		for at := range length + 1 {
			for _, c := range []string{`"`, `\`, `\"`, "\x1f", " ", "!", "[", "]", "\x7f", "\u0080", "\u00e9", "\U0010ffff", "\xa2"} {
				text := strings.Repeat("a", at) + c + strings.Repeat("\u00a2", length-at)
				agree(t, []byte(`{"jsonrpc":"2.0","id":"`+text+`","method":"m"}`), 4)
			}
		}
	}
}

func TestTheScannerAgreesOnRandomRequests(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(11, 8259))
	rounds := 5_000
	if testing.Short() {
		rounds /= 20
	}
	taken := 0
	for range rounds {
		body := []byte(randomRequest(random))
		if random.IntN(3) == 0 {
			body[random.IntN(len(body))] = "{}[]\",:0e-\\u \x01\xff"[random.IntN(15)]
		}
		if random.IntN(8) == 0 {
			body = append(body[:random.IntN(len(body))], body[random.IntN(len(body)):]...)
		}
		if agree(t, body, 5) {
			taken++
		}
	}
	if taken < rounds/50 || taken > rounds*9/10 {
		t.Errorf("%d of %d are taken: too few of one kind", taken, rounds)
	}
}

// randomRequest has the members of a request in any order, some of them wrong or missing.
func randomRequest(random *rand.Rand) string {
	one := func(of ...string) string { return of[random.IntN(len(of))] }
	names := []int{20, 2000}[random.IntN(2)]
	var value func(depth int) string
	value = func(depth int) string {
		switch {
		case random.IntN(300) == 0:
			return edges[random.IntN(len(edges))]
		case depth == 0 || random.IntN(3) == 0:
			return one("0", "-1.5e3", `""`, `"text of some length"`, `"\u00e9\n"`, "true", "false", "null", "[]", "{}")
		}
		object, all := random.IntN(2) == 0, make([]string, random.IntN(10))
		for i := range all {
			if all[i] = value(depth - 1); object {
				all[i] = fmt.Sprintf(`"%s%c":%s`, one("", "", `\u0061`, "a longer name "), 'a'+random.IntN(names), all[i])
			}
		}
		if object {
			return "{" + strings.Join(all, one(",", ", ")) + "}"
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	members := []string{
		`"jsonrpc":` + one(`"2.0"`, `"2.0"`, `"2.0"`, `"2.0"`, `"2.0"`, `"2\u002e0"`, "2.0"), `"id":` + one("1", `"a"`, "null", "-7", `"\u0041"`, "1.5"),
		one(`"method"`, `"method"`, `"method"`, `"\u006dethod"`, `"Method"`) + ":" + one(`"m"`, `"m"`, `"tasks/get"`, `"\u0041"`, `""`, "1"),
		`"params": ` + value(3), `"other":` + value(3),
	}
	random.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	if random.IntN(5) == 0 {
		members = members[:random.IntN(len(members))]
	}
	return one("", "", " ", "\n") + "{" + strings.Join(members, one(",", " , ", ",\n")) + "}" + one("", "", " ", "\t\r\n")
}

func FuzzScanAgreesWithTheJudge(f *testing.F) {
	for _, edge := range edges {
		f.Add([]byte(`{"jsonrpc":"2.0","id":1,"method":"m","params":[` + edge + `]}`))
	}
	f.Add([]byte(` {"\u006dethod":"m","id":"\ud83d\ude00","x":{"a":1,"b":{"a":1}},"jsonrpc":"2.0"} `))
	f.Add([]byte(`{"jsonrpc":"2.0","id":1,"method":"m","params":[[[[[]]]]]}`))
	f.Fuzz(func(t *testing.T, body []byte) { agree(t, body, 6) })
}

// What everybody sends allocates the name of its method.
func TestARequestIsScannedWithoutAllocating(t *testing.T) {
	body := []byte(`{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":"x","a":{"b":[1,{"c":"\u00e9"}]}}}`)
	most := 1.0
	if raced {
		most = 4 // pools forget by chance
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = jsonrpc.Parse(body, jsonrpc.MaxDepth) }); n > most {
		t.Errorf("%v allocations, at most %v", n, most)
	}
}
