package peer_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/protoform"
	"github.com/getbindu/bindu-go/peer"
)

// overJSONRPC is a peer that answers each call with a task that has ended.
func overJSONRPC(t *testing.T) (*peer.Client, peer.Peer, *record) {
	t.Helper()
	client, p, rec := inBubble(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var call struct {
			ID     json.RawMessage
			Method string
		}
		if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
			t.Errorf("%s: %v", r.URL, err)
		}
		result, before := doneG, ""
		if strings.HasPrefix(call.Method, "Send") {
			result = `{"task":` + result + `}`
		}
		if strings.Contains(call.Method, "Streaming") {
			before = "data: "
			w.Header().Set("Content-Type", "text/event-stream")
		}
		fmt.Fprintf(w, "%s{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}\n\n", before, call.ID, result)
	}))
	p.Protocol, p.Schemes = card.V1, signature.Schemes()
	return client, p, rec
}

// tenantOf says where a request names a tenant, by the path or what it has as parameters.
func tenantOf(t *testing.T, s seen) string {
	t.Helper()
	params := struct {
		Tenant *string
		Params struct{ Tenant *string }
	}{}
	body := s.body
	if s.header.Get("Content-Type") == grpcframe.ContentType {
		message, err := grpcframe.Message(body)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := protoform.MethodOf(s.target[strings.LastIndex(s.target, "/")+1:])
		if body, err = m.Request.JSON(message, protoform.Bounds{Bytes: 1 << 20, Depth: 64}); err != nil {
			t.Fatal(err)
		}
	}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &params); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
	}
	said := s.target
	for _, tenant := range []*string{params.Tenant, params.Params.Tenant} {
		if tenant != nil {
			said += " " + *tenant
		}
	}
	return said
}

// The tenant that a card wants named is in each call, once, where its binding has it.
func TestATenantIsNamedInEachCall(t *testing.T) {
	const task = `{"task":` + doneG + `}`
	for name, tt := range map[string]struct {
		peer func(*testing.T) (*peer.Client, peer.Peer, *record)
		want []string
	}{
		"JSON-RPC": {overJSONRPC, []string{"/ a/b", "/ a/b", "/ a/b"}},
		"HTTP+JSON": {func(t *testing.T) (*peer.Client, peer.Peer, *record) {
			return overHTTPJSON(t, "200 "+task, "200 "+doneG, "stream data: "+task+"\n\n")
		}, []string{"/base/a%2Fb/message:send", "/base/a%2Fb/tasks/t:cancel", "/base/a%2Fb/message:stream"}},
		"gRPC": {func(t *testing.T) (*peer.Client, peer.Peer, *record) {
			return grpcAgent(t, said{messages: []string{task}}, said{messages: []string{doneG}}, said{messages: []string{task}})
		}, []string{protoform.Path("SendMessage") + " a/b", protoform.Path("CancelTask") + " a/b", protoform.Path("SendStreamingMessage") + " a/b"}},
	} {
		bubble(t, name, func(t *testing.T) {
			client, p, rec := tt.peer(t)
			p.Tenant = "a/b"
			_, sent := client.Send(t.Context(), p, "hello")
			_, canceled := client.Cancel(t.Context(), p, "t")
			if _, err := streams(client.Stream(t.Context(), p, "hello")); sent != nil || canceled != nil || err != nil {
				t.Fatalf("%v, %v, %v", sent, canceled, err)
			}
			var got []string
			for _, s := range rec.calls() {
				got = append(got, tenantOf(t, s))
			}
			if fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("asked %q\nwant  %q", got, tt.want)
			}
		})
	}
}
