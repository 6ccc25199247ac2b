package a2a_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
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

// agent is a handler over a real service and store, reached as a given caller.
type agent struct {
	t       testing.TB
	handler http.Handler
	service *task.Service
	store   *sqlite.Store

	webhooks bool
}

func newAgent(t testing.TB, cfg task.Config) *agent {
	t.Helper()
	return newAgentOn(t, cfg, nil)
}

// newAgentOn is newAgent with what the store changes about the service.
func newAgentOn(t testing.TB, cfg task.Config, change func(*sqlite.Store, *task.Config)) *agent {
	t.Helper()
	dir, err := safefile.OpenDir(filepath.Join(t.TempDir(), "dir"), nil)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Executor == nil {
		cfg.Executor = backend.Echo{}
	}
	cfg.Store = store
	if change != nil {
		change(store, &cfg)
	}
	service, err := task.NewService(tasktest.Sized(cfg))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := service.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
		if err := store.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	handler, err := a2a.NewHandler(a2a.HandlerConfig{Tasks: service, MaxBody: 2 << 20, MaxDepth: 64, AnswerBytes: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	return &agent{t: t, handler: handler, service: service, store: store, webhooks: cfg.Webhooks != nil}
}

func callerDID(t testing.TB, name string) did.DID {
	t.Helper()
	d, err := did.Parse("did:bindu:test:" + name + ":1")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// post sends a body as name and returns the answer.
func (a *agent) post(name, version, body string, headers ...string) *httptest.ResponseRecorder {
	a.t.Helper()
	r := httptest.NewRequestWithContext(a.t.Context(), http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if version != "" {
		r.Header.Set("A2A-Version", version)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if name != "" {
		r = r.WithContext(identity.NewContext(r.Context(), identity.Caller{DID: callerDID(a.t, name)}))
	}
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
	return w
}

// response is a JSON-RPC response; data of an error is left to the test.
type response struct {
	ID     json.RawMessage `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
	} `json:"error"`
}

// reason is the stable word of an error, wherever its form keeps it.
func (r response) reason() string {
	if r.Error == nil {
		return ""
	}
	var refusal struct{ Reason string }
	if json.Unmarshal(r.Error.Data, &refusal) == nil {
		return refusal.Reason
	}
	var details []struct{ Metadata map[string]string }
	if json.Unmarshal(r.Error.Data, &details) == nil && len(details) == 1 {
		return details[0].Metadata["reason"]
	}
	return ""
}

func parse(t testing.TB, w *httptest.ResponseRecorder) response {
	t.Helper()
	var r response
	if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil {
		t.Fatalf("answer %d is not JSON: %v\n%s", w.Code, err, w.Body)
	}
	if got := w.Header().Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type %q", got)
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q", got)
	}
	return r
}

// wireTask is what tests look at in a task of either version.
type wireTask struct {
	ID        string `json:"id"`
	ContextID string `json:"contextId"`
	Kind      string `json:"kind"`
	Status    struct {
		State string `json:"state"`
	} `json:"status"`
	History   []json.RawMessage `json:"history"`
	Artifacts []json.RawMessage `json:"artifacts"`
}

// v1 calls a method of A2A 1.0 that must succeed and decodes its result.
func (a *agent) v1(name, method, params string, into any) {
	a.t.Helper()
	a.must(a.post(name, "1.0", request(method, params)), into)
}

// v03 calls a method of A2A 0.3 or of the reference that must succeed.
func (a *agent) v03(name, method, params string, into any) {
	a.t.Helper()
	a.must(a.post(name, "", request(method, params)), into)
}

func (a *agent) must(w *httptest.ResponseRecorder, into any) {
	a.t.Helper()
	r := parse(a.t, w)
	if w.Code != http.StatusOK || r.Error != nil {
		a.t.Fatalf("answer %d %s", w.Code, w.Body)
	}
	if err := json.Unmarshal(r.Result, into); err != nil {
		a.t.Fatalf("result %s: %v", r.Result, err)
	}
}

func request(method, params string) string {
	return `{"jsonrpc":"2.0","id":1,"method":"` + method + `","params":` + params + `}`
}

// sendV1 are the parameters of SendMessage.
func sendV1(id, text, more string) string {
	return `{"message":{"messageId":"` + id + `","role":"ROLE_USER","parts":[{"text":"` + text + `"}]` + more + `}}`
}

// sendReference are the parameters of message/send as the reference's clients
// make them: they choose every id.
func sendReference(text, contextID, taskID, config string) string {
	return sendV03(uuid.NewString(), text, `,"taskId":"`+taskID+`","contextId":"`+contextID+`"`, config)
}

// sendV03 are the parameters of message/send.
func sendV03(id, text, more, config string) string {
	return `{"message":{"kind":"message","messageId":"` + id + `","role":"user","parts":[{"kind":"text","text":"` + text + `"}]` + more + `},"configuration":{"acceptedOutputModes":["text/plain"]` + config + `}}`
}
