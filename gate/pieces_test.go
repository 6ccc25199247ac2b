package gate_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
)

// slowReader takes each piece of an answer after a while in which something happens.
type slowReader struct {
	*httptest.ResponseRecorder
	pieces []int
	do     func(piece int)
}

func (s *slowReader) Write(p []byte) (int, error) {
	s.pieces = append(s.pieces, len(p))
	s.do(len(s.pieces))
	return s.ResponseRecorder.Write(p)
}

// Of an answer that is written already to whoever reads slowly no piece follows the one
// that was under way when a proof ended, and its reader is told by an error.
func TestHostile120ProofsThatEndWhileAnAnswerIsReadSlowly(t *testing.T) {
	for _, tt := range endings() {
		t.Run(tt.name, func(t *testing.T) {
			var b *bench
			var clock *ticker
			var wrote int
			var failed error
			configure := tt.configure
			tt.configure = func(c *gate.Config) {
				if configure != nil {
					configure(c)
				}
				behind(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Length", "1048576")
					wrote, failed = w.Write(bytes.Repeat([]byte("s"), 1<<20))
					if _, err := w.Write([]byte("more")); (err != nil) != (failed != nil) {
						t.Errorf("after %v: %v", failed, err)
					}
				})(c)
			}
			var r *http.Request
			b, clock, r = tt.bench(t)
			w := &slowReader{ResponseRecorder: httptest.NewRecorder(), do: func(piece int) {
				if piece == 3 {
					tt.happen(b, clock)
				}
			}}
			aborted := func() (v any) {
				defer func() { v = recover() }()
				b.chain.ServeHTTP(w, r)
				return nil
			}()
			if tt.status == http.StatusOK {
				if aborted != nil || failed != nil || wrote != 1<<20 || w.Body.Len() != 1<<20+4 {
					t.Errorf("%v, %v after %d bytes", aborted, failed, wrote)
				}
				return
			}
			if aborted != http.ErrAbortHandler || failed == nil || len(w.pieces) != 3 || wrote != w.Body.Len() || wrote > 3*64<<10 {
				t.Errorf("%v, %v after %d bytes in %v", aborted, failed, wrote, w.pieces)
			}
			if len(b.events) != 1 || b.events[0].Decision != audit.Refused || b.events[0].Reason != string(tt.reason) || b.events[0].Gate != tt.gate {
				t.Errorf("events %+v", b.events)
			}
		})
	}
}

// A handler that never asks whether it may go on is cut off all the same, where it writes
// little by little and where it flushes.
func TestHostile120AHandlerThatNeverAsks(t *testing.T) {
	for name, on := range map[string]func(http.ResponseWriter) error{
		"writes":  func(w http.ResponseWriter) error { _, err := w.Write([]byte("more")); return err },
		"flushes": func(w http.ResponseWriter) error { return http.NewResponseController(w).Flush() },
	} {
		t.Run(name, func(t *testing.T) {
			clock := newTicker()
			var b *bench
			var got []error
			b = newBench(t, clock.on, behind(func(w http.ResponseWriter, _ *http.Request) {
				for range 3 {
					got = append(got, on(w))
					clock.Add(int64(time.Second))
				}
				b.set(func() { b.tokenErr = oauth.ErrInactive })
				got = append(got, on(w), on(w))
			}))
			func() {
				defer func() { _ = recover() }()
				b.do(b.request(signature.Reference, testBody))
			}()
			if len(got) != 5 || errors.Join(got[:3]...) != nil || got[3] == nil || got[4] == nil {
				t.Errorf("%v", got)
			}
		})
	}
}

// While an authority is away pieces go out for as long as the proofs are young.
func TestHostile120AnAuthorityThatIsAwayCutsAnAnswerOffAfterFiveSeconds(t *testing.T) {
	clock := newTicker()
	b := newBench(t, clock.on, behind(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(make([]byte, 1<<20))
	}))
	w := &slowReader{ResponseRecorder: httptest.NewRecorder(), do: func(int) {
		b.set(func() { b.tokenErr = oauth.ErrUnavailable })
		clock.Add(int64(time.Second))
	}}
	func() {
		defer func() { _ = recover() }()
		b.chain.ServeHTTP(w, b.request(signature.Reference, testBody))
	}()
	if len(w.pieces) != 6 {
		t.Errorf("%d pieces, want those of five seconds and the first", len(w.pieces))
	}
}

// Who was told that it is over, or that nobody knows, may say so, and no more.
func TestHostile120AFarewellIsShort(t *testing.T) {
	for cause, want := range map[error]int{oauth.ErrInactive: 16 << 10, oauth.ErrUnavailable: 16 << 10} {
		clock := newTicker()
		var b *bench
		var wrote int
		b = newBench(t, clock.on, behind(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusOK)
			clock.Add(int64(6 * time.Second))
			b.set(func() { b.tokenErr = cause })
			if gate.Check(w) == nil {
				t.Error("still proved")
			}
			wrote, _ = w.Write(make([]byte, 1<<20))
		}))
		func() {
			defer func() { _ = recover() }()
			b.do(b.request(signature.Reference, testBody))
		}()
		if wrote != want {
			t.Errorf("%v: %d bytes", cause, wrote)
		}
	}
}
