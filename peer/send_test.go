package peer_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/peer"
)

func TestDiscoverAndSend(t *testing.T) {
	for name, test := range map[string]struct {
		agent    routes
		protocol card.Dialect
		scheme   signature.Scheme
		path     string
	}{
		"A2A 1.0, answered at once": {
			routes{map[string]string{pathV1: cardV1(critic, schemesBoth)}, (&v1Agent{}).ServeHTTP}, card.V1, signature.JCS1, "/"},
		"A2A 1.0, of a later version of ours": {
			routes{map[string]string{pathV1: cardV1(critic, schemesAll)}, (&v1Agent{}).ServeHTTP}, card.V1, signature.Octets1, "/"},
		"A2A 1.0, answered later": {
			routes{map[string]string{pathV1: cardV1(critic)}, (&v1Agent{work: 3}).ServeHTTP}, card.V1, signature.Reference, "/"},
		"A2A 0.3": {
			routes{map[string]string{pathV03: cardV03(critic, false)}, v03Agent}, card.V03, signature.Reference, "/"},
		"the reference": {
			routes{map[string]string{pathV03: cardV03(critic, true)}, (&referenceAgent{}).ServeHTTP}, card.Reference, signature.Reference, "/"},
		"an old version of the reference": {
			routes{map[string]string{pathV03: cardV03(critic, true)}, (&referenceAgent{snakeParams: true}).ServeHTTP}, card.Reference, signature.Reference, "/"},
	} {
		t.Run(name, func(t *testing.T) {
			ca, key := stepcatest.NewCA(t, nil), newKey(t)
			url, rec := serve(t, ca, critic, test.agent)
			c := newClient(t, ca, key)
			p, err := c.Discover(t.Context(), url, did.DID{})
			if err != nil {
				t.Fatal(err)
			}
			if p.DID.String() != critic || p.Protocol != test.protocol || p.Name != "critic" || p.URL != url+test.path {
				t.Fatalf("discovered %+v", p)
			}
			reply, err := c.Send(t.Context(), p, "hello <&> \u2028 😀")
			if err != nil {
				t.Fatal(err)
			}
			if reply.State != peer.StateCompleted || reply.Text != "hello back" || reply.TaskID == "" || reply.ContextID != "c-1" || !json.Valid(reply.Raw) {
				t.Errorf("reply %+v", reply)
			}
			checkProofs(t, rec, key, test.scheme)
		})
	}
}

// checkProofs wants every call proved with a request of its own, and nothing
// proved, or given away, where only a card was asked for.
func checkProofs(t *testing.T, rec *record, key *did.KeyPair, want signature.Scheme) {
	t.Helper()
	var ids, signatures []string
	for _, s := range rec.requests() {
		if s.method == http.MethodGet {
			if s.header.Get("Authorization") != "" || s.header.Get(signature.HeaderSignature) != "" {
				t.Errorf("a card was asked for with credentials: %v", s.header)
			}
			continue
		}
		if scheme, err := s.signedFor(t, critic, key); err != nil || scheme != want {
			t.Errorf("signed with %s: %v, want %s", scheme, err, want)
		}
		if audience := s.header.Get(signature.HeaderAudience); want.Binds() != (audience == critic) {
			t.Errorf("audience %q in scheme %s", audience, want)
		}
		if s.header.Get("Authorization") != "Bearer the-token" {
			t.Errorf("Authorization is %q", s.header.Get("Authorization"))
		}
		id := s.rpc(t).ID
		if uuid.Validate(id) != nil || slices.Contains(ids, id) || slices.Contains(signatures, s.header.Get(signature.HeaderSignature)) {
			t.Errorf("id %s or its signature was used before, or is no UUID", id)
		}
		ids, signatures = append(ids, id), append(signatures, s.header.Get(signature.HeaderSignature))
	}
	if len(ids) == 0 {
		t.Error("no call arrived")
	}
}

func TestSendContinues(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	url, rec := serve(t, ca, critic, routes{map[string]string{pathV1: cardV1(critic)}, (&v1Agent{}).ServeHTTP})
	c := newClient(t, ca, newKey(t))
	p, err := c.Discover(t.Context(), url, parse(t, critic))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(t.Context(), p, "more", peer.InContext("c-1"), peer.OnTask("t-1")); err != nil {
		t.Fatal(err)
	}
	var params struct {
		Message struct{ ContextID, TaskID string }
	}
	if err := json.Unmarshal(rec.calls()[0].rpc(t).Params, &params); err != nil || params.Message.ContextID != "c-1" || params.Message.TaskID != "t-1" {
		t.Errorf("sent %+v, %v", params, err)
	}
}

// A task that wants something from the caller ends the wait like one that is over.
func TestSendReturnsWhenInputIsRequired(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	for _, state := range []string{"TASK_STATE_INPUT_REQUIRED", "TASK_STATE_AUTH_REQUIRED", "payment-required", "TASK_STATE_REJECTED"} {
		url, _ := serve(t, ca, critic, routes{map[string]string{pathV1: cardV1(critic)}, func(w http.ResponseWriter, r *http.Request) {
			var req rpc
			json.NewDecoder(r.Body).Decode(&req)
			answer(w, req.ID, map[string]any{"task": map[string]any{"id": "t-1", "status": map[string]any{"state": state}}})
		}})
		c := newClient(t, ca, newKey(t))
		p, err := c.Discover(t.Context(), url, did.DID{})
		if err != nil {
			t.Fatal(err)
		}
		if reply, err := c.Send(t.Context(), p, "hi"); err != nil || reply.TaskID != "t-1" {
			t.Errorf("%s: %+v, %v", state, reply, err)
		}
	}
}

func TestSendRefusesTextThatIsNotUTF8(t *testing.T) {
	c := newClient(t, stepcatest.NewCA(t, nil), newKey(t))
	p := peer.Peer{DID: parse(t, critic), URL: "https://127.0.0.1:1/", Protocol: card.V1}
	if _, err := c.Send(t.Context(), p, "\xff"); !errors.Is(err, did.ErrBodyNotUTF8) {
		t.Error(err)
	}
}

func TestNonsenseRepliesAreErrors(t *testing.T) {
	for name, body := range map[string]string{
		"not JSON":           `<html>`,
		"an array":           `[]`,
		"no result":          `{"jsonrpc":"2.0","id":"ID"}`,
		"another id":         `{"jsonrpc":"2.0","id":"x","result":{"task":{"id":"t","status":{"state":"completed"}}}}`,
		"a result of null":   `{"jsonrpc":"2.0","id":"ID","result":null}`,
		"a task without id":  `{"jsonrpc":"2.0","id":"ID","result":{"task":{"status":{"state":"completed"}}}}`,
		"duplicates deep in": `{"jsonrpc":"2.0","id":"ID","result":{"id":"t","status":{"state":"completed"},"metadata":{"x":[{"a":1,"\u0061":1}]}}}`,
		"duplicate members":  `{"jsonrpc":"2.0","id":"ID","result":{"id":"t","id":"u","status":{"state":"completed"}}}`,
		"a task of no state": `{"jsonrpc":"2.0","id":"ID","result":{"id":"t","status":{}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			ca := stepcatest.NewCA(t, nil)
			url, _ := serve(t, ca, critic, routes{rpc: func(w http.ResponseWriter, r *http.Request) {
				var req rpc
				json.NewDecoder(r.Body).Decode(&req)
				w.Write([]byte(replaceID(body, req.ID)))
			}})
			c := newClient(t, ca, newKey(t))
			_, err := c.Send(t.Context(), peer.Peer{DID: parse(t, critic), URL: url, Protocol: card.V1}, "hi")
			if !errors.Is(err, peer.ErrReply) {
				t.Error(err)
			}
		})
	}
}
