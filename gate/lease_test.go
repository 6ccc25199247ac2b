package gate_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
)

// behind has the gates hand their requests to a handler of the test's own.
func behind(h http.HandlerFunc) func(*gate.Config) {
	return func(c *gate.Config) {
		c.Protected = map[string]gate.Route{"/": {Methods: []string{"POST"}, Handler: h, Unbound: true}}
	}
}

// secretly writes an answer with all that a handler sets.
func secretly(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "text/secret")
	w.Header().Set("Content-Length", "6")
	w.WriteHeader(http.StatusAccepted)
	_, err := w.Write([]byte("secret"))
	return err
}

// No byte of an answer is written to who is not proved any more when it begins.
func TestHostile120ProofsThatEndWhileAnAnswerIsMade(t *testing.T) {
	for _, tt := range endings() {
		t.Run(tt.name, func(t *testing.T) {
			var b *bench
			var clock *ticker
			var wrote error
			configure := tt.configure
			tt.configure = func(c *gate.Config) {
				if configure != nil {
					configure(c)
				}
				behind(func(w http.ResponseWriter, _ *http.Request) {
					tt.happen(b, clock)
					wrote = secretly(w)
				})(c)
			}
			var r *http.Request
			b, clock, r = tt.bench(t)
			w, got := b.do(r)
			if tt.status == http.StatusOK {
				if w.Code != http.StatusAccepted || w.Body.String() != "secret" || wrote != nil {
					t.Errorf("%d %s, %v", w.Code, w.Body, wrote)
				}
				return
			}
			if w.Code != tt.status || got.Error.Data.Reason != string(tt.reason) || got.Error.Data.Gate != tt.gate || wrote == nil {
				t.Errorf("%d %s, want %d %s at %s; the handler got %v", w.Code, w.Body, tt.status, tt.reason, tt.gate, wrote)
			}
			if h := w.Header(); h.Get("Content-Type") != "application/json" || h.Get("Content-Length") == "6" || h.Get("X-Request-Id") == "" {
				t.Errorf("headers %v", h)
			}
			if len(b.events) != 1 || b.events[0].Decision != audit.Refused || b.events[0].Reason != string(tt.reason) || b.events[0].Status != tt.status {
				t.Errorf("events %+v", b.events)
			}
		})
	}
}

// Whoever answers for long is told when it is over, and by which gate.
func TestHostile120ProofsThatEndWhileAStreamIsWritten(t *testing.T) {
	for _, tt := range endings() {
		t.Run(tt.name, func(t *testing.T) {
			var b *bench
			var clock *ticker
			var before, after error
			configure := tt.configure
			tt.configure = func(c *gate.Config) {
				if configure != nil {
					configure(c)
				}
				behind(func(w http.ResponseWriter, _ *http.Request) {
					fmt.Fprint(w, "first")
					before = gate.Check(w)
					tt.happen(b, clock)
					after = gate.Check(w)
					fmt.Fprint(w, "last")
				})(c)
			}
			var r *http.Request
			b, clock, r = tt.bench(t)
			w, _ := b.do(r)
			if before != nil || w.Code != http.StatusOK || w.Body.String() != "firstlast" {
				t.Errorf("%v, %d %s", before, w.Code, w.Body)
			}
			ended, is := errors.AsType[*gate.Ended](after)
			switch {
			case tt.status == http.StatusOK:
				if after != nil {
					t.Error(after)
				}
			case tt.status == http.StatusServiceUnavailable:
				if !errors.Is(after, gate.ErrUnknown) {
					t.Errorf("%v, want that it is not known", after)
				}
			case !is || ended.Reason != string(tt.reason) || ended.Gate != tt.gate:
				t.Errorf("%v, want %s at %s", after, tt.reason, tt.gate)
			case len(b.events) != 1 || b.events[0].Decision != audit.Refused || b.events[0].Reason != string(tt.reason):
				t.Errorf("events %+v", b.events)
			}
		})
	}
}

// A stream outlasts the window of its timestamp, and an authority that is down for
// less than its token lasts.
func TestAStreamOutlastsTheWindow(t *testing.T) {
	clock := newTicker()
	var b *bench
	var got []error
	b = newBench(t, clock.on, behind(func(w http.ResponseWriter, _ *http.Request) {
		look := func(after time.Duration, down error) {
			clock.Add(int64(after))
			b.set(func() { b.tokenErr = down })
			got = append(got, gate.Check(w))
		}
		look(10*time.Minute, nil)
		look(10*time.Minute, oauth.ErrUnavailable)
		look(10*time.Minute, nil)
		look(40*time.Minute, oauth.ErrUnavailable)
	}))
	b.do(b.request(signature.Reference, testBody))
	if len(got) != 4 || got[0] != nil || !errors.Is(got[1], gate.ErrUnknown) || got[2] != nil {
		t.Fatalf("%v", got)
	}
	if ended, is := errors.AsType[*gate.Ended](got[3]); !is || ended.Reason != string(gate.TokenExpired) {
		t.Errorf("behind the end of the token: %v", got[3])
	}
}

// A token that has ended needs nobody who says so.
func TestATokenEndsWhileItsAuthorityIsDown(t *testing.T) {
	clock := newTicker()
	var b *bench
	b = newBench(t, clock.on, behind(func(w http.ResponseWriter, _ *http.Request) {
		clock.Add(int64(time.Hour))
		b.set(func() { b.tokenErr = oauth.ErrUnavailable })
		_ = secretly(w)
	}))
	if w, got := b.do(b.request(signature.Reference, testBody)); w.Code != http.StatusUnauthorized || got.Error.Data.Reason != "token_expired" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// An authority that is down holds an answer back once nothing was known for 5 s.
func TestAnAnswerBeginsWhileTheProofsAreYoung(t *testing.T) {
	for after, want := range map[time.Duration]int{5 * time.Second: 202, 5*time.Second + 1: 503} {
		clock := newTicker()
		var b *bench
		b = newBench(t, clock.on, behind(func(w http.ResponseWriter, _ *http.Request) {
			clock.Add(int64(after))
			b.set(func() { b.tokenErr = oauth.ErrUnavailable })
			_ = secretly(w)
		}))
		if w, _ := b.do(b.request(signature.Reference, testBody)); w.Code != want {
			t.Errorf("after %s: %d, want %d", after, w.Code, want)
		}
	}
}

// Where callers need no DID, a token may come to name another while it is answered.
func TestHostile120CallerThatBecomesAnotherMeanwhile(t *testing.T) {
	for name, dids := range map[string][2]bool{"loses its DID": {true, false}, "is given a DID": {false, true}, "another subject": {false, false}} {
		t.Run(name, func(t *testing.T) {
			clock := newTicker()
			var b *bench
			var got error
			name := map[bool]string{}
			b = newBench(t, clock.on, func(c *gate.Config) { c.Mode, c.TokenOnly = gate.ModeOff, true }, behind(func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, "first")
				clock.Add(int64(6 * time.Second))
				b.set(func() { b.claims.DID, b.claims.Subject = name[dids[1]], "somebody else" })
				got = gate.Check(w)
			}))
			name[true] = b.caller.String()
			b.claims.DID = name[dids[0]]
			r := b.request(signature.Reference, testBody)
			if !dids[0] {
				r.Header.Del(signature.HeaderDID)
			}
			if w, _ := b.do(r); w.Body.String() != "first" {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if _, is := errors.AsType[*gate.Ended](got); !is {
				t.Errorf("%v", got)
			}
		})
	}
}
