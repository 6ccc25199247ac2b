package task_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/tasktest"
)

// heard notes what a sender of webhooks would be told.
type heard struct {
	mu         sync.Mutex
	made, news []string // ids of tasks
}

func (n *heard) note(to *[]string, id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	*to = append(*to, id)
}

func (n *heard) of(list *[]string) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(*list)
}

// withWebhooks is a service that keeps webhooks and calls none.
func withWebhooks(t *testing.T, cfg task.Config) (*task.Service, *heard) {
	t.Helper()
	store, n := openStore(t, filepath.Join(t.TempDir(), "dir")), &heard{}
	if cfg.Executor == nil {
		cfg.Executor = backend.Echo{}
	}
	cfg.Store = store
	cfg.Webhooks = &task.Webhooks{
		Outbox: store, PerTask: 2, PerOwner: 3,
		Check: func(url string) string {
			if strings.HasPrefix(url, "https://") {
				return ""
			}
			return "it must begin with https://"
		},
		Made: func(_, id string) { n.note(&n.made, id) },
		News: func(_, id string) { n.note(&n.news, id) },
	}
	s, err := task.NewService(tasktest.Sized(cfg))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, n
}

// TestAWebhookWithAMessage: it is there when the task is, and who reads the events is told of
// each.
func TestAWebhookWithAMessage(t *testing.T) {
	t.Parallel()
	s, n := withWebhooks(t, task.Config{})
	ctx := as(t, "alice")
	req := send("m", "hello")
	req.Config = &a2a.SendMessageConfig{PushConfig: &a2a.PushConfig{ID: "hook", URL: "https://example.com/", Token: "t", Auth: &a2a.PushAuthInfo{Scheme: "Bearer", Credentials: "c"}}}
	result, err := s.Send(ctx, req, task.SendOptions{PushForm: "form"})
	got, ok := result.(*a2a.Task)
	if err != nil || !ok {
		t.Fatalf("%v, %v", result, err)
	}
	all, err := s.ListTaskPushConfigs(ctx, &a2a.ListTaskPushConfigRequest{TaskID: got.ID})
	if err != nil || len(all.Configs) != 1 || all.Configs[0].ID != "hook" || all.Configs[0].TaskID != got.ID || *all.Configs[0].Auth != *req.Config.PushConfig.Auth {
		t.Errorf("%+v, %v", all, err)
	}
	if made := n.of(&n.made); !slices.Equal(made, []string{string(got.ID)}) {
		t.Errorf("made are %v", made)
	}
	if news := n.of(&n.news); len(news) < 2 { // the message and the end
		t.Errorf("news are %v", news)
	}
	// Its repeat makes no second one.
	if _, err := s.Send(ctx, req, task.SendOptions{}); err != nil || len(n.of(&n.made)) != 1 {
		t.Errorf("made are %v, %v", n.of(&n.made), err)
	}
}

// TestATaskThatGoesOnMayHaveWebhooks: they heard everything while it rested, and are looked
// for again when its question is answered, or it is canceled.
func TestATaskThatGoesOnMayHaveWebhooks(t *testing.T) {
	t.Parallel()
	s, n := withWebhooks(t, task.Config{Executor: executor(func(context.Context, task.Request, task.Emit) (task.Result, error) {
		return task.Result{InputRequired: true, Text: "what?"}, nil
	})})
	ctx := as(t, "alice")
	asked := must(t, s, ctx, send("m1", "hello"))
	if made := n.of(&n.made); len(made) != 0 {
		t.Errorf("before, made are %v", made)
	}
	answer := send("m2", "this")
	answer.Message.TaskID = asked.ID
	must(t, s, ctx, answer)
	if made := n.of(&n.made); len(made) != 1 {
		t.Errorf("with an answer, made are %v", made)
	}
	if _, err := s.CancelTask(ctx, &a2a.CancelTaskRequest{ID: asked.ID}); err != nil {
		t.Fatal(err)
	}
	if made := n.of(&n.made); len(made) != 2 {
		t.Errorf("canceled, made are %v", made)
	}
}

// TestWhoMakesAWebhookGetsATask: a message alone could not be told of.
func TestWhoMakesAWebhookGetsATask(t *testing.T) {
	t.Parallel()
	s, _ := withWebhooks(t, task.Config{Executor: executor(func(context.Context, task.Request, task.Emit) (task.Result, error) {
		return task.Result{Message: &a2a.Message{Parts: a2a.ContentParts{a2a.NewTextPart("said")}}}, nil
	})})
	req := send("m", "hello")
	req.Config = &a2a.SendMessageConfig{PushConfig: &a2a.PushConfig{URL: "https://example.com/"}}
	if got, err := s.SendMessage(as(t, "alice"), req); err != nil {
		t.Error(err)
	} else if made, ok := got.(*a2a.Task); !ok || made.Status.State != a2a.TaskStateCompleted {
		t.Errorf("%T %+v", got, got)
	}
}

// TestHostile124AWebhookOnSomebodyElsesTask: as on one that never was, whatever is done.
func TestHostile124AWebhookOnSomebodyElsesTask(t *testing.T) {
	t.Parallel()
	s, n := withWebhooks(t, task.Config{})
	alices := must(t, s, as(t, "alice"), send("m", "hello")).ID
	if _, err := s.CreateTaskPushConfig(as(t, "alice"), &a2a.PushConfig{TaskID: alices, ID: "hook", URL: "https://example.com/"}); err != nil {
		t.Fatal(err)
	}
	ctx := as(t, "bob")
	for _, id := range []a2a.TaskID{alices, "unknown", a2a.TaskID(strings.Repeat("x", 300))} {
		_, create := s.CreateTaskPushConfig(ctx, &a2a.PushConfig{TaskID: id, ID: "hook", URL: "https://example.com/"})
		_, get := s.GetTaskPushConfig(ctx, &a2a.GetTaskPushConfigRequest{TaskID: id, ID: "hook"})
		_, list := s.ListTaskPushConfigs(ctx, &a2a.ListTaskPushConfigRequest{TaskID: id})
		remove := s.DeleteTaskPushConfig(ctx, &a2a.DeleteTaskPushConfigRequest{TaskID: id, ID: "hook"})
		for what, err := range map[string]error{"create": create, "get": get, "list": list, "delete": remove} {
			if !errors.Is(err, task.ErrNotFound) || err.Error() != task.ErrNotFound.Error() {
				t.Errorf("%s of %.10s: %v", what, id, err)
			}
		}
	}
	if _, err := s.GetTaskPushConfig(as(t, "alice"), &a2a.GetTaskPushConfigRequest{TaskID: alices, ID: "hook"}); err != nil {
		t.Error(err)
	}
	if made := n.of(&n.made); len(made) != 1 {
		t.Errorf("made are %v", made)
	}
}

// TestWebhooksThatAreNone: what is wrong is named, and nothing is kept.
func TestWebhooksThatAreNone(t *testing.T) {
	t.Parallel()
	s, _ := withWebhooks(t, task.Config{})
	ctx := as(t, "alice")
	id := must(t, s, ctx, send("m", "hello")).ID
	for name, tt := range map[string]struct {
		change func(*a2a.PushConfig)
		reason string
	}{
		"no url":            {func(c *a2a.PushConfig) { c.URL = "" }, "params_invalid"},
		"forbidden url":     {func(c *a2a.PushConfig) { c.URL = "http://127.0.0.1/" }, "url_forbidden"},
		"long url":          {func(c *a2a.PushConfig) { c.URL = "https://" + strings.Repeat("a", 3000) }, "url_forbidden"},
		"long id":           {func(c *a2a.PushConfig) { c.ID = strings.Repeat("a", 257) }, "params_invalid"},
		"blank id":          {func(c *a2a.PushConfig) { c.ID = " " }, "params_invalid"},
		"unprintable id":    {func(c *a2a.PushConfig) { c.ID = "a\x00" }, "params_invalid"},
		"token of lines":    {func(c *a2a.PushConfig) { c.Token = "a\r\nX-DID: b" }, "params_invalid"},
		"token with spaces": {func(c *a2a.PushConfig) { c.Token = " a" }, "params_invalid"},
		"long token":        {func(c *a2a.PushConfig) { c.Token = strings.Repeat("a", 5000) }, "params_invalid"},
		"scheme of words":   {func(c *a2a.PushConfig) { c.Auth = &a2a.PushAuthInfo{Scheme: "Bearer x", Credentials: "c"} }, "params_invalid"},
		"no scheme":         {func(c *a2a.PushConfig) { c.Auth = &a2a.PushAuthInfo{Credentials: "c"} }, "params_invalid"},
		"odd credentials":   {func(c *a2a.PushConfig) { c.Auth = &a2a.PushAuthInfo{Scheme: "Bearer", Credentials: "ü"} }, "params_invalid"},
		"blank task":        {func(c *a2a.PushConfig) { c.TaskID = " " }, "params_invalid"},
	} {
		c := &a2a.PushConfig{TaskID: id, URL: "https://example.com/", Token: "t"}
		tt.change(c)
		_, err := s.CreateTaskPushConfig(ctx, c)
		if refused, ok := errors.AsType[*task.Refusal](err); !ok || refused.Reason != tt.reason || !errors.Is(err, a2a.ErrInvalidParams) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if all, err := s.ListTaskPushConfigs(ctx, &a2a.ListTaskPushConfigRequest{TaskID: id}); err != nil || all.Configs == nil || len(all.Configs) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err := s.ListTaskPushConfigs(ctx, &a2a.ListTaskPushConfigRequest{TaskID: id, PageToken: "x"}); !errors.Is(err, task.ErrPageToken) {
		t.Error(err)
	}
}

// TestWebhooksAreBounded: of a task and of an owner, and one that is deleted makes room.
func TestWebhooksAreBounded(t *testing.T) {
	t.Parallel()
	s, _ := withWebhooks(t, task.Config{})
	ctx := as(t, "alice")
	first, second := must(t, s, ctx, send("m1", "hello")).ID, must(t, s, ctx, send("m2", "hello")).ID
	create := func(id a2a.TaskID, hook, quota string) {
		t.Helper()
		_, err := s.CreateTaskPushConfig(ctx, &a2a.PushConfig{TaskID: id, ID: hook, URL: "https://example.com/"})
		if over, _ := errors.AsType[*task.QuotaError](err); quota == "" && err != nil || quota != "" && (over == nil || over.Quota != quota) {
			t.Errorf("%v, want the quota %q", err, quota)
		}
	}
	create(first, "a", "")
	create(first, "b", "")
	create(first, "c", "task webhooks")
	create(second, "a", "")
	create(second, "b", "webhooks")
	if err := s.DeleteTaskPushConfig(ctx, &a2a.DeleteTaskPushConfigRequest{TaskID: first, ID: "a"}); err != nil {
		t.Fatal(err)
	}
	create(second, "b", "")
}
