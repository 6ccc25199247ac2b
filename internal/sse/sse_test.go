package sse_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/getbindu/bindu-go/internal/sse"
)

// read returns the events of a stream as text, and what ended it.
func read(in io.Reader, limit int) (all []string, err error) {
	r := sse.NewReader(in, limit, nil)
	for {
		e, err := r.Next()
		if err != nil {
			return all, err
		}
		all = append(all, fmt.Sprintf("%s=%s", e.ID, e.Data))
	}
}

func TestReading(t *testing.T) {
	for name, tt := range map[string]struct{ in, want string }{
		"one event":                   {"id: 1\ndata: a\n\n", "1=a"},
		"several":                     {"id: 1\ndata: a\n\nid: 2\ndata: b\n\n", "1=a|2=b"},
		"an id lasts":                 {"id: 1\ndata: a\n\ndata: b\n\n", "1=a|1=b"},
		"an empty id":                 {"id: 1\ndata: a\n\nid\ndata: b\n\n", "1=a|=b"},
		"several lines":               {"data: a\ndata: b\ndata\n\n", "=a\nb\n"},
		"no space":                    {"data:a\n\n", "=a"},
		"two spaces":                  {"data:  a\n\n", "= a"},
		"CR LF":                       {"id: 1\r\ndata: a\r\n\r\n", "1=a"},
		"CR":                          {"id: 1\rdata: a\r\rdata: b\r\r", "1=a|1=b"},
		"comments and unknown fields": {": hi\n\nretry: 5\nevent: x\ndata: a\n: hi\n\n", "=a"},
		"no data":                     {"id: 1\n\nid: 2\ndata: a\n\n", "2=a"},
		"without its end":             {"data: a\n\ndata: b\n", "=a"},
		"within a line":               {"data: a\n\ndata: b", "=a"},
		"a NUL in an id":              {"id: 1\x00\ndata: a\n\n", "=a"},
		"empty data":                  {"data:\n\n", "="},
	} {
		for way, in := range map[string]io.Reader{"at once": strings.NewReader(tt.in), "byte by byte": iotest.OneByteReader(strings.NewReader(tt.in))} {
			got, err := read(in, 100)
			if strings.Join(got, "|") != tt.want || !errors.Is(err, io.EOF) {
				t.Errorf("%s, %s: %q, %v; want %q", name, way, got, err, tt.want)
			}
		}
	}
}

// However an event is cut into lines, it is bounded as a whole; comments are not one.
func TestLimit(t *testing.T) {
	for name, in := range map[string]string{
		"one line":   "data: " + strings.Repeat("x", 100) + "\n\n",
		"many lines": strings.Repeat("data: x\n", 100) + "\n",
		"no end":     strings.Repeat("x", 1000),
		"comments":   strings.Repeat(": x\n", 100) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := read(strings.NewReader(in), 100); !errors.Is(err, sse.ErrTooLarge) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	if _, err := read(strings.NewReader(strings.Repeat(": x\n\n", 1000)), 100); !errors.Is(err, io.EOF) {
		t.Errorf("many small comments: %v", err)
	}
}

func FuzzReader(f *testing.F) {
	f.Add("id: 1\r\ndata: a\ndata: b\n\n: c\n\nretry: 1\n\ndata\r\rid\n")
	f.Fuzz(func(t *testing.T, in string) {
		const limit = 64
		whole, err := read(strings.NewReader(in), limit)
		pieces, pieceErr := read(iotest.OneByteReader(strings.NewReader(in)), limit)
		if strings.Join(whole, "|") != strings.Join(pieces, "|") || !errors.Is(pieceErr, err) {
			t.Fatalf("%q, %v at once and %q, %v byte by byte", whole, err, pieces, pieceErr)
		}
		for _, e := range whole {
			if len(e) > 2*limit+1 {
				t.Fatalf("%d bytes", len(e))
			}
		}
	})
}
