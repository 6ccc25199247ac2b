package oidc_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/internal/oidctest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/oidc"
)

// inBubble runs f with a world whose clock and network are not real.
func inBubble(t *testing.T, change func(*oidc.Config), f func(t *testing.T, w world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := oidctest.NewPipeServer(t)
		w := world{server: server, issuer: server.Issuer(testIssuer, "")}
		w.verifier = w.newVerifier(t, change)
		f(t, w)
	})
}

// longLived is a token that outlives every step of these tests.
func longLived(w world, changes map[string]any) string {
	all := map[string]any{"exp": time.Now().AddDate(1, 0, 0).Unix()}
	for name, v := range changes {
		all[name] = v
	}
	return w.issuer.Mint(claims(all))
}

func (w world) wantVerify(t *testing.T, token string, want error) {
	t.Helper()
	_, err := w.verifier.Verify(t.Context(), token)
	if !errors.Is(err, want) || (want == nil) != (err == nil) {
		t.Errorf("Verify: %v, want %v", err, want)
	}
}

func TestKeysAreRefreshedInTheBackground(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, w world) {
		first := w.issuer.Key()
		old := longLived(w, nil)
		w.issuer.SetKeys(oidctest.NewKey(t, "key-2", "RS256")) // key-1 is withdrawn
		w.wantVerify(t, old, nil)
		time.Sleep(oidc.DefaultRefreshInterval + time.Second)
		synctest.Wait()
		w.wantVerify(t, longLived(w, nil), nil)
		w.wantVerify(t, old, oauth.ErrUnknownKey)
		w.issuer.SetKeys(first)
	})
}

func TestUnknownKeyIsFetchedAtMostOncePerPause(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, w world) {
		start := w.issuer.Keys.Requests()
		unknown := w.issuer.MintWith(map[string]any{"kid": "gone"}, claims(nil))
		for range 3 {
			w.wantVerify(t, unknown, oauth.ErrUnknownKey)
		}
		w.wantFetches(t, start+1)
		time.Sleep(oidc.DefaultUnknownKeyPause - time.Second)
		w.wantVerify(t, unknown, oauth.ErrUnknownKey)
		w.wantFetches(t, start+1)
		time.Sleep(2 * time.Second)
		w.wantVerify(t, unknown, oauth.ErrUnknownKey)
		w.wantFetches(t, start+2)
	})
}

func (w world) wantFetches(t *testing.T, want int) {
	t.Helper()
	if got := w.issuer.Keys.Requests(); got != want {
		t.Errorf("%d fetches of keys, want %d", got, want)
	}
}

func TestKeysServeWhileTheIssuerIsDownUntilTheyAreStale(t *testing.T) {
	for name, fault := range map[string]http.Handler{
		"drop": oidctest.Drop(), "500": oidctest.Status(500), "hang": oidctest.Hang(),
		"garbage": oidctest.Body("application/json", "<html>"), "no keys": oidctest.Body("application/json", `{"keys":[]}`),
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, nil, func(t *testing.T, w world) {
				token := longLived(w, nil)
				w.issuer.Keys.Fail(fault)
				time.Sleep(oidc.DefaultMaxStale - time.Second)
				w.wantVerify(t, token, nil)
				time.Sleep(2 * time.Second)
				want := oauth.ErrUnavailable
				if name == "garbage" || name == "no keys" {
					want = oauth.ErrInvalidResponse
				}
				w.wantVerify(t, token, want)
				if st := w.verifier.Status()[0]; st.Err == nil || st.LastErr == nil {
					t.Errorf("status of a stale issuer: %+v", st)
				}
				w.issuer.Keys.Fail(nil)
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				w.wantVerify(t, token, nil)
				if st := w.verifier.Status()[0]; st.Err != nil || st.Keys != 1 {
					t.Errorf("status after recovery: %+v", st)
				}
			})
		})
	}
}

func TestUnknownKeyWhileTheIssuerIsDownIsNotARefusal(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, w world) {
		w.issuer.Keys.Fail(oidctest.Status(503))
		token := w.issuer.MintWith(map[string]any{"kid": "new"}, claims(nil))
		w.wantVerify(t, token, oauth.ErrUnavailable) // fetches
		w.wantVerify(t, token, oauth.ErrUnavailable) // does not, but remembers
	})
}

func TestLazyVerifierIsUnavailableUntilTheFirstFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := oidctest.NewPipeServer(t)
		w := world{server: server, issuer: server.Issuer(testIssuer, "")}
		w.issuer.Discovery.Fail(oidctest.Status(502))
		w.verifier = w.newVerifier(t, func(c *oidc.Config) { c.Lazy = true })
		token := longLived(w, nil)
		w.wantVerify(t, token, oauth.ErrUnavailable)
		time.Sleep(10 * time.Minute)
		w.wantVerify(t, token, oauth.ErrUnavailable)
		if n := w.issuer.Discovery.Requests(); n < 10 || n > 20 {
			t.Errorf("%d attempts in ten minutes, want a bounded backoff of at most a minute", n)
		}
		w.issuer.Discovery.Fail(nil)
		time.Sleep(61 * time.Second)
		synctest.Wait()
		w.wantVerify(t, token, nil)
	})
}

func TestIssuersDoNotDisturbEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := oidctest.NewPipeServer(t)
		w := world{server: server, issuer: server.Issuer(testIssuer, "")}
		broken := server.Issuer("https://broken.example/", "")
		broken.Keys.Fail(oidctest.Hang())
		w.verifier = w.newVerifier(t, func(c *oidc.Config) {
			c.Lazy = true
			c.Issuers = append(c.Issuers, oidc.Issuer{Issuer: broken.URL, Audiences: []string{testAudience}})
		})
		time.Sleep(time.Second)
		started := time.Now()
		w.wantVerify(t, longLived(w, nil), nil)
		w.wantVerify(t, broken.Mint(claims(map[string]any{"iss": broken.URL})), oauth.ErrUnavailable)
		if waited := time.Since(started); waited != 0 {
			t.Errorf("the hanging issuer held requests up for %v", waited)
		}
		status := w.verifier.Status()
		if len(status) != 2 || status[0].Err == nil || status[1].Err != nil {
			t.Errorf("status: %+v", status)
		}
	})
}

// TestWaitForAKeyEndsWithTheRequest bounds the wait by the request's context and
// by the fetch timeout.
func TestWaitForAKeyEndsWithTheRequest(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, w world) {
		w.issuer.Keys.Fail(oidctest.Hang())
		token := w.issuer.MintWith(map[string]any{"kid": "new"}, claims(nil))
		for _, limit := range []time.Duration{time.Second, time.Hour} {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			started := time.Now()
			_, err := w.verifier.Verify(ctx, token)
			if !errors.Is(err, oauth.ErrUnavailable) {
				t.Errorf("Verify: %v, want ErrUnavailable", err)
			}
			if waited := time.Since(started); waited > min(limit, oidc.DefaultFetchTimeout) {
				t.Errorf("waited %v", waited)
			}
			cancel()
		}
	})
}

// TestFetchUnderWayIsNotEnoughForANewKey lets a periodic fetch read the old keys
// just before a rotation: the token signed with the new key must not be judged by
// it.
func TestFetchUnderWayIsNotEnoughForANewKey(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, w world) {
		old := string(w.issuer.JWKS())
		var slow atomic.Bool
		slow.Store(true)
		w.issuer.Keys.Fail(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			body := string(w.issuer.JWKS())
			if slow.Swap(false) {
				body = old
				time.Sleep(2 * time.Second)
			}
			oidctest.Body("application/json", body).ServeHTTP(rw, r)
		}))
		time.Sleep(oidc.DefaultRefreshInterval + time.Second) // the slow fetch is under way
		w.issuer.SetKeys(oidctest.NewKey(t, "key-2", "RS256"))
		w.wantVerify(t, longLived(w, nil), nil)
	})
}

func TestCloseJoinsAndMayBeRepeated(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, w world) {
		token := longLived(w, nil)
		w.issuer.Keys.Fail(oidctest.Hang())
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				w.wantVerify(t, w.issuer.MintWith(map[string]any{"kid": "new"}, claims(nil)), oauth.ErrUnavailable)
			})
		}
		synctest.Wait() // all wait for the fetch
		for range 2 {
			if err := w.verifier.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
		wg.Wait()
		w.wantVerify(t, token, nil) // keys at hand still serve
		w.wantVerify(t, w.issuer.MintWith(map[string]any{"kid": "new"}, claims(nil)), oauth.ErrUnavailable)
	})
}
