package a2a_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	sdk03 "github.com/a2aproject/a2a-go/a2a"
	client03 "github.com/a2aproject/a2a-go/a2aclient"
	sdk "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2aclient"
	"github.com/a2aproject/a2a-go/v2/a2aclient/agentcard"
	"github.com/a2aproject/a2a-go/v2/a2acompat/a2av0"
	pb1 "github.com/a2aproject/a2a-go/v2/a2apb/v1"
	"github.com/a2aproject/a2a-go/v2/a2apb/v1/pbconv"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/task"
)

// serve puts an agent and its cards on a real listener, for one caller.
func serve(t *testing.T, a *agent) (*httptest.Server, *card.Card) {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	cards, err := card.New(card.Config{
		Name: "echo", Description: "answers", Version: "1.0.0", URL: server.URL + "/", DID: callerDID(t, "echo"),
		Skills: []card.Skill{{ID: "echo", Name: "Echo", Description: "the same again", Tags: []string{"text"}}}, MutualTLS: true, Token: true, TokenURL: "https://hydra.example/oauth2/token", PushNotifications: a.webhooks,
	})
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/.well-known/", cards)
	mux.HandleFunc("POST /{$}", func(w http.ResponseWriter, r *http.Request) {
		a.handler.ServeHTTP(w, r.WithContext(identity.NewContext(r.Context(), identity.Caller{DID: callerDID(t, "sdk")})))
	})
	return server, cards
}

// TestClientsOfTheSDK drives the handler with the clients of a2a-go, which
// find it by its cards.
func TestClientsOfTheSDK(t *testing.T) {
	for name, tt := range map[string]struct {
		path   string
		parser agentcard.Parser
		option a2aclient.FactoryOption
	}{
		"1.0": {card.Path, parseProtoJSON, nil},
		"0.3": {card.LegacyPath, a2av0.NewAgentCardParser(), a2av0.WithJSONRPCTransport(a2av0.JSONRPCTransportConfig{})},
	} {
		t.Run(name, func(t *testing.T) {
			defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
			connect := func(a *agent) *a2aclient.Client {
				server, _ := serve(t, a)
				resolver := &agentcard.Resolver{Client: server.Client(), CardParser: tt.parser}
				card, err := resolver.Resolve(t.Context(), server.URL, agentcard.WithPath(tt.path))
				if err != nil {
					t.Fatal(err)
				}
				options := []a2aclient.FactoryOption{a2aclient.WithJSONRPCTransport(server.Client())}
				if tt.option != nil {
					options = []a2aclient.FactoryOption{a2aclient.WithDefaultsDisabled(), tt.option}
				}
				client, err := a2aclient.NewFromCard(t.Context(), card, options...)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = client.Destroy() })
				return client
			}
			client := connect(newAgent(t, task.Config{}))
			useClient(t, t.Context(), client)
			readStream(t, t.Context(), client)
			useWebhooks(t, t.Context(), connect(withWebhooks(t)))
		})
	}
}

// useWebhooks makes, reads, lists and deletes one.
func useWebhooks(t *testing.T, ctx context.Context, client *a2aclient.Client) {
	t.Helper()
	hook := &sdk.PushConfig{ID: "with", URL: "https://example.com/", Token: "t", Auth: &sdk.PushAuthInfo{Scheme: "Bearer", Credentials: "c"}}
	result, err := client.SendMessage(ctx, &sdk.SendMessageRequest{
		Message: sdk.NewMessage(sdk.MessageRoleUser, sdk.NewTextPart("hello")), Config: &sdk.SendMessageConfig{PushConfig: hook},
	})
	if err != nil {
		t.Fatal(err)
	}
	id := result.TaskInfo().TaskID
	made, err := client.CreateTaskPushConfig(ctx, &sdk.PushConfig{TaskID: id, ID: "later", URL: "https://example.com/later"})
	if err != nil || made.ID != "later" || made.TaskID != id || made.URL != "https://example.com/later" {
		t.Fatalf("%+v, %v", made, err)
	}
	got, err := client.GetTaskPushConfig(ctx, &sdk.GetTaskPushConfigRequest{TaskID: id, ID: "with"})
	if err != nil || got.Token != "t" || got.Auth == nil || *got.Auth != *hook.Auth {
		t.Errorf("%+v, %v", got, err)
	}
	list := func() (ids []string) {
		all, err := client.ListTaskPushConfigs(ctx, &sdk.ListTaskPushConfigRequest{TaskID: id})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			ids = append(ids, c.ID)
		}
		return ids
	}
	if ids := list(); !slices.Equal(ids, []string{"with", "later"}) {
		t.Errorf("listed are %v", ids)
	}
	if err := client.DeleteTaskPushConfig(ctx, &sdk.DeleteTaskPushConfigRequest{TaskID: id, ID: "with"}); err != nil {
		t.Error(err)
	}
	if ids := list(); !slices.Equal(ids, []string{"later"}) {
		t.Errorf("left are %v", ids)
	}
	if _, err := client.CreateTaskPushConfig(ctx, &sdk.PushConfig{TaskID: id, URL: "http://169.254.169.254/"}); !errors.Is(err, sdk.ErrInvalidParams) {
		t.Errorf("a forbidden one: %v", err)
	}
	if _, err := client.CreateTaskPushConfig(ctx, &sdk.PushConfig{TaskID: "unknown", URL: "https://example.com/"}); !errors.Is(err, sdk.ErrTaskNotFound) {
		t.Errorf("on an unknown task: %v", err)
	}
}

// parseProtoJSON reads a card of A2A 1.0 as the specification has it. The parser
// that a2a-go 2.4.0 takes by default refuses ProtoJSON's form of scopes.
func parseProtoJSON(raw []byte) (*sdk.AgentCard, error) {
	var card pb1.AgentCard
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(raw, &card); err != nil {
		return nil, err
	}
	return pbconv.FromProtoAgentCard(&card)
}

func useClient(t *testing.T, ctx context.Context, client *a2aclient.Client) {
	t.Helper()
	msg := sdk.NewMessage(sdk.MessageRoleUser, sdk.NewTextPart("hello <&> é"), sdk.NewDataPart(map[string]any{"k": "v"}))
	result, err := client.SendMessage(ctx, &sdk.SendMessageRequest{Message: msg, Config: &sdk.SendMessageConfig{}})
	if err != nil {
		t.Fatal(err)
	}
	sent, ok := result.(*sdk.Task)
	if !ok || sent.Status.State != sdk.TaskStateCompleted {
		t.Fatalf("result %+v", result)
	}
	got, err := client.GetTask(ctx, &sdk.GetTaskRequest{ID: sent.ID})
	if err != nil || len(got.Artifacts) != 1 || got.Artifacts[0].Parts[0].Text() != "hello <&> é" || len(got.History) != 1 {
		t.Fatalf("task %+v, %v", got, err)
	}
	if _, err := client.GetTask(ctx, &sdk.GetTaskRequest{ID: "unknown"}); !errors.Is(err, sdk.ErrTaskNotFound) {
		t.Errorf("an unknown task: %v", err)
	}
	if _, err := client.CancelTask(ctx, &sdk.CancelTaskRequest{ID: sent.ID}); !errors.Is(err, sdk.ErrTaskNotCancelable) {
		t.Errorf("canceling an ended task: %v", err)
	}
	more := sdk.NewMessageForTask(sdk.MessageRoleUser, sent, sdk.NewTextPart("more"))
	if _, err := client.SendMessage(ctx, &sdk.SendMessageRequest{Message: more}); !errors.Is(err, sdk.ErrUnsupportedOperation) {
		t.Errorf("a message to an ended task: %v", err)
	}
	_, err = client.CreateTaskPushConfig(ctx, &sdk.PushConfig{TaskID: sent.ID, URL: "https://example.com"})
	if !errors.Is(err, sdk.ErrPushNotificationNotSupported) {
		t.Errorf("push: %v", err)
	}
}

// readStream reads a message's answer as it comes, and asks for a task that has ended.
func readStream(t *testing.T, ctx context.Context, client *a2aclient.Client) {
	t.Helper()
	var got []string
	var id sdk.TaskID
	for event, err := range client.SendStreamingMessage(ctx, &sdk.SendMessageRequest{Message: sdk.NewMessage(sdk.MessageRoleUser, sdk.NewTextPart("hello"))}) {
		if err != nil {
			t.Fatal(err)
		}
		switch e := event.(type) {
		case *sdk.Task:
			id = e.ID
			got = append(got, "task "+string(e.Status.State))
		case *sdk.TaskArtifactUpdateEvent:
			got = append(got, fmt.Sprintf("%s %t %t", e.Artifact.Parts[0].Text(), e.Append, e.LastChunk))
		case *sdk.TaskStatusUpdateEvent:
			got = append(got, string(e.Status.State))
		}
	}
	if want := []string{"task TASK_STATE_SUBMITTED", "hello false true", "TASK_STATE_COMPLETED"}; !slices.Equal(got, want) {
		t.Errorf("the stream is %q, want %q", got, want)
	}
	for _, err := range client.SubscribeToTask(ctx, &sdk.SubscribeToTaskRequest{ID: id}) {
		if !errors.Is(err, sdk.ErrUnsupportedOperation) {
			t.Errorf("a task that has ended: %v", err)
		}
	}
}

// TestErrorsReachClientsOf03 shows that clients from before A2A-Version, which
// take an object as data and nothing else, read the errors of the protocol.
func TestErrorsReachClientsOf03(t *testing.T) {
	server, _ := serve(t, newAgent(t, task.Config{}))
	endpoints := []sdk03.AgentInterface{{URL: server.URL + "/", Transport: sdk03.TransportProtocolJSONRPC}}
	client, err := client03.NewFromEndpoints(t.Context(), endpoints, client03.WithJSONRPCTransport(server.Client()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.GetTask(t.Context(), &sdk03.TaskQueryParams{ID: "unknown"}); !errors.Is(err, sdk03.ErrTaskNotFound) {
		t.Errorf("an unknown task: %v", err)
	}
	if _, err := client.CancelTask(t.Context(), &sdk03.TaskIDParams{ID: "unknown"}); !errors.Is(err, sdk03.ErrTaskNotFound) {
		t.Errorf("canceling an unknown task: %v", err)
	}
}
