package hydra_test

import (
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// slowOnce gives the first answer, which Hydra makes at once, when hold is closed.
type slowOnce struct {
	http.RoundTripper
	hold  chan struct{}
	asked *atomic.Int64
}

func slow(client *http.Client) (_ *http.Client, release func()) {
	s := slowOnce{client.Transport, make(chan struct{}), new(atomic.Int64)}
	return &http.Client{Transport: s}, func() { close(s.hold) }
}

// RoundTrip implements [http.RoundTripper].
func (s slowOnce) RoundTrip(r *http.Request) (*http.Response, error) {
	first := s.asked.Add(1) == 1
	resp, err := s.RoundTripper.RoundTrip(r)
	if first {
		<-s.hold
	}
	return resp, err
}

// TestSlowHydraDoesNotOutliveARevocation: with a timeout far beyond the age of a
// verdict, whoever comes later than that after the revocation is refused, though a
// question from before it is still under way.
func TestSlowHydraDoesNotOutliveARevocation(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
		client, release := slow(w.client)
		cfg := w.config()
		cfg.IntrospectTimeout, cfg.HTTPClient = 30*time.Second, client
		i := hydra.NewIntrospector(cfg, hydra.IntrospectorOptions{Issuer: w.public})
		defer i.Close()
		var group sync.WaitGroup
		refused := func(after string) {
			if _, err := i.Verify(t.Context(), token); !errors.Is(err, oauth.ErrInactive) {
				t.Errorf("who comes %s: %v, want ErrInactive", after, err)
			}
		}
		group.Go(func() { refused("first, whose answer came too late and is asked for anew") })
		synctest.Wait() // Hydra has said that the token is active
		s.RevokeToken(token)
		time.Sleep(4 * time.Second)
		group.Go(func() { refused("in time to join") })
		time.Sleep(2 * time.Second)
		refused("more than five seconds later")
		release()
		group.Wait()
	})
}

// TestForgetCountsForAKeyThatIsBeingRead: a decision is not outrun by what was
// asked before it.
func TestForgetCountsForAKeyThatIsBeingRead(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		before, after := newKey(t), newKey(t)
		registerKey(s, quoted(before))
		client, release := slow(w.client)
		cfg := w.config()
		cfg.HTTPClient = client
		r := hydra.NewKeyResolver(cfg, hydra.KeyResolverOptions{})
		defer r.Close()
		d := parseDID(t, callerDID)
		var group sync.WaitGroup
		want := func(who string) {
			if key, err := r.PublicKey(t.Context(), d); err != nil || !key.Equal(after) {
				t.Errorf("%s: %v, %v; want the new key", who, key, err)
			}
		}
		group.Go(func() { want("who waited") })
		synctest.Wait()
		registerKey(s, quoted(after))
		r.Forget(d)
		want("who comes after")
		release()
		group.Wait()
		want("who comes at the end")
	})
}

// TestAnUnusableDocumentIsReadOnceInASecond, whoever asks; other DIDs are not
// concerned, absent clients are looked for again, and an operator's decision counts.
func TestAnUnusableDocumentIsReadOnceInASecond(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		r := keyResolver(t, w, hydra.KeyResolverOptions{})
		d := parseDID(t, callerDID)
		read := func(times int, want error) {
			t.Helper()
			for range 3 {
				if _, err := r.PublicKey(t.Context(), d); !errors.Is(err, want) {
					t.Errorf("%v, want %v", err, want)
				}
			}
			if n := s.Requests(hydratest.Clients); n != times {
				t.Errorf("read %d times, want %d", n, times)
			}
		}
		read(3, hydra.ErrKeyUnavailable) // absent
		registerKey(s, "7")
		read(4, hydra.ErrKeyUnavailable)
		time.Sleep(time.Second)
		read(5, hydra.ErrKeyUnavailable)
		registerKey(s, quoted(newKey(t)))
		r.Forget(d)
		read(6, nil)
	})
}
