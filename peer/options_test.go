package peer_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/peer"
)

func TestAMessageNamesTheTasksItIsAbout(t *testing.T) {
	for _, protocol := range []card.Dialect{card.V1, card.V03, card.Reference} {
		t.Run(string(protocol), func(t *testing.T) {
			ca := stepcatest.NewCA(t, nil)
			url, rec := serve(t, ca, critic, &script{task: whole1})
			p := peer.Peer{DID: parse(t, critic), URL: url, Protocol: protocol}
			c := newClient(t, ca, newKey(t))
			_, err := c.Send(t.Context(), p, "more of it", peer.Referencing("t-1", "t-2"))
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Send(t.Context(), p, "something new")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, call := range rec.calls() {
				var params struct {
					Message struct{ ReferenceTaskIDs []string }
				}
				if err := json.Unmarshal(call.rpc(t).Params, &params); err != nil {
					t.Fatal(err)
				}
				got = append(got, strings.Join(params.Message.ReferenceTaskIDs, " "))
			}
			if len(got) != 2 || got[0] != "t-1 t-2" || got[1] != "" {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestWhoReadsAStreamIsToldThatItWaitsForThePeer(t *testing.T) {
	for name, tt := range map[string]struct {
		connections [][]string
		follows     bool
		times       int
	}{
		"it breaks off":         {[][]string{{begun1, pieceA}, {pieceB, done1}}, false, 1},
		"it breaks off twice":   {[][]string{{begun1}, {pieceA}, {pieceB, done1}}, true, 2},
		"it ends as it should":  {[][]string{{begun1, done1}}, false, 0},
		"nobody waits any more": {[][]string{{begun1, refused}}, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ca := stepcatest.NewCA(t, nil)
			url, _ := serve(t, ca, critic, &script{connections: tt.connections})
			p := peer.Peer{DID: parse(t, critic), URL: url, Protocol: card.V1}
			var causes []error
			away := peer.WhenAway(func(err error) { causes = append(causes, err) })
			c := newClient(t, ca, newKey(t))
			updates := c.Stream(t.Context(), p, "hello", away)
			if tt.follows {
				updates = c.Follow(t.Context(), p, "t", "", away)
			}
			_, _ = streams(updates)
			if len(causes) != tt.times {
				t.Fatalf("told %d times: %v", len(causes), causes)
			}
			for _, err := range causes {
				if !errors.Is(err, peer.ErrUnreachable) {
					t.Errorf("told %v", err)
				}
			}
		})
	}
}
