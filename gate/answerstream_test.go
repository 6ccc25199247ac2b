package gate_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/lease"
)

// streaming writes each frame as a stream does, until one cannot be written.
func streaming(frames ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(http.StatusOK)
		for _, f := range frames {
			if _, err := io.WriteString(w, f); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
		}
	}
}

// Each event is signed in its place, comments pass, and the end is signed when the handler
// is done. What is no event ends the signatures, so that the caller knows.
func TestStreamsAreSignedOnDemand(t *testing.T) {
	for name, tt := range map[string]struct {
		frames []string
		read   string
		want   error
	}{
		"events":                 {[]string{"id: 1\ndata: a\n\n", "data: b\n\n"}, "id: 1\ndata: a\n\ndata: b\n\n", nil},
		"a heartbeat":            {[]string{": \n\n", "data: a\n\n", ": \n\n"}, ": \n\ndata: a\n\n: \n\n", nil},
		"an error by its name":   {[]string{"data: a\n\n", "event: error\ndata: b\n\n"}, "data: a\n\ndata: b\n\n", nil}, // the reader passes over names
		"none":                   {nil, "", nil},
		"two in one":             {[]string{"data: a\n\ndata: b\n\n"}, "", signature.ErrCut},
		"half of one":            {[]string{"data: a\n", "\n"}, "", signature.ErrCut},
		"other fields":           {[]string{"event: x\ndata: a\n\n"}, "", signature.ErrCut},
		"two lines":              {[]string{"data: a\ndata: b\n\n"}, "", signature.ErrCut},
		"a CR":                   {[]string{"data: a\rdata: b\n\n"}, "", signature.ErrCut},
		"JSON behind one":        {[]string{"data: a\n\n", `{"error":{}}`}, "data: a\n\n", signature.ErrCut},
		"an id that is no value": {[]string{"data: a\n\n", "id: \u00e9\ndata: b\n\n", "data: c\n\n"}, "data: a\n\n", signature.ErrCut},
	} {
		t.Run(name, func(t *testing.T) {
			b := answering(t, streaming(tt.frames...))
			r := b.demanding(signature.Octets1, testBody)
			w := httptest.NewRecorder()
			b.chain.ServeHTTP(w, r)
			if read, err := b.events1(t, r, w); read != tt.read || !errors.Is(err, tt.want) {
				t.Errorf("%q, %v of %q; want %q, %v", read, err, w.Body, tt.read, tt.want)
			}
		})
	}
}

// events1 reads the signed stream that answers r.
func (b *bench) events1(t testing.TB, r *http.Request, w *httptest.ResponseRecorder) (string, error) {
	t.Helper()
	binding, err := signature.BindingOf(r.Header, b.self)
	if err != nil {
		t.Fatal(err)
	}
	in, err := signature.NewEventReader(w.Body, 1<<20, binding, ownKey(t).PublicKey(), w.Result().Header)
	if err != nil {
		t.Fatalf("%v: %v", err, w.Result().Header)
	}
	read, err := io.ReadAll(in)
	return string(read), err
}

// The signature stands between the handler and the connection, and hides neither the
// lease nor what belongs to the connection.
func TestASignedStreamHasItsLeaseAndItsConnection(t *testing.T) {
	b := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		if err := lease.Check(w); err != nil {
			t.Errorf("the lease: %v", err)
		}
		_, _ = io.WriteString(w, "data: a\n\n")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Errorf("flush: %v", err)
		}
	})
	r := b.demanding(signature.Octets1, testBody)
	w := httptest.NewRecorder()
	b.chain.ServeHTTP(w, r)
	if read, err := b.events1(t, r, w); !w.Flushed || read != "data: a\n\n" || err != nil {
		t.Errorf("flushed: %v; %q, %v", w.Flushed, read, err)
	}
}

// Whoever hangs up is not told that this was the end.
func TestAStreamThatNobodyReadsHasNoEnd(t *testing.T) {
	for name, frames := range map[string][]string{"behind an event": {"data: a\n\n"}, "before any": nil} {
		t.Run(name, func(t *testing.T) {
			ctx, hangUp := context.WithCancel(t.Context())
			b := answering(t, func(w http.ResponseWriter, r *http.Request) {
				streaming(frames...)(w, r)
				hangUp()
			})
			r := b.demanding(signature.Octets1, testBody)
			w := httptest.NewRecorder()
			b.chain.ServeHTTP(w, r.WithContext(ctx))
			if read, err := b.events1(t, r, w); read != strings.Join(frames, "") || !errors.Is(err, signature.ErrCut) {
				t.Errorf("%q, %v", read, err)
			}
		})
	}
}
