package peer_test

import (
	"crypto/tls"
	"errors"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// offered counts the sessions that a client tried to resume.
type offered struct {
	tls.ClientSessionCache
	n *atomic.Int64
}

func (o offered) Get(key string) (*tls.ClientSessionState, bool) {
	session, ok := o.ClientSessionCache.Get(key)
	if ok {
		o.n.Add(1)
	}
	return session, ok
}

// A session that one agent opened is no way around the pin of another, even
// where all calls share their sessions and the configuration pins nobody.
func TestAResumedSessionIsPinnedToo(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	url, rec := serve(t, ca, clerk, routes{map[string]string{pathV1: cardV1(clerk)}, (&v1Agent{}).ServeHTTP})
	shared := newSource(t, ca, poet).ClientConfig(did.DID{})
	var resumed atomic.Int64
	shared.ClientSessionCache = offered{tls.NewLRUClientSessionCache(0), &resumed}
	c := newClient(t, ca, newKey(t), func(cfg *peer.Config) { cfg.TLS = func(did.DID) *tls.Config { return shared } })
	if _, err := c.Send(t.Context(), peer.Peer{DID: parse(t, clerk), URL: url, Protocol: card.V1}, "hi"); err != nil {
		t.Fatal(err)
	}
	before := len(rec.requests())
	_, err := c.Send(t.Context(), peer.Peer{DID: parse(t, critic), URL: url, Protocol: card.V1}, "hi")
	if !errors.Is(err, mtls.ErrPeerMismatch) {
		t.Errorf("error %v, want a mismatch", err)
	}
	if resumed.Load() == 0 {
		t.Error("no session was offered, so nothing was shown")
	}
	if n := len(rec.requests()) - before; n != 0 {
		t.Errorf("%d requests reached the clerk on the critic's behalf", n)
	}
}

// What was signed for one path is not sent to another, not even at the agent
// that was called: a redirect is its answer.
func TestRedirectsWithinAnAgentAreNotFollowed(t *testing.T) {
	for _, status := range []int{
		http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect,
	} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			ca := stepcatest.NewCA(t, nil)
			url, rec := serve(t, ca, critic, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "/elsewhere", status)
			}))
			c := newClient(t, ca, newKey(t))
			if _, err := c.Discover(t.Context(), url, parse(t, critic)); !errors.Is(err, peer.ErrRedirect) {
				t.Errorf("card: %v", err)
			}
			if _, err := c.Send(t.Context(), peer.Peer{DID: parse(t, critic), URL: url, Protocol: card.V1}, "hi"); !errors.Is(err, peer.ErrRedirect) {
				t.Errorf("message: %v", err)
			}
			for _, r := range rec.requests() {
				if r.target == "/elsewhere" {
					t.Errorf("followed by a %s with %d headers", r.method, len(r.header))
				}
			}
		})
	}
}
