package hydra_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

const callerDID = "did:bindu:ops_at_example_com:caller:139e3940-e64b-5491-7220-88d9a0d74162"

// inBubble runs a test against an in-memory Hydra on a fake clock.
func inBubble(t *testing.T, test func(*testing.T, *world, *hydratest.Server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w, s := fakeWorld(t, hydratest.Options{InMemory: true})
		test(t, w, s)
	})
}

func introspector(t *testing.T, w *world, o hydra.IntrospectorOptions) *hydra.Introspector {
	t.Helper()
	if o.Issuer == "" {
		o.Issuer = w.public
	}
	i := hydra.NewIntrospector(w.config(), o)
	t.Cleanup(func() { i.Close() })
	return i
}

func verified(t *testing.T, i *hydra.Introspector, token string) {
	t.Helper()
	if _, err := i.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
}

func TestVerdictIsCachedForFiveSeconds(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		i := introspector(t, w, hydra.IntrospectorOptions{MaxAge: time.Hour})
		token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
		verified(t, i, token)
		time.Sleep(2 * time.Second)
		verified(t, i, token)
		if n := s.Requests(hydratest.Introspect); n != 1 {
			t.Errorf("%d introspections within two seconds, want 1", n)
		}
		time.Sleep(3 * time.Second) // exactly five: not used any more
		s.Fail(hydratest.Introspect, hydratest.Fault{Status: 500})
		if _, err := i.Verify(t.Context(), token); !errors.Is(err, oauth.ErrUnavailable) {
			t.Errorf("a verdict of five seconds ago: %v, want ErrUnavailable", err)
		}
	})
}

// TestVerdictAgesFromTheQuestion: what a slow Hydra said may have been so at
// any time since it was asked.
func TestVerdictAgesFromTheQuestion(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		i := introspector(t, w, hydra.IntrospectorOptions{})
		token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
		s.Fail(hydratest.Introspect, hydratest.Fault{Latency: 1900 * time.Millisecond, Times: 1})
		verified(t, i, token)
		s.Fail(hydratest.Introspect, hydratest.Fault{Status: 500})
		time.Sleep(hydra.MaxVerdictAge - 1900*time.Millisecond - 1)
		verified(t, i, token)
		time.Sleep(time.Nanosecond)
		if _, err := i.Verify(t.Context(), token); !errors.Is(err, oauth.ErrUnavailable) {
			t.Errorf("%v, want ErrUnavailable", err)
		}
	})
}

// TestLateAnswerDoesNotUndoANewerOne: a refresh asked before the revocation
// is answered after somebody learnt of it.
func TestLateAnswerDoesNotUndoANewerOne(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		i := introspector(t, w, hydra.IntrospectorOptions{})
		token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
		verified(t, i, token)
		time.Sleep(3 * time.Second)
		s.Fail(hydratest.Introspect, hydratest.Fault{Latency: time.Second, Status: 200, Body: answer(good(w.public)), Times: 1})
		verified(t, i, token) // starts the refresh
		synctest.Wait()
		time.Sleep(time.Millisecond)
		s.RevokeToken(token)
		if _, err := i.VerifyFresh(t.Context(), token); !errors.Is(err, oauth.ErrInactive) {
			t.Fatal(err)
		}
		time.Sleep(1100 * time.Millisecond) // the refresh says that the token is good
		if _, err := i.Verify(t.Context(), token); !errors.Is(err, oauth.ErrInactive) {
			t.Errorf("%v, want ErrInactive", err)
		}
	})
}

func TestTokenInUseNeverWaits(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		i := introspector(t, w, hydra.IntrospectorOptions{})
		token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
		verified(t, i, token)
		s.Fail(hydratest.Introspect, hydratest.Fault{Latency: 1900 * time.Millisecond})
		for range 600 {
			time.Sleep(100 * time.Millisecond)
			began := time.Now()
			verified(t, i, token)
			if waited := time.Since(began); waited != 0 {
				t.Fatalf("waited %v", waited)
			}
		}
		if n := s.Requests(hydratest.Introspect); n > 25 {
			t.Errorf("%d introspections in a minute, want about one every 2.5 s", n)
		}
	})
}

// TestRevocationWithinFiveSeconds checks the bound for every moment of
// revocation in the life of a verdict, however slow Hydra is.
func TestRevocationWithinFiveSeconds(t *testing.T) {
	for _, latency := range []time.Duration{0, time.Second, 1900 * time.Millisecond} {
		for at := range 12 {
			inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
				i := introspector(t, w, hydra.IntrospectorOptions{})
				token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
				s.Fail(hydratest.Introspect, hydratest.Fault{Latency: latency})
				revokeAt := time.Now().Add(4*time.Second + time.Duration(at)*437*time.Millisecond)
				for revoked := false; ; time.Sleep(10 * time.Millisecond) {
					began := time.Now()
					if !revoked && !began.Before(revokeAt) {
						s.RevokeToken(token)
						revoked, revokeAt = true, began
					}
					_, err := i.Verify(t.Context(), token)
					switch {
					case errors.Is(err, oauth.ErrInactive) && revoked:
						return
					case err != nil:
						t.Fatal(err)
					case revoked && began.Sub(revokeAt) > hydra.MaxVerdictAge:
						t.Fatalf("good %v after its revocation", began.Sub(revokeAt))
					}
				}
			})
		}
	}
}

func TestVerdictEndsWithTheToken(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		i := introspector(t, w, hydra.IntrospectorOptions{})
		token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID, ExpiresAt: time.Now().Add(2 * time.Second)})
		verified(t, i, token)
		time.Sleep(2*time.Second - 1)
		verified(t, i, token)
		time.Sleep(time.Nanosecond)
		for range 2 { // also without a verdict that may be used
			if _, err := i.Verify(t.Context(), token); !errors.Is(err, oauth.ErrExpired) {
				t.Errorf("expired: %v, want ErrExpired", err)
			}
			time.Sleep(time.Minute)
		}
		if n := s.Requests(hydratest.Introspect); n != 1 {
			t.Errorf("%d introspections, want 1", n)
		}
	})
}

func TestNegativeVerdictsAreNotCached(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		i := introspector(t, w, hydra.IntrospectorOptions{})
		s.AnswerIntrospection("token", `{"active":false}`)
		for want := 1; want <= 3; want++ {
			if _, err := i.Verify(t.Context(), "token"); !errors.Is(err, oauth.ErrInactive) {
				t.Fatalf("%v, want ErrInactive", err)
			}
			if n := s.Requests(hydratest.Introspect); n != want {
				t.Errorf("%d introspections after %d uses", n, want)
			}
		}
	})
}

func TestConcurrentFirstUsesCollapse(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		i := introspector(t, w, hydra.IntrospectorOptions{})
		token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
		s.Fail(hydratest.Introspect, hydratest.Fault{Latency: time.Second})
		var group sync.WaitGroup
		for range 100 {
			group.Go(func() { verified(t, i, token) })
		}
		group.Wait()
		if n := s.Requests(hydratest.Introspect); n != 1 {
			t.Errorf("%d introspections for 100 first uses, want 1", n)
		}
	})
}

func TestOneCallerGivingUpDoesNotHurtTheOthers(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		i := introspector(t, w, hydra.IntrospectorOptions{})
		token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
		s.Fail(hydratest.Introspect, hydratest.Fault{Latency: time.Second})
		var group sync.WaitGroup
		group.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			began := time.Now()
			_, err := i.Verify(ctx, token)
			if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, oauth.ErrUnavailable) || time.Since(began) != 100*time.Millisecond {
				t.Errorf("impatient caller: %v after %v", err, time.Since(began))
			}
		})
		group.Go(func() {
			time.Sleep(time.Millisecond)
			verified(t, i, token)
		})
		group.Wait()
	})
}

// TestLostStorageShowsWhileItLasts: nothing is active any more, and that is no
// reason to think that all is well.
func TestLostStorageShowsWhileItLasts(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		i := introspector(t, w, hydra.IntrospectorOptions{})
		var tokens []string
		for range 4 {
			tokens = append(tokens, s.IssueToken(hydratest.TokenSpec{ClientID: callerDID}))
			verified(t, i, tokens[len(tokens)-1])
		}
		time.Sleep(10 * time.Second)
		s.SetQuirks(hydratest.Quirks{LoseStorage: true})
		for range 10 {
			for _, token := range tokens[:3] {
				if _, err := i.Verify(t.Context(), token); !errors.Is(err, oauth.ErrInactive) {
					t.Fatalf("%v, want ErrInactive", err)
				}
			}
			if active, flipped := i.Recent(); active != 4 || flipped != 3 {
				t.Fatalf("%d active, %d flipped, want 4 and 3", active, flipped)
			}
			time.Sleep(time.Minute)
		}
		s.SetQuirks(hydratest.Quirks{})
		verified(t, i, tokens[0])
		if active, flipped := i.Recent(); active != 1 || flipped != 0 {
			t.Errorf("healed: %d active, %d flipped, want 1 and 0", active, flipped)
		}
	})
}

// TestLostStorage: Hydra calls every token inactive and says that it is well.
func TestLostStorage(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		var flips atomic.Int32
		i := introspector(t, w, hydra.IntrospectorOptions{OnFlip: func() { flips.Add(1) }})
		var tokens []string
		for range 10 {
			tokens = append(tokens, s.IssueToken(hydratest.TokenSpec{ClientID: callerDID}))
			verified(t, i, tokens[len(tokens)-1])
		}
		time.Sleep(10 * time.Second)
		s.SetQuirks(hydratest.Quirks{LoseStorage: true})
		asked := s.Requests(hydratest.Introspect)
		for n, token := range tokens[:3] {
			for range 5 {
				if _, err := i.Verify(t.Context(), token); !errors.Is(err, oauth.ErrInactive) {
					t.Fatalf("%v, want ErrInactive", err)
				}
			}
			if active, flipped := i.Recent(); active != 10 || flipped != n+1 {
				t.Errorf("%d active, %d flipped, want 10 and %d", active, flipped, n+1)
			}
		}
		if flips.Load() != 3 {
			t.Errorf("%d flips reported, want 3", flips.Load())
		}
		if n := s.Requests(hydratest.Introspect) - asked; n != 3*6 {
			t.Errorf("%d introspections, want one for each use and one more for each flip", n)
		}
		s.SetQuirks(hydratest.Quirks{})
		for _, token := range tokens { // at once: no negative verdict was kept
			verified(t, i, token)
		}
		if active, flipped := i.Recent(); active != 10 || flipped != 0 {
			t.Errorf("healed: %d active, %d flipped, want 10 and 0", active, flipped)
		}
		time.Sleep(2 * time.Minute)
		if active, _ := i.Recent(); active != 0 {
			t.Errorf("%d active after two minutes without use, want 0", active)
		}
	})
}

// TestOneWrongAnswerIsCorrected: the confirming question gets the right answer.
func TestOneWrongAnswerIsCorrected(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		flips := 0
		i := introspector(t, w, hydra.IntrospectorOptions{OnFlip: func() { flips++ }})
		token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
		verified(t, i, token)
		time.Sleep(30 * time.Second)
		s.Fail(hydratest.Introspect, hydratest.Fault{Status: 200, Body: `{"active":false}`, Times: 1})
		verified(t, i, token)
		time.Sleep(61 * time.Second) // too long ago to doubt the answer
		s.Fail(hydratest.Introspect, hydratest.Fault{Status: 200, Body: `{"active":false}`, Times: 1})
		if _, err := i.Verify(t.Context(), token); !errors.Is(err, oauth.ErrInactive) {
			t.Errorf("%v, want ErrInactive", err)
		}
		if flips != 1 {
			t.Errorf("%d flips, want 1", flips)
		}
	})
}

func TestHydraHanging(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		i := introspector(t, w, hydra.IntrospectorOptions{})
		token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
		for name, fault := range map[string]hydratest.Fault{"hang": {Hang: true}, "one byte a second": {SlowBody: time.Second}} {
			s.Fail(hydratest.Introspect, fault)
			began := time.Now()
			_, err := i.Verify(t.Context(), token)
			if !errors.Is(err, oauth.ErrUnavailable) || time.Since(began) != hydra.DefaultIntrospectTimeout {
				t.Errorf("%s: %v after %v, want ErrUnavailable after two seconds", name, err, time.Since(began))
			}
		}
	})
}

// TestConfirmationDoesNotDoubleTheWait: both questions share the two seconds.
func TestConfirmationDoesNotDoubleTheWait(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		i := introspector(t, w, hydra.IntrospectorOptions{})
		token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
		verified(t, i, token)
		time.Sleep(10 * time.Second)
		s.RevokeToken(token)
		s.Fail(hydratest.Introspect, hydratest.Fault{Latency: 1500 * time.Millisecond})
		began := time.Now()
		if _, err := i.Verify(t.Context(), token); err == nil || time.Since(began) > hydra.DefaultIntrospectTimeout {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// TestFailedRefreshKeepsTheVerdict until it is five seconds old, without
// asking a Hydra in trouble at the rate of the requests.
func TestFailedRefreshKeepsTheVerdict(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		i := introspector(t, w, hydra.IntrospectorOptions{})
		token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
		verified(t, i, token)
		s.Fail(hydratest.Introspect, hydratest.Fault{Status: 503})
		for range 4990 {
			time.Sleep(time.Millisecond)
			verified(t, i, token)
		}
		if n := s.Requests(hydratest.Introspect); n > 12 {
			t.Errorf("%d introspections while Hydra fails, want few", n)
		}
		time.Sleep(10 * time.Millisecond)
		if _, err := i.Verify(t.Context(), token); !errors.Is(err, oauth.ErrUnavailable) {
			t.Errorf("%v, want ErrUnavailable", err)
		}
		s.Heal(hydratest.Introspect)
		verified(t, i, token)
	})
}

func TestVerifyFreshAlwaysAsks(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		i := introspector(t, w, hydra.IntrospectorOptions{})
		token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
		for range 3 {
			if _, err := i.VerifyFresh(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}
		verified(t, i, token) // profits from it
		if n := s.Requests(hydratest.Introspect); n != 3 {
			t.Errorf("%d introspections, want 3", n)
		}
		s.RevokeToken(token)
		for _, verify := range []func(context.Context, string) (oauth.Claims, error){i.VerifyFresh, i.Verify} {
			if _, err := verify(t.Context(), token); !errors.Is(err, oauth.ErrInactive) {
				t.Errorf("%v, want ErrInactive: a fresh answer replaces an older one", err)
			}
		}
		if _, err := i.VerifyFresh(t.Context(), "not a token"); !errors.Is(err, oauth.ErrMalformed) {
			t.Errorf("%v, want ErrMalformed", err)
		}
	})
}

func TestMalformedTokensAreNotAskedAbout(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	i := introspector(t, w, hydra.IntrospectorOptions{})
	for _, token := range []string{"", " ", "a b", "a\x00", "é", "=", "==", "a=b", "a,b", "a\n", `"`, strings.Repeat("a", 8<<10+1)} {
		if _, err := i.Verify(t.Context(), token); !errors.Is(err, oauth.ErrMalformed) {
			t.Errorf("%.20q: %v, want ErrMalformed", token, err)
		}
	}
	if n := s.Requests(hydratest.Introspect); n != 0 {
		t.Errorf("%d introspections, want none", n)
	}
	if _, err := i.Verify(t.Context(), strings.Repeat("a", 8<<10)); !errors.Is(err, oauth.ErrInactive) {
		t.Errorf("the longest token: %v, want ErrInactive", err)
	}
}

func TestCacheIsBounded(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	i := introspector(t, w, hydra.IntrospectorOptions{MaxEntries: 10})
	for range 200 {
		verified(t, i, s.IssueToken(hydratest.TokenSpec{ClientID: callerDID}))
	}
	if active, _ := i.Recent(); active > 20 { // the cache may lag behind a little
		t.Errorf("%d verdicts kept, want about 10", active)
	}
}

// What Hydra has to say about a token is its client's choice, up to the limit of
// an answer: many tokens with long answers take no more memory than others.
func TestLongAnswersTakeTheRoomOfSeveral(t *testing.T) {
	for name, spec := range map[string]hydratest.TokenSpec{
		"audiences": {ClientID: callerDID, Audience: strings.Split(strings.Repeat("a,", 15<<10)+"a", ",")},
		"claims":    {ClientID: callerDID, Claims: map[string]any{"ext": map[string]any{"x": strings.Repeat("x", 60<<10)}}},
	} {
		t.Run(name, func(t *testing.T) {
			w, s := fakeWorld(t, hydratest.Options{})
			i := introspector(t, w, hydra.IntrospectorOptions{MaxEntries: 60})
			for range 20 {
				verified(t, i, s.IssueToken(spec))
			}
			if active, _ := i.Recent(); active > 4 { // two fit; the cache may lag behind a little
				t.Errorf("%d verdicts of 60 KiB kept where 60 usual ones may be, want about 2", active)
			}
		})
	}
}

func TestCloseEndsWhatHangs(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		i := introspector(t, w, hydra.IntrospectorOptions{})
		s.Fail(hydratest.Introspect, hydratest.Fault{Hang: true})
		done := make(chan error)
		go func() {
			_, err := i.Verify(t.Context(), "token")
			done <- err
		}()
		synctest.Wait()
		i.Close()
		i.Close()
		if err := <-done; !errors.Is(err, oauth.ErrUnavailable) {
			t.Errorf("%v, want ErrUnavailable", err)
		}
		if _, err := i.Verify(t.Context(), "token"); !errors.Is(err, oauth.ErrUnavailable) {
			t.Errorf("closed: %v, want ErrUnavailable", err)
		}
	})
}

func TestIntrospectionAnswersThatAreNone(t *testing.T) {
	page := http.Header{"Content-Type": {"text/html"}}
	for _, row := range []struct {
		name  string
		fault hydratest.Fault
		want  error
	}{
		{"500", hydratest.Fault{Status: 500, Body: `{"active":true}`}, oauth.ErrUnavailable},
		{"502", hydratest.Fault{Status: 502, Header: page, Body: "<html>"}, oauth.ErrUnavailable},
		{"429", hydratest.Fault{Status: 429, Body: `{"active":true}`}, oauth.ErrUnavailable},
		{"401", hydratest.Fault{Status: 401, Body: `{"active":true}`}, oauth.ErrUnavailable},
		{"404", hydratest.Fault{Status: 404, Body: `{"active":true}`}, oauth.ErrUnavailable},
		{"201", hydratest.Fault{Status: 201, Body: `{"active":true}`}, oauth.ErrUnavailable},
		{"204", hydratest.Fault{Status: 204}, oauth.ErrUnavailable},
		{"reset", hydratest.Fault{Reset: true}, oauth.ErrUnavailable},
		{"truncated", hydratest.Fault{Truncate: true}, oauth.ErrUnavailable},
		{"HTML", hydratest.Fault{Status: 200, Header: page, Body: "<html>"}, oauth.ErrInvalidResponse},
		{"JSON called text", hydratest.Fault{Status: 200, Header: http.Header{"Content-Type": {"text/plain"}}, Body: `{"active":true}`}, oauth.ErrInvalidResponse},
		{"no media type", hydratest.Fault{Status: 200, Header: http.Header{"Content-Type": {""}}, Body: `{"active":true}`}, oauth.ErrInvalidResponse},
		{"huge", hydratest.Fault{HugeBody: 1 << 30}, oauth.ErrInvalidResponse},
		{"gzip bomb", hydratest.Fault{GzipBomb: 4 << 20}, oauth.ErrInvalidResponse},
	} {
		t.Run(row.name, func(t *testing.T) {
			w, s := fakeWorld(t, hydratest.Options{})
			cfg := w.config()
			cfg.IntrospectTimeout = time.Minute // the machine may be busy
			i := hydra.NewIntrospector(cfg, hydra.IntrospectorOptions{Issuer: w.public})
			defer i.Close()
			s.Fail(hydratest.Introspect, row.fault)
			if _, err := i.Verify(t.Context(), "token"); !errors.Is(err, row.want) {
				t.Errorf("%v, want %v", err, row.want)
			}
		})
	}
}

func TestHugeAnswersTakeLittleMemory(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	cfg := w.config()
	cfg.IntrospectTimeout = time.Minute // the machine may be busy
	i := hydra.NewIntrospector(cfg, hydra.IntrospectorOptions{Issuer: w.public})
	defer i.Close()
	s.Fail(hydratest.Introspect, hydratest.Fault{HugeBody: 1 << 30})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := i.Verify(t.Context(), "token"); !errors.Is(err, oauth.ErrInvalidResponse) {
		t.Errorf("%v, want ErrInvalidResponse", err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 8<<20 {
		t.Errorf("%d bytes allocated for a huge answer", grown)
	}
}

// TestRedirectsDoNotCarryTheToken: whatever client is given, the token goes to
// Hydra alone.
func TestRedirectsDoNotCarryTheToken(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	thief, seen := fakeWorld(t, hydratest.Options{})
	i := introspector(t, w, hydra.IntrospectorOptions{})
	for _, status := range []int{301, 302, 303, 307, 308} {
		s.Fail(hydratest.Introspect, hydratest.Fault{Status: status, Header: http.Header{"Location": {thief.admin + "/admin/oauth2/introspect"}}})
		if _, err := i.Verify(t.Context(), "token"); !errors.Is(err, oauth.ErrUnavailable) {
			t.Errorf("%d: %v, want ErrUnavailable", status, err)
		}
	}
	if n := seen.Requests(hydratest.Introspect); n != 0 {
		t.Errorf("%d requests followed the redirect", n)
	}
}

// TestClosedIdleConnectionIsNoFailure: Hydra restarts between two requests.
func TestClosedIdleConnectionIsNoFailure(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	i := introspector(t, w, hydra.IntrospectorOptions{})
	token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
	verified(t, i, token)
	s.Before(hydratest.Introspect, func(r *http.Request) {
		if len(r.Header["Idempotency-Key"]) != 0 {
			t.Error("a header that means nothing to Hydra was sent")
		}
	})
	s.Fail(hydratest.Introspect, hydratest.Fault{Reset: true, Times: 1})
	if _, err := i.VerifyFresh(t.Context(), token); err != nil {
		t.Errorf("%v", err)
	}
}

func TestErrorsDoNotShowTheToken(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	i := introspector(t, w, hydra.IntrospectorOptions{})
	const token = "very-secret-token"
	for _, fault := range []hydratest.Fault{
		{Reset: true}, {Status: 500, Body: token}, {Status: 200, Body: token}, {Status: 200, Body: `{"active":"` + token + `"}`},
		{Status: 302, Header: http.Header{"Location": {"http://" + token}}}, {Status: 200, Header: http.Header{"Content-Type": {token}}},
	} {
		s.Fail(hydratest.Introspect, fault)
		_, err := i.Verify(t.Context(), token)
		if err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, err), token) {
			t.Errorf("error %v", err)
		}
	}
}
