package task_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
	"github.com/getbindu/bindu-go/task/tasktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// executor is a function as a [task.Executor].
type executor func(ctx context.Context, req task.Request, emit task.Emit) (task.Result, error)

func (f executor) Execute(ctx context.Context, req task.Request, emit task.Emit) (task.Result, error) {
	return f(ctx, req, emit)
}

// echo answers as [backend.Echo] does, and does not say that answering twice does no
// harm: its messages are stored first.
var echo = executor(backend.Echo{}.Execute)

func openStore(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// newService returns a service over a store of its own, and what ends both.
func newService(t testing.TB, cfg task.Config) (*task.Service, func()) {
	t.Helper()
	store := openStore(t, filepath.Join(t.TempDir(), "dir"))
	if cfg.Executor == nil {
		cfg.Executor = backend.Echo{}
	}
	cfg.Store = store
	service, err := task.NewService(tasktest.Sized(cfg))
	if err != nil {
		t.Fatal(err)
	}
	return service, func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // what still runs is not waited for
		if err := service.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
		if err := store.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	}
}

// as returns a context in which name calls with the given permissions.
func as(t testing.TB, name string, scopes ...string) context.Context {
	t.Helper()
	id, err := did.Parse("did:bindu:test:" + name + ":1")
	if err != nil {
		t.Fatal(err)
	}
	return identity.NewContext(t.Context(), identity.Caller{DID: id, Claims: oauth.Claims{Scopes: scopes}})
}

func message(id, text string) *a2a.Message {
	return &a2a.Message{ID: id, Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart(text)}}
}

func send(id, text string) *a2a.SendMessageRequest {
	return &a2a.SendMessageRequest{Message: message(id, text)}
}

// post is send without waiting for the answer.
func post(id, text string) *a2a.SendMessageRequest {
	return &a2a.SendMessageRequest{Message: message(id, text), Config: &a2a.SendMessageConfig{ReturnImmediately: true}}
}

func must(t testing.TB, s *task.Service, ctx context.Context, req *a2a.SendMessageRequest) *a2a.Task {
	t.Helper()
	result, err := s.Send(ctx, req, task.SendOptions{})
	if err != nil {
		t.Fatalf("Send: %v", err)
	}
	task, is := result.(*a2a.Task)
	if !is {
		t.Fatalf("Send: %s, want a task", asJSON(t, result))
	}
	return task
}

func get(t testing.TB, s *task.Service, ctx context.Context, id a2a.TaskID) *a2a.Task {
	t.Helper()
	result, err := s.GetTask(ctx, &a2a.GetTaskRequest{ID: id})
	if err != nil {
		t.Fatalf("GetTask: %v", err)
	}
	return result
}

func wantState(t testing.TB, got *a2a.Task, want a2a.TaskState, reason string) {
	t.Helper()
	if got.Status.State != want {
		t.Errorf("state %s, want %s", got.Status.State, want)
	}
	var said any
	if got.Status.Message != nil && got.Status.Message.Metadata != nil {
		said = got.Status.Message.Metadata[task.ReasonKey]
	}
	if reason != "" && said != reason {
		t.Errorf("reason %v, want %q", said, reason)
	}
}

func wantError(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
