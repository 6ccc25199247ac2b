package gate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	sdk03 "github.com/a2aproject/a2a-go/a2a"
	client03 "github.com/a2aproject/a2a-go/a2aclient"
	sdk "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2aclient"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
)

// throughTheGates hands what a client sends to a chain, as a sidecar would that
// adds the proofs. byNumber makes every status 200, for clients that read the
// body of a refusal and go by its number alone.
type throughTheGates struct {
	b        *bench
	spoil    func(*http.Request)
	byNumber bool
}

func (d *throughTheGates) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	signed := d.b.request(signature.Reference, string(body))
	signed.Header["A2a-Version"] = r.Header.Values("A2A-Version")
	d.spoil(signed)
	w := httptest.NewRecorder()
	d.b.chain.ServeHTTP(w, signed)
	if d.byNumber {
		w.Code = http.StatusOK
	}
	return w.Result(), nil
}

// sdkCalls asks for a task and cancels it with the official clients.
func sdkCalls(t *testing.T, client *http.Client) map[string]func() error {
	t.Helper()
	const url = "https://agent.example/"
	ctx := t.Context()
	card := &sdk.AgentCard{SupportedInterfaces: []*sdk.AgentInterface{{URL: url, ProtocolBinding: sdk.TransportProtocolJSONRPC, ProtocolVersion: "1.0"}}}
	v1, err := a2aclient.NewFromCard(ctx, card, a2aclient.WithJSONRPCTransport(client))
	if err != nil {
		t.Fatal(err)
	}
	v03, err := client03.NewFromEndpoints(ctx, []sdk03.AgentInterface{{URL: url, Transport: sdk03.TransportProtocolJSONRPC}}, client03.WithJSONRPCTransport(client))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]func() error{
		"1.0 get":    func() error { _, err := v1.GetTask(ctx, &sdk.GetTaskRequest{ID: "x"}); return err },
		"1.0 cancel": func() error { _, err := v1.CancelTask(ctx, &sdk.CancelTaskRequest{ID: "x"}); return err },
		"0.3 get":    func() error { _, err := v03.GetTask(ctx, &sdk03.TaskQueryParams{ID: "x"}); return err },
		"0.3 cancel": func() error { _, err := v03.CancelTask(ctx, &sdk03.TaskIDParams{ID: "x"}); return err },
	}
}

// No official client takes a refusal for something about the task: a refused
// token is not "task not found", and does not look like "already ended" on cancel.
func TestOfficialClientsTakeNoRefusalForATaskError(t *testing.T) {
	aboutTasks := []error{
		sdk.ErrTaskNotFound, sdk.ErrTaskNotCancelable, sdk.ErrPushNotificationNotSupported, sdk.ErrUnsupportedOperation,
		sdk03.ErrTaskNotFound, sdk03.ErrTaskNotCancelable, sdk03.ErrPushNotificationNotSupported, sdk03.ErrUnsupportedOperation,
	}
	for kind, spoil := range map[string]func(*bench, *http.Request){
		"missing":     func(_ *bench, r *http.Request) { r.Header.Del("Authorization") },
		"invalid":     func(b *bench, _ *http.Request) { b.tokenErr = oauth.ErrInactive },
		"expired":     func(b *bench, _ *http.Request) { b.tokenErr = oauth.ErrExpired },
		"permissions": func(b *bench, _ *http.Request) { b.claims.Scopes = nil },
	} {
		for _, byNumber := range []bool{false, true} {
			b := newBench(t, func(c *gate.Config) { c.Permissions = testPermissions() })
			through := &throughTheGates{b: b, byNumber: byNumber, spoil: func(r *http.Request) { spoil(b, r) }}
			for call, do := range sdkCalls(t, &http.Client{Transport: through}) {
				err := do()
				if err == nil || errors.Is(err, context.Canceled) {
					t.Errorf("%s, %s: %v", kind, call, err)
				}
				for _, other := range aboutTasks {
					if errors.Is(err, other) {
						t.Errorf("%s, %s, by number %t: %v", kind, call, byNumber, err)
					}
				}
				known := errors.Is(err, sdk.ErrUnauthenticated) || errors.Is(err, sdk03.ErrUnauthenticated)
				if byNumber && kind == "missing" && !known {
					t.Errorf("%s: a missing token is %v", call, err)
				}
			}
		}
	}
}

// The official clients of both versions read a signed stream as any other: they pass over
// the signatures, and the block at its end is no event to them.
func TestOfficialClientsReadSignedStreams(t *testing.T) {
	const url = "https://agent.example/"
	event := func(id json.RawMessage, result string) string {
		return fmt.Sprintf("id: 1\ndata: {\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}\n\n", id, result)
	}
	b := answering(t, func(w http.ResponseWriter, r *http.Request) {
		var call struct {
			ID     json.RawMessage
			Method string
		}
		if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
			t.Error(err)
		}
		task, status := `{"task":{"id":"t","contextId":"c","status":{"state":"TASK_STATE_WORKING"}}}`, `{"statusUpdate":{"taskId":"t","contextId":"c","status":{"state":"TASK_STATE_COMPLETED"}}}`
		if call.Method == "message/stream" {
			task, status = `{"kind":"task","id":"t","contextId":"c","status":{"state":"working"}}`, `{"kind":"status-update","taskId":"t","contextId":"c","final":true,"status":{"state":"completed"}}`
		}
		streaming(event(call.ID, task), ": \n\n", event(call.ID, status))(w, r)
	})
	signed := 0
	client := &http.Client{Transport: &throughTheGates{b: b, spoil: func(r *http.Request) { signed++; signature.Demand(r.Header) }}}
	card := &sdk.AgentCard{Capabilities: sdk.AgentCapabilities{Streaming: true}, SupportedInterfaces: []*sdk.AgentInterface{{URL: url, ProtocolBinding: sdk.TransportProtocolJSONRPC, ProtocolVersion: "1.0"}}}
	v1, err := a2aclient.NewFromCard(t.Context(), card, a2aclient.WithJSONRPCTransport(client))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for e, err := range v1.SendStreamingMessage(t.Context(), &sdk.SendMessageRequest{Message: sdk.NewMessage(sdk.MessageRoleUser, sdk.NewTextPart("hi"))}) {
		got = append(got, fmt.Sprintf("%T %v", e, err))
	}
	v03, err := client03.NewFromEndpoints(t.Context(), []sdk03.AgentInterface{{URL: url, Transport: sdk03.TransportProtocolJSONRPC}}, client03.WithJSONRPCTransport(client))
	if err != nil {
		t.Fatal(err)
	}
	for e, err := range v03.SendStreamingMessage(t.Context(), &sdk03.MessageSendParams{Message: sdk03.NewMessage(sdk03.MessageRoleUser, sdk03.TextPart{Text: "hi"})}) {
		got = append(got, fmt.Sprintf("%T %v", e, err))
	}
	want := []string{"*a2a.Task <nil>", "*a2a.TaskStatusUpdateEvent <nil>", "*a2a.Task <nil>", "*a2a.TaskStatusUpdateEvent <nil>"}
	if !slices.Equal(got, want) || signed != 2 {
		t.Errorf("read %q of %d signed streams, want %q", got, signed, want)
	}
}
