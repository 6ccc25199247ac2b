package peer_test

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/evidence"
	"github.com/getbindu/bindu-go/peer"
)

// Of a stream that broke off what came and was verified is recorded, and that its end did
// not come; of one that its agent ended for a reason, that too.
func TestWhatBrokeOffIsRecorded(t *testing.T) {
	event := func(a *signedAnswer, n int) string { return strings.SplitAfter(a.body, "\n\n")[n] }
	once := func(change func(*signedAnswer)) func(int, *signedAnswer) {
		return func(n int, a *signedAnswer) {
			if n == 0 {
				change(a)
			}
		}
	}
	type proof struct {
		events     int64
		incomplete bool
	}
	for name, tt := range map[string]struct {
		first  []string // what the first connection brings
		change func(n int, a *signedAnswer)
		want   []proof
		err    error
	}{
		"whole":                   {[]string{begun1, pieceA, done1}, nil, []proof{{3, false}}, nil},
		"cut off":                 {[]string{begun1, pieceA, done1}, once(func(a *signedAnswer) { a.body = event(a, 0) + event(a, 1) }), []proof{{2, true}, {2, false}}, nil},
		"within an event":         {[]string{begun1, pieceA, done1}, once(func(a *signedAnswer) { a.body = event(a, 0) + event(a, 1)[:40] }), []proof{{1, true}, {2, false}}, nil},
		"without its end":         {[]string{begun1, pieceA, done1}, once(func(a *signedAnswer) { a.body = strings.TrimSuffix(a.body, event(a, 3)) }), []proof{{3, true}, {2, false}}, nil},
		"before anything":         {[]string{begun1, pieceA, done1}, once(func(a *signedAnswer) { a.body = "" }), []proof{{2, false}}, nil},
		"by a stop of the agent":  {[]string{begun1, drained}, nil, []proof{{2, false}, {2, false}}, nil},
		"by the end of a proof":   {[]string{begun1, expired}, nil, []proof{{2, false}, {2, false}}, nil},
		"by an event it refused":  {[]string{begun1, pieceA, done1}, once(func(a *signedAnswer) { a.body = strings.Replace(a.body, "one", "ONE", 1) }), []proof{{1, true}}, peer.ErrAnswerSignature},
		"by an event of nonsense": {[]string{begun1, nonsense, done1}, nil, []proof{{2, true}}, peer.ErrReply},
	} {
		t.Run(name, func(t *testing.T) {
			next := &script{connections: [][]string{tt.first, {begun1, done1}}, task: whole1}
			var own *did.KeyPair
			client, p, _ := provingPeer(t, &proving{next: next, change: tt.change}, func(c *peer.Config) { own = c.Key })
			r := evidence.Record{Caller: evidence.Party{DID: parse(t, poet), Key: own.PublicKey()}, Agent: evidence.Party{DID: p.DID, Key: p.Key}}
			ctx := peer.Recorded(t.Context(), func(e evidence.Exchange) { r.Exchanges = append(r.Exchanges, e) })
			if told, err := streams(client.Stream(ctx, p, "hi")); !errors.Is(err, tt.err) {
				t.Errorf("told %q, %v", told, err)
			}
			proofs, err := r.Verify(map[did.DID]ed25519.PublicKey{r.Caller.DID: r.Caller.Key, r.Agent.DID: r.Agent.Key})
			if err != nil {
				t.Fatal(err)
			}
			var got []proof
			for _, p := range proofs {
				got = append(got, proof{p.Events, p.Incomplete})
			}
			if len(got) != len(tt.want) {
				t.Fatalf("%v, want %v", got, tt.want)
			}
			for i := range got {
				if got[i] != tt.want[i] {
					t.Errorf("%v, want %v", got, tt.want)
				}
			}
		})
	}
}

// Who breaks off a stream has what came until then.
func TestWhoBreaksOffHasWhatCame(t *testing.T) {
	client, p, _ := provingPeer(t, &proving{next: &script{connections: [][]string{{begun1, pieceA, done1}}}})
	var all []evidence.Exchange
	for u, err := range client.Stream(peer.Recorded(t.Context(), func(e evidence.Exchange) { all = append(all, e) }), p, "hi") {
		if err != nil || u.Artifact != "" {
			break
		}
	}
	if len(all) != 1 || !all[0].Answer.Incomplete || strings.Count(string(all[0].Answer.Body), "data: ") != 2 {
		t.Errorf("%+v", all)
	}
}
