package peer_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"testing"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/peer"
)

// What answered an earlier call answers no later one, though both were ours,
// to the same agent and on the same connection.
func TestTheAnswerToAnEarlierCallAnswersNoLaterOne(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	var mu sync.Mutex
	var first string
	url, rec := serve(t, ca, critic, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var req rpc
		if json.NewDecoder(r.Body).Decode(&req) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if first == "" {
			first = req.ID
		}
		answer(w, first, map[string]any{"task": (&v1Agent{}).task()})
	}))
	c := newClient(t, ca, newKey(t))
	p := peer.Peer{DID: parse(t, critic), URL: url, Protocol: card.V1}
	if _, err := c.Send(t.Context(), p, "hi"); err != nil {
		t.Fatal(err)
	}
	if reply, err := c.Send(t.Context(), p, "hi again"); !errors.Is(err, peer.ErrReply) {
		t.Errorf("%+v, %v, want ErrReply", reply, err)
	}
	if calls := rec.calls(); len(calls) != 2 || calls[0].rpc(t).ID == calls[1].rpc(t).ID {
		t.Errorf("%d calls", len(calls))
	}
}
