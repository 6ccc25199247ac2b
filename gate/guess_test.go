package gate_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
)

// guessing sends a token that nobody knows and returns what comes back.
func guessing(b *bench, change ...func(*http.Request)) (status int, reason string) {
	r := b.request(signature.Reference, testBody)
	r.Header.Set("Authorization", "Bearer invented")
	for _, f := range change {
		f(r)
	}
	w, got := b.do(r)
	return w.Code, got.Error.Data.Reason
}

func fewGuesses(c *gate.Config) { c.Limits.Rate, c.Limits.Burst = 500, 400 }

// Of invented tokens the certificate pays for the questions: 40 at once and five a second,
// and the 41st is asked of nobody. Another certificate, and who comes without one, are not
// that one.
func TestHostile048InventedTokensAreChargedToTheirCertificate(t *testing.T) {
	for _, mode := range []gate.TokenMode{gate.TokenStrict, gate.TokenPermissive} {
		t.Run(string(mode), func(t *testing.T) {
			clock := newTicker()
			b := newBench(t, clock.on, fewGuesses, func(c *gate.Config) { c.TokenMode = mode })
			refused := 0
			for range 1000 {
				if status, _ := guessing(b); status == http.StatusTooManyRequests {
					refused++
				}
			}
			if b.ran["token"] != 40 || refused != 960 {
				t.Fatalf("%d questions, %d refused", b.ran["token"], refused)
			}
			if w, got := b.do(b.request(signature.Reference, testBody)); w.Code != 429 || got.Error.Data.Gate != "limit" || w.Header().Get("Retry-After") != "1" || b.ran["token"] != 40 {
				t.Errorf("a good one meanwhile: %d %s", w.Code, w.Body)
			}
			other := func(r *http.Request) { r.TLS = connection(t, nil, testIssuer+"#did:bindu:ops:other:3") }
			if status, reason := guessing(b, other); status == http.StatusTooManyRequests || b.ran["token"] != 41 {
				t.Errorf("another certificate: %d %s", status, reason)
			}
			clock.Add(int64(time.Second))
			for range 10 {
				guessing(b)
			}
			if b.ran["token"] != 46 {
				t.Errorf("%d questions a second later, want 5 more", b.ran["token"]-41)
			}
		})
	}
}

// Good tokens are charged to nobody before the name is agreed on, nor are those of which
// an authority says nothing, or something else.
func TestHostile048OtherTokensCostNoGuess(t *testing.T) {
	for name, cause := range map[string]error{"good": nil, "of another audience": oauth.ErrAudience, "away": oauth.ErrUnavailable, "expired": oauth.ErrExpired} {
		t.Run(name, func(t *testing.T) {
			clock := newTicker()
			b := newBench(t, clock.on, fewGuesses)
			b.tokenErr = cause
			for range 100 {
				clock.Add(int64(time.Millisecond))
				r := b.request(signature.Reference, testBody)
				b.chain.ServeHTTP(httptest.NewRecorder(), r)
			}
			if b.ran["token"] != 100 {
				t.Errorf("asked %d times", b.ran["token"])
			}
		})
	}
}

// slowly judges no token before it is let to.
type slowly struct {
	*bench
	until chan struct{}
}

func (s slowly) Verify(ctx context.Context, token string) (oauth.Claims, error) {
	<-s.until
	return s.bench.Verify(ctx, token)
}

// What comes at once is bounded before the first answer is there.
func TestHostile048InventedTokensThatComeAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		until := make(chan struct{})
		b := newBench(t, fewGuesses, func(c *gate.Config) { c.Limits.InFlight = 8 })
		b2 := newBench(t, fewGuesses, func(c *gate.Config) {
			c.Limits.InFlight = 8
			c.Tokens = slowly{b, until}
		})
		var group sync.WaitGroup
		for range 100 {
			r := b2.request(signature.Reference, testBody)
			r.Header.Set("Authorization", "Bearer invented")
			group.Go(func() { b2.chain.ServeHTTP(httptest.NewRecorder(), r) })
		}
		synctest.Wait()
		close(until)
		group.Wait()
		if b.ran["token"] != 8 {
			t.Errorf("%d questions at once, want 8", b.ran["token"])
		}
	})
}
