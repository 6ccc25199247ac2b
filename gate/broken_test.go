package gate_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/iotest"

	"github.com/getbindu/bindu-go/identity/signature"
)

// A caller that gives up one request keeps its others on an HTTP/2 connection.
func TestABodyThatBreaksOffEndsNoOtherStream(t *testing.T) {
	for major, want := range map[int]string{1: "close", 2: ""} {
		t.Run(fmt.Sprint("HTTP/", major), func(t *testing.T) {
			b := newBench(t)
			r := b.request(signature.Reference, testBody)
			r.Body, r.ProtoMajor = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF)), major
			w, got := b.do(r)
			if w.Code != http.StatusBadRequest || got.Error.Data.Reason != "body_incomplete" || w.Header().Get("Connection") != want {
				t.Errorf("%d %s, Connection %q, want %q", w.Code, w.Body, w.Header().Get("Connection"), want)
			}
		})
	}
}
