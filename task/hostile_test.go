package task_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

func TestHostile(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"112_foreign_task_is_an_unknown_task":      foreignTask,
		"113_lists_show_ones_own":                  foreignLists,
		"114_foreign_context_is_a_new_one":         foreignContext,
		"116_cancel_against_complete":              cancelRace,
		"117_message_to_an_ended_task":             endedTask,
		"126_quota_exceeded_tasks":                 quotaTasks,
		"126_quota_exceeded_active":                quotaActive,
		"126_quota_exceeded_bytes":                 quotaBytes,
		"128_executor_panics":                      executorPanics,
		"128_executor_blocks_for_ever":             executorBlocks,
		"128_executor_answers_without_end":         executorFloods,
		"128_executor_writes_after_the_end":        executorWritesLate,
		"128_executor_error_stays_here":            executorError,
		"128_executors_that_never_return_pile_up":  executorsPileUp,
		"128_executor_emits_what_cannot_be_stored": executorEmitsNothing,
	} {
		t.Run(name, test)
	}
}

func foreignTask(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{})
	defer end()
	alices := must(t, s, as(t, "alice"), send("m1", "secret"))
	bob := as(t, "bob")
	for _, id := range []a2a.TaskID{alices.ID, "0190a5d0-ac96-774b-bcce-b302099a8057"} {
		_, getErr := s.GetTask(bob, &a2a.GetTaskRequest{ID: id})
		_, cancelErr := s.CancelTask(bob, &a2a.CancelTaskRequest{ID: id})
		follow := send("m-"+string(id), "x")
		follow.Message.TaskID = id
		_, sendErr := s.SendMessage(bob, follow)
		feedbackErr := s.Feedback(bob, task.Feedback{TaskID: string(id), Text: "x"})
		for _, err := range []error{getErr, cancelErr, sendErr, feedbackErr} {
			wantError(t, err, a2a.ErrTaskNotFound)
			if err != task.ErrNotFound {
				t.Errorf("the error is not always the same: %v", err)
			}
		}
	}
	if got := get(t, s, as(t, "alice"), alices.ID); asJSON(t, got) != asJSON(t, alices) {
		t.Errorf("the task became %s", asJSON(t, got))
	}
}

func foreignLists(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{})
	defer end()
	alice, bob := as(t, "alice"), as(t, "bob")
	for i := range 3 {
		must(t, s, alice, send(fmt.Sprint(i), "x"))
	}
	bobs := must(t, s, bob, send("b", "x"))
	list := func(ctx context.Context, req a2a.ListTasksRequest) *a2a.ListTasksResponse {
		t.Helper()
		page, err := s.ListTasks(ctx, &req)
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	if page := list(bob, a2a.ListTasksRequest{}); len(page.Tasks) != 1 || page.Tasks[0].ID != bobs.ID || page.TotalSize != 1 || page.NextPageToken != "" {
		t.Errorf("bob's list %s", asJSON(t, page))
	}
	if page := list(as(t, "carol"), a2a.ListTasksRequest{}); asJSON(t, page) != `{"tasks":[],"totalSize":0,"pageSize":50,"nextPageToken":""}` {
		t.Errorf("carol's list %s", asJSON(t, page))
	}
	contexts, err := s.Contexts(bob, 0)
	if err != nil || len(contexts) != 1 || contexts[0].ID != bobs.ContextID {
		t.Errorf("bob's contexts %+v, %v", contexts, err)
	}

	first := list(alice, a2a.ListTasksRequest{PageSize: 2})
	if rest := list(alice, a2a.ListTasksRequest{PageSize: 2, PageToken: first.NextPageToken}); len(first.Tasks) != 2 || len(rest.Tasks) != 1 || rest.NextPageToken != "" {
		t.Errorf("pages %s and %s", asJSON(t, first), asJSON(t, rest))
	}
	for name, try := range map[string]struct {
		ctx context.Context
		req a2a.ListTasksRequest
	}{
		"another's":      {bob, a2a.ListTasksRequest{PageToken: first.NextPageToken}},
		"another list's": {alice, a2a.ListTasksRequest{PageToken: first.NextPageToken, ContextID: "c"}},
		"cut":            {alice, a2a.ListTasksRequest{PageToken: first.NextPageToken[:8]}},
		"no base64":      {alice, a2a.ListTasksRequest{PageToken: "!"}},
		"made up":        {alice, a2a.ListTasksRequest{PageToken: strings.Repeat("A", 64)}},
	} {
		_, err := s.ListTasks(try.ctx, &try.req)
		if !errors.Is(err, task.ErrPageToken) || !errors.Is(err, a2a.ErrInvalidParams) {
			t.Errorf("page token %s: %v", name, err)
		}
	}
	for name, req := range map[string]a2a.ListTasksRequest{
		"page size 101": {PageSize: 101}, "page size -1": {PageSize: -1}, "no state": {Status: "DONE"},
	} {
		_, err := s.ListTasks(alice, &req)
		if !errors.Is(err, a2a.ErrInvalidParams) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func foreignContext(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{})
	defer end()
	alice, bob := as(t, "alice"), as(t, "bob")
	alices := must(t, s, alice, send("m1", "secret"))
	var answers []string
	for i, contextID := range []string{alices.ContextID, "0190a5d0-ac96-774b-bcce-b302099a8057"} {
		req := send(fmt.Sprint(i), "x")
		req.Message.ContextID = contextID
		got := must(t, s, bob, req)
		if got.ContextID != contextID || len(got.History) != 1 {
			t.Errorf("bob's task %s", asJSON(t, got))
		}
		answers = append(answers, string(got.Status.State))
	}
	if answers[0] != answers[1] {
		t.Errorf("a foreign context %s, a new one %s", answers[0], answers[1])
	}
	page, err := s.ListTasks(alice, &a2a.ListTasksRequest{ContextID: alices.ContextID})
	if err != nil || page.TotalSize != 1 {
		t.Errorf("alice's context holds %s, %v", asJSON(t, page), err)
	}
	if n, err := s.ClearContext(bob, alices.ContextID); n != 1 || err != nil {
		t.Errorf("bob clears his own: %d, %v", n, err)
	}
	get(t, s, alice, alices.ID)
	_, foreign := s.ClearContext(bob, alices.ContextID)
	_, unknown := s.ClearContext(bob, "no such context")
	if foreign != unknown || !errors.Is(foreign, task.ErrContextNotFound) {
		t.Errorf("clearing a foreign context: %v, an unknown one: %v", foreign, unknown)
	}
}

func cancelRace(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{})
	defer end()
	ctx := as(t, "alice")
	rounds := 1000
	if testing.Short() {
		rounds = 100
	}
	outcomes := map[a2a.TaskState]int{}
	for i := range rounds {
		created := must(t, s, ctx, post(fmt.Sprint(i), "x"))
		canceled, err := s.CancelTask(ctx, &a2a.CancelTaskRequest{ID: created.ID})
		again := must(t, s, ctx, send(fmt.Sprint(i), "x")) // waits for the execution
		switch {
		case err == nil:
			wantState(t, canceled, a2a.TaskStateCanceled, "")
			wantState(t, again, a2a.TaskStateCanceled, "")
		case errors.Is(err, a2a.ErrTaskNotCancelable):
			wantState(t, again, a2a.TaskStateCompleted, "")
		default:
			t.Fatal(err)
		}
		final := get(t, s, ctx, created.ID)
		if final.Status.State != again.Status.State || (final.Status.State == a2a.TaskStateCanceled) != (len(final.Artifacts) == 0) {
			t.Fatalf("round %d: was %s, became %s", i, again.Status.State, asJSON(t, final))
		}
		outcomes[final.Status.State]++
	}
	t.Logf("%v", outcomes)
}

func endedTask(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{})
	defer end()
	ctx := as(t, "alice")
	done := must(t, s, ctx, send("m1", "x"))
	more := send("m2", "more")
	more.Message.TaskID = done.ID
	for _, opt := range []task.SendOptions{{}, {AdoptTaskID: true}} {
		_, err := s.Send(ctx, more, opt)
		wantError(t, err, a2a.ErrUnsupportedOperation)
	}
	if got := get(t, s, ctx, done.ID); asJSON(t, got) != asJSON(t, done) {
		t.Errorf("the task became %s", asJSON(t, got))
	}
	_, err := s.CancelTask(ctx, &a2a.CancelTaskRequest{ID: done.ID})
	wantError(t, err, a2a.ErrTaskNotCancelable)
}

func wantQuota(t *testing.T, err error, name string) {
	t.Helper()
	var quota *task.QuotaError
	if !errors.As(err, &quota) || quota.Quota != name {
		t.Errorf("error %v, want quota %q", err, name)
	}
}

func quotaTasks(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{Limits: task.Limits{Tasks: 3}})
	defer end()
	ctx := as(t, "alice")
	var last *a2a.Task
	for i := range 3 {
		last = must(t, s, ctx, send(fmt.Sprint(i), "x"))
	}
	_, err := s.SendMessage(ctx, send("more", "x"))
	wantQuota(t, err, "tasks")
	must(t, s, as(t, "bob"), send("m", "x"))
	if _, err := s.ClearContext(ctx, last.ContextID); err != nil {
		t.Fatal(err)
	}
	must(t, s, ctx, send("more", "x"))
}

func quotaActive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, end := newService(t, task.Config{Executor: sleeper(time.Second), Limits: task.Limits{Workers: 1, Reserve: 1, Queue: 3, Active: 2}})
		defer end()
		ctx := as(t, "alice")
		must(t, s, ctx, post("1", "x"))
		must(t, s, ctx, post("2", "x"))
		_, err := s.SendMessage(ctx, send("3", "x"))
		wantQuota(t, err, "active")
		must(t, s, as(t, "bob"), post("1", "x"))
		must(t, s, as(t, "carol"), post("1", "x"))
		must(t, s, as(t, "dave"), post("1", "x"))
		_, err = s.SendMessage(as(t, "erin"), send("1", "x"))
		wantError(t, err, task.ErrOverloaded)
		time.Sleep(time.Minute)
		must(t, s, ctx, post("3", "x"))
	})
}

func quotaBytes(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{Limits: task.Limits{Bytes: 5000}})
	defer end()
	ctx := as(t, "alice")
	_, err := s.SendMessage(ctx, send("1", strings.Repeat("x", 5000)))
	wantQuota(t, err, "bytes")
	// The question fits, the answer beside it does not.
	got := must(t, s, ctx, send("2", strings.Repeat("x", 3000)))
	wantState(t, got, a2a.TaskStateFailed, "quota_exceeded")
	if len(got.Artifacts) != 0 {
		t.Errorf("artifacts %s", asJSON(t, got.Artifacts))
	}
	must(t, s, as(t, "bob"), send("1", "x"))
}

func executorPanics(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{Executor: executor(func(context.Context, task.Request, task.Emit) (task.Result, error) {
		panic("secret")
	})})
	defer end()
	got := must(t, s, as(t, "alice"), send("m", "x"))
	wantState(t, got, a2a.TaskStateFailed, "executor_panicked")
	if strings.Contains(asJSON(t, got), "secret") {
		t.Errorf("the peer is told %s", asJSON(t, got))
	}
}

func executorBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		s, end := newService(t, task.Config{
			Deadline: time.Minute, Grace: time.Second, Limits: task.Limits{Workers: 2},
			Executor: executor(func(_ context.Context, req task.Request, emit task.Emit) (task.Result, error) {
				if req.Text() == "block" {
					<-release
				}
				return task.Result{}, emit(&a2a.Artifact{Parts: a2a.ContentParts{a2a.NewTextPart("x")}}, false)
			}),
		})
		defer end()
		defer synctest.Wait()
		defer close(release)
		ctx := as(t, "alice")
		start := time.Now()
		got := must(t, s, ctx, send("1", "block"))
		wantState(t, got, a2a.TaskStateFailed, "deadline_exceeded")
		if took := time.Since(start); took != time.Minute+time.Second {
			t.Errorf("ended after %s", took)
		}
		wantState(t, must(t, s, ctx, send("2", "go on")), a2a.TaskStateCompleted, "")
	})
}

func executorFloods(t *testing.T) {
	t.Parallel()
	for name, ignore := range map[string]bool{"heeds": false, "ignores": true} {
		s, end := newService(t, task.Config{
			Limits: task.Limits{ArtifactBytes: 1 << 20},
			Executor: executor(func(_ context.Context, _ task.Request, emit task.Emit) (task.Result, error) {
				chunk := strings.Repeat("x", 1<<16)
				for range 1 << 14 {
					if err := emit(&a2a.Artifact{ID: "a", Parts: a2a.ContentParts{a2a.NewTextPart(chunk)}}, true); err != nil && !ignore {
						return task.Result{}, err
					}
				}
				return task.Result{}, nil
			}),
		})
		got := must(t, s, as(t, "alice"), send("m", "x"))
		wantState(t, got, a2a.TaskStateFailed, "artifact_too_large")
		if len(got.Artifacts) != 0 {
			t.Errorf("an executor that %s the limit leaves %d artifacts", name, len(got.Artifacts))
		}
		end()
	}
	s, end := newService(t, task.Config{Limits: task.Limits{ArtifactBytes: 1 << 10}, Executor: executor(func(context.Context, task.Request, task.Emit) (task.Result, error) {
		return task.Result{Text: strings.Repeat("x", 1<<11)}, nil
	})})
	defer end()
	wantState(t, must(t, s, as(t, "alice"), send("m", "x")), a2a.TaskStateFailed, "artifact_too_large")
}

func executorWritesLate(t *testing.T) {
	t.Parallel()
	var late task.Emit
	var mu sync.Mutex
	s, end := newService(t, task.Config{Executor: executor(func(_ context.Context, _ task.Request, emit task.Emit) (task.Result, error) {
		mu.Lock()
		defer mu.Unlock()
		late = emit
		return task.Result{}, nil
	})})
	defer end()
	ctx := as(t, "alice")
	done := must(t, s, ctx, send("m", "x"))
	mu.Lock()
	defer mu.Unlock()
	if err := late(&a2a.Artifact{Parts: a2a.ContentParts{a2a.NewTextPart("late")}}, false); err == nil {
		t.Error("emit after the end reports success")
	}
	if got := get(t, s, ctx, done.ID); asJSON(t, got) != asJSON(t, done) {
		t.Errorf("the task became %s", asJSON(t, got))
	}
}

func executorError(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{Executor: executor(func(_ context.Context, req task.Request, _ task.Emit) (task.Result, error) {
		switch req.Text() {
		case "fail":
			return task.Result{}, fmt.Errorf("wrapped: %w", &task.Failure{Reason: "no_such_city", Text: "there is no such city"})
		case "reject":
			return task.Result{}, &task.Failure{Reason: "not_my_job", Text: "ask another", Rejected: true}
		}
		return task.Result{}, errors.New("dial tcp 10.0.0.7: secret")
	})})
	defer end()
	ctx := as(t, "alice")
	got := must(t, s, ctx, send("1", "x"))
	wantState(t, got, a2a.TaskStateFailed, "executor_failed")
	if strings.Contains(asJSON(t, got), "secret") {
		t.Errorf("the peer is told %s", asJSON(t, got))
	}
	wantState(t, must(t, s, ctx, send("2", "fail")), a2a.TaskStateFailed, "no_such_city")
	wantState(t, must(t, s, ctx, send("3", "reject")), a2a.TaskStateRejected, "not_my_job")
}

func executorsPileUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		s, end := newService(t, task.Config{
			Deadline: time.Minute, Limits: task.Limits{Workers: 2},
			Executor: executor(func(context.Context, task.Request, task.Emit) (task.Result, error) {
				<-release
				return task.Result{}, nil
			}),
		})
		defer end()
		ctx := as(t, "alice")
		must(t, s, ctx, send("1", "x"))
		must(t, s, ctx, send("2", "x"))
		_, err := s.SendMessage(ctx, post("3", "x"))
		wantError(t, err, task.ErrOverloaded)
		close(release)
		synctest.Wait()
		wantState(t, must(t, s, ctx, send("3", "x")), a2a.TaskStateCompleted, "")
	})
}

func executorEmitsNothing(t *testing.T) {
	t.Parallel()
	artifacts := map[string]*a2a.Artifact{
		"nil":          nil,
		"no parts":     {},
		"nil part":     {Parts: a2a.ContentParts{nil}},
		"not UTF-8":    {Parts: a2a.ContentParts{a2a.NewTextPart("\xff")}},
		"a channel":    {Parts: a2a.ContentParts{a2a.NewDataPart(make(chan int))}},
		"bad metadata": {Metadata: map[string]any{"f": func() {}}, Parts: a2a.ContentParts{a2a.NewTextPart("x")}},
	}
	s, end := newService(t, task.Config{Executor: executor(func(_ context.Context, req task.Request, emit task.Emit) (task.Result, error) {
		if emit(artifacts[req.Text()], false) == nil {
			t.Errorf("emit took %s", req.Text())
		}
		return task.Result{}, nil
	})})
	defer end()
	for name := range artifacts {
		wantState(t, must(t, s, as(t, "alice"), send(name, name)), a2a.TaskStateFailed, "executor_failed")
	}
}
