package task_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/tasktest"
)

func TestSendWaitsForTheAnswer(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{Sign: func(text string) (string, error) { return "signed:" + text, nil }})
	defer end()
	ctx := as(t, "alice")
	got := must(t, s, ctx, send("m1", "hello"))
	wantState(t, got, a2a.TaskStateCompleted, "")
	if len(got.Artifacts) != 1 || got.Artifacts[0].Parts[0].Text() != "hello" || got.Artifacts[0].ID == "" {
		t.Fatalf("artifacts %s", asJSON(t, got.Artifacts))
	}
	if sig := got.Artifacts[0].Parts[0].Metadata[task.SignatureKey]; sig != "signed:hello" {
		t.Errorf("signature %v", sig)
	}
	if h := got.History; len(h) != 1 || h[0].ID != "m1" || h[0].TaskID != got.ID || h[0].ContextID != got.ContextID {
		t.Errorf("history %s", asJSON(t, h))
	}
	if stored := get(t, s, ctx, got.ID); asJSON(t, stored) != asJSON(t, got) {
		t.Errorf("answered %s\nstored %s", asJSON(t, got), asJSON(t, stored))
	}
}

func TestSendCanReturnImmediately(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, end := newService(t, task.Config{Executor: executor(func(ctx context.Context, _ task.Request, _ task.Emit) (task.Result, error) {
			time.Sleep(time.Second)
			return task.Result{Text: "done"}, nil
		})})
		defer end()
		ctx := as(t, "alice")
		got := must(t, s, ctx, post("m1", "hello"))
		wantState(t, got, a2a.TaskStateSubmitted, "")
		time.Sleep(500 * time.Millisecond)
		wantState(t, get(t, s, ctx, got.ID), a2a.TaskStateWorking, "")
		time.Sleep(time.Second)
		done := get(t, s, ctx, got.ID)
		wantState(t, done, a2a.TaskStateCompleted, "")
		if done.Status.Message.Parts[0].Text() != "done" {
			t.Errorf("status message %s", asJSON(t, done.Status.Message))
		}
	})
}

func TestSendAnswersWithTheStateWhenTheRequestsTimeIsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, end := newService(t, task.Config{Executor: executor(func(ctx context.Context, _ task.Request, _ task.Emit) (task.Result, error) {
			<-ctx.Done()
			return task.Result{}, context.Cause(ctx)
		})})
		defer end()
		ctx, cancel := context.WithTimeout(as(t, "alice"), time.Second)
		defer cancel()
		wantState(t, must(t, s, ctx, send("m1", "hello")), a2a.TaskStateWorking, "")

		gone, leave := context.WithCancel(as(t, "alice"))
		leave()
		if _, err := s.Send(gone, send("m1", "hello"), task.SendOptions{}); !errors.Is(err, context.Canceled) {
			t.Errorf("for a caller who left: %v", err)
		}
	})
}

func TestConversation(t *testing.T) {
	t.Parallel()
	var seen []task.Request
	s, end := newService(t, task.Config{Executor: executor(func(_ context.Context, req task.Request, emit task.Emit) (task.Result, error) {
		seen = append(seen, req)
		if len(req.History) == 0 {
			return task.Result{InputRequired: true, Text: "where to?"}, nil
		}
		return task.Result{}, emit(&a2a.Artifact{Parts: a2a.ContentParts{a2a.NewTextPart(req.Text())}}, false)
	})})
	defer end()
	ctx := as(t, "alice")
	asked := must(t, s, ctx, send("m1", "book a flight"))
	wantState(t, asked, a2a.TaskStateInputRequired, "")

	answer := send("m2", "Oslo")
	answer.Message.TaskID = asked.ID
	got := must(t, s, ctx, answer)
	wantState(t, got, a2a.TaskStateCompleted, "")
	if got.ID != asked.ID || got.ContextID != asked.ContextID || len(got.History) != 3 || got.Artifacts[0].Parts[0].Text() != "Oslo" {
		t.Errorf("task %s", asJSON(t, got))
	}
	last := seen[1]
	if last.TaskID != seen[0].TaskID || last.ContextID != seen[0].ContextID || last.TaskID == last.ContextID {
		t.Errorf("the executor saw the task %s, %s and the context %s, %s", seen[0].TaskID, last.TaskID, seen[0].ContextID, last.ContextID)
	}
	if last.Message.TaskID != asked.ID || last.Message.ContextID != asked.ContextID || len(last.History) != 2 || last.Caller.DID.String() != "did:bindu:test:alice:1" {
		t.Errorf("the executor saw %s", asJSON(t, last))
	}
}

func TestSendingAgainIsTheSameTask(t *testing.T) {
	t.Parallel()
	runs := 0
	s, end := newService(t, task.Config{Executor: executor(func(context.Context, task.Request, task.Emit) (task.Result, error) {
		runs++
		return task.Result{}, nil
	})})
	defer end()
	ctx := as(t, "alice")
	first := must(t, s, ctx, send("m1", "hello"))
	again := must(t, s, ctx, send("m1", "hello"))
	if runs != 1 || asJSON(t, first) != asJSON(t, again) {
		t.Errorf("%d executions; first %s, again %s", runs, asJSON(t, first), asJSON(t, again))
	}
	other := must(t, s, ctx, send("m1", "something else"))
	if runs != 2 || other.ID == first.ID {
		t.Errorf("%d executions; other content under the same id is %s", runs, asJSON(t, other))
	}
	if again := must(t, s, ctx, send("m1", "something else")); runs != 2 || again.ID != other.ID {
		t.Errorf("%d executions; again %s", runs, asJSON(t, again))
	}
	if bobs := must(t, s, as(t, "bob"), send("m1", "something else")); bobs.ID == first.ID {
		t.Error("another caller got the task of the same messageId")
	}
}

func TestSendingAgainWhileRunningWaitsForTheSameAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, end := newService(t, task.Config{Executor: executor(func(context.Context, task.Request, task.Emit) (task.Result, error) {
			time.Sleep(time.Second)
			return task.Result{}, nil
		})})
		defer end()
		ctx := as(t, "alice")
		first := must(t, s, ctx, post("m1", "hello"))
		again := must(t, s, ctx, send("m1", "hello"))
		wantState(t, again, a2a.TaskStateCompleted, "")
		if first.ID != again.ID {
			t.Errorf("tasks %s and %s", first.ID, again.ID)
		}
	})
}

func TestAMessageToATaskAtWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, end := newService(t, task.Config{Executor: sleeper(time.Minute)})
		defer end()
		ctx := as(t, "alice")
		working := must(t, s, ctx, post("m1", "x"))
		more := post("m2", "more")
		more.Message.TaskID = working.ID
		_, err := s.SendMessage(ctx, more)
		wantError(t, err, task.ErrBusy)
	})
}

func TestMessagesThatCannotBeSent(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{})
	defer end()
	long := make([]byte, 257)
	for i := range long {
		long[i] = 'x'
	}
	negative := -1
	for name, change := range map[string]func(*a2a.SendMessageRequest){
		"no message":        func(r *a2a.SendMessageRequest) { r.Message = nil },
		"no messageId":      func(r *a2a.SendMessageRequest) { r.Message.ID = "" },
		"long messageId":    func(r *a2a.SendMessageRequest) { r.Message.ID = string(long) },
		"a blank taskId":    func(r *a2a.SendMessageRequest) { r.Message.TaskID = " " },
		"a blank contextId": func(r *a2a.SendMessageRequest) { r.Message.ContextID = "\t " },
		"NUL in a taskId":   func(r *a2a.SendMessageRequest) { r.Message.TaskID = "a\x00b" },
		"line in contextId": func(r *a2a.SendMessageRequest) { r.Message.ContextID = "a\nb" },
		"no UTF-8":          func(r *a2a.SendMessageRequest) { r.Message.ContextID = "a\xff" },
		"no role":           func(r *a2a.SendMessageRequest) { r.Message.Role = "" },
		"the agent's role":  func(r *a2a.SendMessageRequest) { r.Message.Role = a2a.MessageRoleAgent },
		"no parts":          func(r *a2a.SendMessageRequest) { r.Message.Parts = nil },
		"null part":         func(r *a2a.SendMessageRequest) { r.Message.Parts = a2a.ContentParts{nil} },
		"empty part":        func(r *a2a.SendMessageRequest) { r.Message.Parts = a2a.ContentParts{{}} },
		"text not UTF-8":    func(r *a2a.SendMessageRequest) { r.Message.Parts = a2a.ContentParts{a2a.NewTextPart("\xff")} },
		"a channel":         func(r *a2a.SendMessageRequest) { r.Message.Parts = a2a.ContentParts{a2a.NewDataPart(make(chan int))} },
		"no URL":            func(r *a2a.SendMessageRequest) { r.Message.Parts = a2a.ContentParts{a2a.NewFileURLPart("", "")} },
		"negative history":  func(r *a2a.SendMessageRequest) { r.Config = &a2a.SendMessageConfig{HistoryLength: &negative} },
	} {
		req := send("m", "hello")
		change(req)
		_, err := s.SendMessage(as(t, "alice"), req)
		if !errors.Is(err, a2a.ErrInvalidParams) {
			t.Errorf("%s: %v", name, err)
		}
	}
	push := send("m", "hello")
	push.Config = &a2a.SendMessageConfig{PushConfig: &a2a.PushConfig{URL: "https://example.com"}}
	_, err := s.SendMessage(as(t, "alice"), push)
	wantError(t, err, a2a.ErrPushNotificationNotSupported)
}

func TestNobodyIsServedWithoutACaller(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{})
	defer end()
	for name, ctx := range map[string]context.Context{
		"no caller":         t.Context(),
		"a caller unnamed":  identity.NewContext(t.Context(), identity.Caller{}),
		"half a token name": identity.NewContext(t.Context(), identity.Caller{Claims: oauth.Claims{ClientID: "c"}}),
	} {
		for operation, call := range map[string]func() error{
			"send":     func() error { _, err := s.SendMessage(ctx, send("m", "x")); return err },
			"get":      func() error { _, err := s.GetTask(ctx, &a2a.GetTaskRequest{ID: "x"}); return err },
			"list":     func() error { _, err := s.ListTasks(ctx, &a2a.ListTasksRequest{}); return err },
			"cancel":   func() error { _, err := s.CancelTask(ctx, &a2a.CancelTaskRequest{ID: "x"}); return err },
			"contexts": func() error { _, err := s.Contexts(ctx, 0); return err },
			"clear":    func() error { _, err := s.ClearContext(ctx, "x"); return err },
			"feedback": func() error { return s.Feedback(ctx, task.Feedback{TaskID: "x", Text: "x"}) },
		} {
			if err := call(); !errors.Is(err, task.ErrNoCaller) {
				t.Errorf("%s, %s: %v", name, operation, err)
			}
		}
	}
}

func TestHostile181TokenOnlyCallersHaveTasksOfTheirOwn(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{})
	defer end()
	token := func(issuer, client, subject string) context.Context {
		return identity.NewContext(t.Context(), identity.Caller{Claims: oauth.Claims{Issuer: issuer, ClientID: client, Subject: subject}})
	}
	got := must(t, s, token("https://a", "b:c", "d"), send("m", "x"))
	for _, other := range []context.Context{
		token("https://a:b", "c", "d"), token("https://a", "b", "d"), token("https://a", "b", "c:d"),
		token("https://a", "b:c", "e"), token("https://a", "b:c", ""), as(t, "alice"),
	} {
		_, err := s.GetTask(other, &a2a.GetTaskRequest{ID: got.ID})
		wantError(t, err, task.ErrNotFound)
	}
	get(t, s, token("https://a", "b:c", "d"), got.ID)
}

func TestUnsupportedOperationsSaySo(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{})
	defer end()
	ctx := as(t, "alice")
	_, err := s.GetTaskPushConfig(ctx, nil)
	wantError(t, err, a2a.ErrPushNotificationNotSupported)
	_, err = s.ListTaskPushConfigs(ctx, nil)
	wantError(t, err, a2a.ErrPushNotificationNotSupported)
	_, err = s.CreateTaskPushConfig(ctx, nil)
	wantError(t, err, a2a.ErrPushNotificationNotSupported)
	wantError(t, s.DeleteTaskPushConfig(ctx, nil), a2a.ErrPushNotificationNotSupported)
	_, err = s.GetExtendedAgentCard(ctx, nil)
	wantError(t, err, a2a.ErrUnsupportedOperation)
}

func TestNewServiceNeedsStoreAndExecutor(t *testing.T) {
	t.Parallel()
	if _, err := task.NewService(task.Config{}); err == nil {
		t.Error("a service without a store")
	}
}

// TestNewServiceNeedsEveryLimit: a limit that nobody said is no other limit.
func TestNewServiceNeedsEveryLimit(t *testing.T) {
	t.Parallel()
	store := openStore(t, t.TempDir())
	defer store.Close()
	whole := tasktest.Sized(task.Config{Store: store, Executor: backend.Echo{}})
	for name, lack := range map[string]func(*task.Config){
		"Tasks": func(c *task.Config) { c.Limits.Tasks = 0 }, "Bytes": func(c *task.Config) { c.Limits.Bytes = 0 },
		"Messages": func(c *task.Config) { c.Limits.Messages = 0 }, "TaskBytes": func(c *task.Config) { c.Limits.TaskBytes = 0 },
		"ArtifactBytes": func(c *task.Config) { c.Limits.ArtifactBytes = -1 }, "Active": func(c *task.Config) { c.Limits.Active = 0 },
		"Workers": func(c *task.Config) { c.Limits.Workers = 0 }, "Reserve": func(c *task.Config) { c.Limits.Reserve = 0 },
		"Queue": func(c *task.Config) { c.Limits.Queue = 0 }, "deadline": func(c *task.Config) { c.Deadline = 0 },
	} {
		cfg := whole
		lack(&cfg)
		if _, err := task.NewService(cfg); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}
