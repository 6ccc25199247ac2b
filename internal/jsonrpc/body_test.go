package jsonrpc_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/iotest"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// A body that breaks off ends the connection of HTTP/1, where nobody knows what
// follows, and one stream of HTTP/2: the others go on.
func TestABrokenBodyEndsNoOtherStream(t *testing.T) {
	for major, want := range map[int]string{1: "close", 2: ""} {
		t.Run(fmt.Sprint("HTTP/", major), func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/did/resolve", iotest.ErrReader(io.ErrUnexpectedEOF))
			r.ProtoMajor = major
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			_, fault := jsonrpc.ReadJSON(w, r, 1<<10)
			if fault == nil {
				t.Fatal("the body is taken")
			}
			fault.Write(w, r, "resolve")
			if w.Code != http.StatusBadRequest || w.Header().Get("Connection") != want {
				t.Errorf("%d, Connection %q, want %q", w.Code, w.Header().Get("Connection"), want)
			}
		})
	}
}
