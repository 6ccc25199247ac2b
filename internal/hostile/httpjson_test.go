package hostile

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"io"
	"maps"
	"net/http"
	"testing"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2aclient"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/hydratest"
)

// prover adds the three proofs of a caller to what a client sends.
type prover struct {
	h      *house
	caller *caller
	token  string
	base   http.RoundTripper
	change func(*http.Request) // of what is signed, nil for nothing
}

func newProver(t *testing.T, h *house) *prover {
	t.Helper()
	c := h.newCaller(t)
	base := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{c.cert}}, ForceAttemptHTTP2: true}
	t.Cleanup(base.CloseIdleConnections)
	token := h.hydra.IssueToken(hydratest.TokenSpec{ClientID: c.name.String(), Scopes: []string{"agent:read", "agent:write"}})
	return &prover{h: h, caller: c, token: token, base: base}
}

func (p *prover) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	if len(body) == 0 {
		r.Body = http.NoBody
	}
	signed, err := signature.SignHeader(p.caller.key, signature.Octets1, signature.Request{
		DID: p.caller.name, Audience: p.h.DID(), Timestamp: p.h.clock.now().Unix(), Method: r.Method,
		Target: r.URL.RequestURI(), ContentType: r.Header.Get("Content-Type"), Body: body,
	}, rand.Reader)
	if err != nil {
		return nil, err
	}
	maps.Copy(r.Header, signed)
	r.Header.Set("Authorization", "Bearer "+p.token)
	if p.change != nil {
		p.change(r)
	}
	return p.base.RoundTrip(r)
}

// restClient is the official client for the interface that the agent's card declares.
func restClient(t *testing.T, h *house) *a2aclient.Client {
	t.Helper()
	card := &sdk.AgentCard{SupportedInterfaces: []*sdk.AgentInterface{{URL: "https://" + h.Addr().String(), ProtocolBinding: sdk.TransportProtocolHTTPJSON, ProtocolVersion: "1.0"}}}
	client, err := a2aclient.NewFromCard(t.Context(), card, a2aclient.WithDefaultsDisabled(), a2aclient.WithRESTTransport(&http.Client{Transport: newProver(t, h)}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Destroy() })
	return client
}

// The official client goes through the gates of a real agent, by HTTP+JSON alone.
func TestClientOfTheSDKOverHTTPJSON(t *testing.T) {
	h := newTown(t).house("")
	useEveryMethod(t, h, restClient(t, h), restClient(t, h))
}

// useEveryMethod goes through the methods as client, and through some as somebody else.
func useEveryMethod(t *testing.T, h *house, client, other *a2aclient.Client) {
	t.Helper()
	ctx := t.Context()
	message := func(text string) *sdk.SendMessageRequest {
		return &sdk.SendMessageRequest{Message: sdk.NewMessage(sdk.MessageRoleUser, sdk.NewTextPart(text))}
	}
	result, err := client.SendMessage(ctx, message("hello <&> é"))
	if err != nil {
		t.Fatal(err)
	}
	sent, ok := result.(*sdk.Task)
	if !ok || sent.Status.State != sdk.TaskStateCompleted || sent.Artifacts[0].Parts[0].Text() != "heard hello" {
		t.Fatalf("%+v", result)
	}
	history := 1
	if got, err := client.GetTask(ctx, &sdk.GetTaskRequest{ID: sent.ID, HistoryLength: &history}); err != nil || got.ID != sent.ID || len(got.History) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	after := sent.Status.Timestamp.Add(-1)
	list, err := client.ListTasks(ctx, &sdk.ListTasksRequest{ContextID: sent.ContextID, Status: sdk.TaskStateCompleted, PageSize: 5, HistoryLength: &history, StatusTimestampAfter: &after, IncludeArtifacts: true})
	if err != nil || len(list.Tasks) != 1 || list.Tasks[0].Artifacts == nil {
		t.Errorf("%+v, %v", list, err)
	}
	var last sdk.TaskState
	for event, err := range client.SendStreamingMessage(ctx, message("again")) {
		switch e := event.(type) {
		case *sdk.Task: // it may have ended before the stream began
			last = e.Status.State
		case *sdk.TaskStatusUpdateEvent:
			last = e.Status.State
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if last != sdk.TaskStateCompleted {
		t.Errorf("the stream ends with %q", last)
	}
	cancelOver(t, h, client, other, message("wait"))
	for want, err := range map[error]error{
		sdk.ErrTaskNotFound:                 second(other.GetTask(ctx, &sdk.GetTaskRequest{ID: sent.ID})),
		sdk.ErrTaskNotCancelable:            second(client.CancelTask(ctx, &sdk.CancelTaskRequest{ID: sent.ID})),
		sdk.ErrPushNotificationNotSupported: second(client.CreateTaskPushConfig(ctx, &sdk.PushConfig{TaskID: sent.ID, URL: "https://example.com"})),
		sdk.ErrInvalidParams:                second(client.ListTasks(ctx, &sdk.ListTasksRequest{PageToken: "none"})),
	} {
		if !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

// cancelOver cancels a task that runs, while somebody reads what comes of it.
func cancelOver(t *testing.T, h *house, client, other *a2aclient.Client, wait *sdk.SendMessageRequest) {
	t.Helper()
	wait.Config = &sdk.SendMessageConfig{ReturnImmediately: true}
	result, err := client.SendMessage(t.Context(), wait)
	if err != nil {
		t.Fatal(err)
	}
	id := result.(*sdk.Task).ID
	var last sdk.TaskState
	for event, err := range client.SubscribeToTask(t.Context(), &sdk.SubscribeToTaskRequest{ID: id}) {
		switch e := event.(type) {
		case *sdk.Task:
			if _, err := other.CancelTask(t.Context(), &sdk.CancelTaskRequest{ID: id}); !errors.Is(err, sdk.ErrTaskNotFound) {
				t.Errorf("somebody else cancels: %v", err)
			}
			if canceled, err := client.CancelTask(t.Context(), &sdk.CancelTaskRequest{ID: id}); err != nil || canceled.Status.State != sdk.TaskStateCanceled {
				t.Errorf("%+v, %v", canceled, err)
			}
		case *sdk.TaskStatusUpdateEvent:
			last = e.Status.State
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if last != sdk.TaskStateCanceled {
		t.Errorf("the stream ends with %s", last)
	}
}

func second[T any](_ T, err error) error { return err }
