package jsonrpc_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// duplicate says what a decoder finds that keeps a map of names.
func duplicate(body []byte) (found, sound bool) {
	dec := jsontext.NewDecoder(bytes.NewReader(body))
	for {
		switch _, err := dec.ReadToken(); {
		case errors.Is(err, jsontext.ErrDuplicateName):
			return true, false
		case err == io.EOF:
			return false, true
		case err != nil:
			return false, false
		}
	}
}

func TestHasDuplicateNames(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&many, `"%d":{"a":0},`, i)
	}
	for body, want := range map[string]bool{
		`{}`: false, `{"a":1,"a":1}`: true, `{"a":1,"\u0061":1}`: true, `{"a":"a","b":"a"}`: false, `["a","a"]`: false,
		`{"a":{"a":1},"b":{"a":1}}`: false, `[{"a":1},{"a":1}]`: false, `{"x":[{"a":1,"b":{},"a":1}]}`: true, `{"":0,"":0}`: true,
		`{"a":["x",{"b":1}],"x":1,"b":2}`: false, `{"a":[1,2],"b":3,"a":4}`: true, `{"a":{},"b":{},"a":{}}`: true,
		`{"\"":1,"\"":1}`: true, `{"\"":1,"\\\"":1}`: false, `{"a":",\"a\":"}`: false, `"a"`: false, ``: false, `}}]]`: false, `{"a`: false, `{"a\`: false,
		"{" + many.String() + `"z":0}`: false, "{" + many.String() + `"500":0}`: true, `{"a":1,"a"`: true,
	} {
		if got := jsonrpc.HasDuplicateNames([]byte(body)); got != want {
			t.Errorf("HasDuplicateNames(%.100q) = %v", body, got)
		}
	}
}

// Of objects of all sizes and depths, with names that meet.
func TestHasDuplicateNamesAgreesWithTheDecoder(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(8, 9))
	var value func(depth, names int) string
	value = func(depth, names int) string {
		if depth == 0 || random.IntN(3) == 0 {
			return []string{`1`, `"a"`, `"\""`, `[]`, `{}`}[random.IntN(5)]
		}
		all := make([]string, random.IntN(14))
		for i := range all {
			name := fmt.Sprintf("%c", 'a'+random.IntN(names))
			if random.IntN(4) == 0 {
				name = fmt.Sprintf(`\u%04x`, name[0])
			}
			all[i] = `"` + name + `":` + value(depth-1, names)
		}
		return "{" + strings.Join(all, ",") + "}"
	}
	for range 5000 {
		body := []byte(value(3, 1+random.IntN(1000)))
		want, _ := duplicate(body)
		if got := jsonrpc.HasDuplicateNames(body); got != want {
			t.Fatalf("HasDuplicateNames(%s) = %v", body, got)
		}
	}
}

func FuzzHasDuplicateNames(f *testing.F) {
	for _, s := range []string{`{"a":1,"\u0061":1}`, `{"x":[{"a":1,"b":{},"a":1}]}`, `{"a":[1,2],"b":3,"a":4}`, `{"\ud83d\ude00":1,"😀":2}`, `{"a" : 1 , "a" : 2}`, `}{"a`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got := jsonrpc.HasDuplicateNames(body)
		if want, sound := duplicate(body); sound && got || want && !got {
			t.Fatalf("HasDuplicateNames(%q) = %v", body, got)
		}
	})
}
