package peer_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/peer"
)

// overHTTPJSON is a peer that answers one request after the other: a status and a body,
// which is a stream where it begins so.
func overHTTPJSON(t *testing.T, answers ...string) (*peer.Client, peer.Peer, *record) {
	t.Helper()
	next := 0
	client, p, rec := inBubble(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("A2A-Version") != "1.0" || next >= len(answers) {
			t.Errorf("%s %v", r.URL, r.Header)
			return
		}
		var status int
		kind, body, _ := strings.Cut(answers[next], " ")
		next++
		if kind == "stream" {
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, body)
			return
		}
		fmt.Sscan(kind, &status)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	p.URL, p.Binding, p.Schemes = "https://critic:3773/base/", peer.HTTPJSON, signature.Schemes()
	return client, p, rec
}

func TestAPeerOverHTTPJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		working, done := strings.Replace(workingG, `"id":"t"`, `"id":"t/1?"`, 1), strings.Replace(doneG, `"id":"t"`, `"id":"t/1?"`, 1)
		client, p, rec := overHTTPJSON(t, `200 {"task":`+working+`}`, "200 "+working, "200 "+done, "200 "+strings.Replace(done, "COMPLETED", "CANCELED", 1))
		reply, err := client.Send(t.Context(), p, "hello")
		if err != nil || reply.Text != "all" || reply.State != peer.StateCompleted {
			t.Fatalf("%+v, %v", reply, err)
		}
		if _, err := client.Cancel(t.Context(), p, "t/1?"); err != nil {
			t.Errorf("%v", err)
		}
		var got []string
		for _, s := range rec.requests() {
			got = append(got, s.method+" "+s.target+" "+s.header.Get("Content-Type"))
			if s.header.Get(signature.HeaderScheme) != string(signature.Octets1) {
				t.Errorf("%s is signed by %s", s.target, s.header.Get(signature.HeaderScheme))
			}
		}
		want := []string{
			"POST /base/message:send application/a2a+json", "GET /base/tasks/t%2F1%3F ", "GET /base/tasks/t%2F1%3F ", "POST /base/tasks/t%2F1%3F:cancel application/a2a+json",
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q\nwant %q", got, want)
		}
	})
}

// shown is what a refusal shows.
func shown(r peer.Refusal) peer.Refusal {
	return peer.Refusal{
		Status: r.Status, Code: r.Code, Reason: r.Reason, Gate: r.Gate, Hint: r.Hint, RequestID: r.RequestID, Message: r.Message, Proved: r.Proved, RetryAfter: r.RetryAfter,
	}
}

func TestRefusalsOverHTTPJSON(t *testing.T) {
	const details = `,"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"%s","reason":"%s","metadata":{%s}}]}}`
	own := fmt.Sprintf(details, "getbindu.com", "TOKEN_INACTIVE", `"reason":"token_inactive","gate":"token","hint":"h","requestId":"r"`)
	for name, tt := range map[string]struct {
		answer string
		want   peer.Refusal
	}{
		"of this runtime":      {`401 {"error":{"code":401,"status":"UNAUTHENTICATED","message":"m"` + own, peer.Refusal{Status: 401, Code: -31402, Reason: "token_inactive", Gate: "token", Hint: "h", RequestID: "r", Message: "m"}},
		"of the protocol":      {`400 {"error":{"code":400,"status":"FAILED_PRECONDITION","message":"m"` + fmt.Sprintf(details, "a2a-protocol.org", "TASK_NOT_CANCELABLE", `"taskId":"t"`), peer.Refusal{Status: 400, Code: -32002, Reason: "TASK_NOT_CANCELABLE", Message: "m"}},
		"of another domain":    {`400 {"error":{"code":400,"status":"X","message":"m"` + fmt.Sprintf(details, "example.com", "OUT_OF_TEA", ``), peer.Refusal{Status: 400, Reason: "OUT_OF_TEA", Message: "m"}},
		"without details":      {`503 {"error":{"code":503,"status":"UNAVAILABLE","message":"m"}}`, peer.Refusal{Status: 503, Message: "m"}},
		"with nonsense":        {`500 {"error":{"code":"x","status":"Y","message":1,"details":{}}}`, peer.Refusal{Status: 500}},
		"with another success": {`200 {"error":{"code":401,"status":"UNAUTHENTICATED","message":"m"` + own, peer.Refusal{Status: 401, Code: -31402, Reason: "token_inactive", Gate: "token", Hint: "h", RequestID: "r", Message: "m"}},
	} {
		bubble(t, name, func(t *testing.T) {
			client, p, _ := overHTTPJSON(t, tt.answer)
			_, err := client.Cancel(t.Context(), p, "t")
			if refused, ok := errors.AsType[*peer.Refusal](err); !ok || shown(*refused) != tt.want {
				t.Errorf("%+v, want %+v", refused, tt.want)
			}
		})
	}
	for name, answer := range map[string]string{"no JSON": "200 x", "nothing": "200 ", "a list": "200 []", "a name twice": `200 {"id":"t","id":"t"}`, "no task": "200 {}"} {
		bubble(t, name, func(t *testing.T) {
			client, p, _ := overHTTPJSON(t, answer)
			if _, err := client.Cancel(t.Context(), p, "t"); !errors.Is(err, peer.ErrReply) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestStreamsOverHTTPJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, p, rec := overHTTPJSON(t,
			"stream id: 7\ndata: {\"task\":"+workingG+"}\n\ndata: {\"error\":{\"code\":401,\"status\":\"UNAUTHENTICATED\",\"message\":\"m\",\"details\":[{\"metadata\":{\"reason\":\"auth_expired\"}}]}}\n\n",
			"stream id: 8\ndata: {\"statusUpdate\":{\"taskId\":\"t\",\"contextId\":\"c\",\"status\":{\"state\":\"TASK_STATE_COMPLETED\"}}}\n\n")
		told, err := streams(client.Stream(t.Context(), p, "hello"))
		calls := rec.calls()
		if err != nil || told != "working, completed" || len(calls) != 2 || calls[0].target != "/base/message:stream" || calls[1].target != "/base/tasks/t:subscribe" || calls[1].header.Get("Last-Event-ID") != "7" {
			t.Errorf("%q, %v", told, err)
		}
	})
}

// An id that would be another path is not asked for.
func TestIDsThatAreNoSegment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, p, rec := overHTTPJSON(t)
		for _, id := range []string{".", "..", "..."} {
			if _, err := client.Result(t.Context(), p, id); !errors.Is(err, peer.ErrBinding) || len(rec.requests()) > 0 {
				t.Errorf("%s: %v", id, err)
			}
		}
	})
}

// A binding that the card does not declare is refused before anything is sent.
func TestABindingHasToBeDeclared(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	declared := strings.Replace(cardV1(critic, schemesAll), `"capabilities"`, `"more":0,"capabilities"`, 1)
	for name, tt := range map[string]struct {
		binding peer.Binding
		card    string
		url     string
	}{
		"JSON-RPC":                {peer.JSONRPC, declared, "/"},
		"gRPC, at no path":        {peer.GRPC, declared, "/"},
		"not HTTP+JSON":           {peer.HTTPJSON, declared, ""},
		"HTTP+JSON":               {peer.HTTPJSON, strings.Replace(declared, `"GRPC"`, `"HTTP+JSON"`, 1), "/ignored"},
		"not gRPC":                {peer.GRPC, strings.Replace(declared, `"GRPC"`, `"OTHER"`, 1), ""},
		"gRPC of another version": {peer.GRPC, strings.Replace(declared, `"GRPC","protocolVersion":"1.0"`, `"GRPC","protocolVersion":"2.0"`, 1), ""},
		"HTTP without octets-1":   {peer.HTTPJSON, strings.Replace(cardV1(critic, schemesBoth), `"GRPC"`, `"HTTP+JSON"`, 1), ""},
		"without octets-1":        {peer.GRPC, cardV1(critic, schemesBoth), ""},
		"a name that nobody has":  {"grpc", declared, ""},
		"of 0.3":                  {peer.GRPC, cardV03(critic, false), ""},
	} {
		t.Run(name, func(t *testing.T) {
			url, rec := serve(t, ca, critic, routes{cards: map[string]string{pathV1: tt.card}})
			c := newClient(t, ca, newKey(t), func(c *peer.Config) { c.Binding = tt.binding })
			p, err := c.Discover(t.Context(), url, did.DID{})
			if tt.url == "" {
				if !errors.Is(err, peer.ErrBinding) || len(rec.calls()) > 0 {
					t.Errorf("%+v, %v", p, err)
				}
				return
			}
			if err != nil || p.URL != url+tt.url || p.Binding != tt.binding {
				t.Errorf("%+v, %v", p, err)
			}
		})
	}
}
