package refusal_test

import (
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/getbindu/bindu-go/internal/refusal"
)

// ofJSONRPC stand for what JSON-RPC 2.0 section 5.1 says.
var ofJSONRPC = map[int]bool{-32700: true, -32600: true, -32601: true, -32602: true, -32603: true}

// Whatever a stranger does wrong, no number is one that A2A gives a meaning to.
func TestNoWordHasANumberOfA2A(t *testing.T) {
	for _, w := range refusal.Words() {
		for _, p := range places {
			if code := w.At(p).Code(); -32768 <= code && code <= -32000 && !ofJSONRPC[code] {
				t.Errorf("%s in place %d has the number %d", w, p, code)
			}
		}
	}
}

// TestNumbersAreDocumented compares both columns with those of the table.
func TestNumbersAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/wire-format.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[int]int{}
	for _, row := range regexp.MustCompile(`(?m)^\| (-31\d{3}) \| (-32\d{3})? ?\|`).FindAllStringSubmatch(string(page), -1) {
		own, _ := strconv.Atoi(row[1])
		documented[own], _ = strconv.Atoi(row[2])
	}
	said := map[int]int{}
	for _, w := range refusal.Words() {
		a := w.Answer()
		if ofJSONRPC[a.Code()] {
			continue
		}
		said[a.Code()] = 0
		if auth0 := a.WithAuth0Code().Code(); auth0 != a.Code() {
			said[a.Code()] = auth0
		}
	}
	for own := range documented {
		if _, ok := said[own]; !ok {
			t.Errorf("docs/wire-format.md has %d, which nothing says", own)
		}
	}
	for own, auth0 := range said {
		if got, ok := documented[own]; !ok || got != auth0 {
			t.Errorf("docs/wire-format.md has %d for %d, and the catalogue %d", got, own, auth0)
		}
	}
	if len(said) != 11 {
		t.Errorf("%d kinds: %v", len(said), said)
	}
}
