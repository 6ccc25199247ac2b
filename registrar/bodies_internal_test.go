package registrar

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestHalfOfWhatBodiesHoldIsLeftToOthers: who holds some gets no more than is left, and
// who holds nothing gets what there is.
func TestHalfOfWhatBodiesHoldIsLeftToOthers(t *testing.T) {
	b := newBodies(64)
	fill := func(address string) (n int64) {
		for b.take(address, 1) {
			n++
		}
		return n
	}
	for _, tt := range []struct {
		address string
		want    int64
	}{{"a", 32}, {"b", 16}, {"a", 0}, {"c", 8}, {"d", 4}, {"e", 2}, {"f", 1}, {"g", 1}, {"h", 0}} {
		if got := fill(tt.address); got != tt.want {
			t.Errorf("%s gets %d, want %d", tt.address, got, tt.want)
		}
	}
	for address, n := range b.held {
		b.give(address, n)
	}
	if b.free != 64 || len(b.held) != 0 {
		t.Errorf("after all was given back %d are free, and %v", b.free, b.held)
	}
}

// TestABodyCountsAsItComes: not as it is announced.
func TestABodyCountsAsItComes(t *testing.T) {
	const room = 4 * minHeld
	b := newBodies(room)
	request := func(size int) *http.Request {
		return &http.Request{ContentLength: 1 << 40, Body: io.NopCloser(strings.NewReader(strings.Repeat("x", size)))}
	}
	for _, tt := range []struct {
		size int
		held int64
		err  error
	}{{0, minHeld, nil}, {minHeld / 2, minHeld, nil}, {minHeld/2 + 1, minHeld + 2, nil}, {minHeld, 2 * minHeld, nil}, {3 * minHeld, 0, errHeld}} {
		r := request(tt.size)
		release, ok := b.hold(r, "a")
		if !ok {
			t.Fatal("no room for the first")
		}
		if _, err := io.ReadAll(r.Body); !errors.Is(err, tt.err) {
			t.Errorf("%d bytes: %v", tt.size, err)
		}
		if got := b.held["a"]; tt.err == nil && got != tt.held {
			t.Errorf("%d bytes hold %d, want %d", tt.size, got, tt.held)
		}
		release()
		if b.free != room || len(b.held) != 0 {
			t.Errorf("%d bytes: %d are free afterwards", tt.size, b.free)
		}
	}
	release, ok := b.hold(&http.Request{Body: http.NoBody}, "a")
	if release(); !ok || b.free != room {
		t.Error("a request without a body counts")
	}
}
