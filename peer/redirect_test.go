package peer_test

import (
	"errors"
	"net/http"
	"strconv"
	"testing"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/peer"
)

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
