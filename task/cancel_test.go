package task_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

const admin = "agent:admin"

// watched is an executor that waits for its end and says why it came.
func watched(ends chan<- error) executor {
	return func(ctx context.Context, _ task.Request, _ task.Emit) (task.Result, error) {
		<-ctx.Done()
		ends <- context.Cause(ctx)
		return task.Result{}, nil // as if it had succeeded: too late
	}
}

func TestCancelStopsTheExecution(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ends := make(chan error, 9)
		s, end := newService(t, task.Config{Executor: watched(ends), Limits: task.Limits{Workers: 1}})
		defer end()
		ctx := as(t, "alice")
		running, waiting := must(t, s, ctx, post("1", "x")), must(t, s, ctx, post("2", "x"))
		synctest.Wait()
		for _, id := range []a2a.TaskID{waiting.ID, running.ID} {
			got, err := s.CancelTask(ctx, &a2a.CancelTaskRequest{ID: id})
			if err != nil {
				t.Fatal(err)
			}
			wantState(t, got, a2a.TaskStateCanceled, "")
		}
		synctest.Wait()
		if len(ends) != 1 {
			t.Errorf("%d executions began; the one that waited should not have", len(ends))
		}
		for _, id := range []a2a.TaskID{waiting.ID, running.ID} {
			wantState(t, get(t, s, ctx, id), a2a.TaskStateCanceled, "")
		}
	})
}

func TestClearStopsTheExecutions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ends := make(chan error, 9)
		s, end := newService(t, task.Config{Executor: watched(ends)})
		defer end()
		ctx := as(t, "alice")
		cleared, kept := must(t, s, ctx, post("1", "x")), must(t, s, ctx, post("2", "x"))
		synctest.Wait()
		if n, err := s.ClearContext(ctx, cleared.ContextID); n != 1 || err != nil {
			t.Fatalf("ClearContext = %d, %v", n, err)
		}
		synctest.Wait()
		if len(ends) != 1 {
			t.Errorf("%d executions ended", len(ends))
		}
		_, err := s.GetTask(ctx, &a2a.GetTaskRequest{ID: cleared.ID})
		wantError(t, err, task.ErrNotFound)
		wantState(t, get(t, s, ctx, kept.ID), a2a.TaskStateSubmitted, "")

		// The id is free again, and the execution of before does not own the new task.
		req := post("3", "x")
		req.Message.TaskID = cleared.ID
		if _, err := s.Send(ctx, req, task.SendOptions{AdoptTaskID: true}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		wantState(t, get(t, s, ctx, cleared.ID), a2a.TaskStateWorking, "")
	})
}

func TestAnExecutionDoesNotEndTheNextTaskOfItsID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		s, end := newService(t, task.Config{Executor: executor(func(ctx context.Context, req task.Request, _ task.Emit) (task.Result, error) {
			if req.Text() == "old" {
				<-release // heeds no cancellation
				return task.Result{}, nil
			}
			<-ctx.Done()
			return task.Result{}, context.Cause(ctx)
		})})
		defer end()
		ctx := as(t, "alice")
		old := must(t, s, ctx, post("1", "old"))
		synctest.Wait()
		if _, err := s.ClearContext(ctx, old.ContextID); err != nil {
			t.Fatal(err)
		}
		next := post("2", "new")
		next.Message.TaskID = old.ID
		if _, err := s.Send(ctx, next, task.SendOptions{AdoptTaskID: true}); err != nil {
			t.Fatal(err)
		}
		close(release)
		synctest.Wait()
		wantState(t, get(t, s, ctx, old.ID), a2a.TaskStateSubmitted, "")
	})
}

func TestAdministratorsEndTasksWithoutReadingThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ends := make(chan error, 9)
		s, end := newService(t, task.Config{Executor: watched(ends), AdminPermission: admin})
		defer end()
		alice, bob, root := as(t, "alice"), as(t, "bob"), as(t, "root", admin)
		alices := must(t, s, alice, post("1", "secret"))
		_, err := s.CancelTask(bob, &a2a.CancelTaskRequest{ID: alices.ID})
		wantError(t, err, task.ErrNotFound)
		_, err = s.GetTask(root, &a2a.GetTaskRequest{ID: alices.ID})
		wantError(t, err, task.ErrNotFound)

		got, err := s.CancelTask(root, &a2a.CancelTaskRequest{ID: alices.ID})
		if err != nil || got.Status.State != a2a.TaskStateCanceled || got.History != nil || got.Artifacts != nil {
			t.Errorf("canceled %s, %v", asJSON(t, got), err)
		}
		_, err = s.CancelTask(root, &a2a.CancelTaskRequest{ID: "nothing"})
		wantError(t, err, task.ErrNotFound)

		if n, err := s.ClearContext(root, alices.ContextID); n != 1 || err != nil {
			t.Errorf("ClearContext = %d, %v", n, err)
		}
		_, err = s.ClearContext(root, alices.ContextID)
		wantError(t, err, task.ErrContextNotFound)

		for _, ctx := range []context.Context{alice, bob} { // one id, chosen by two
			req := post("2", "x")
			req.Message.TaskID = "same"
			if _, err := s.Send(ctx, req, task.SendOptions{AdoptTaskID: true}); err != nil {
				t.Fatal(err)
			}
		}
		_, err = s.CancelTask(root, &a2a.CancelTaskRequest{ID: "same"})
		wantError(t, err, a2a.ErrInvalidParams)
	})
}

func TestWithoutAnAdministratorsPermissionNobodyIsOne(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{})
	defer end()
	got := must(t, s, as(t, "alice"), send("1", "x"))
	_, err := s.CancelTask(as(t, "root", admin, ""), &a2a.CancelTaskRequest{ID: got.ID})
	wantError(t, err, task.ErrNotFound)
}

func TestFeedback(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{})
	defer end()
	ctx := as(t, "alice")
	got := must(t, s, ctx, send("1", "x"))
	if err := s.Feedback(ctx, task.Feedback{TaskID: string(got.ID), Text: "good", Rating: 5}); err != nil {
		t.Error(err)
	}
	for name, f := range map[string]task.Feedback{
		"no task": {Text: "x"}, "no text": {TaskID: "x"}, "rating 6": {TaskID: "x", Text: "x", Rating: 6}, "rating -1": {TaskID: "x", Text: "x", Rating: -1},
	} {
		if err := s.Feedback(ctx, f); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// What was canceled or cleared before its turn is never executed.
func TestWhatWaitsIsNotBegunOnceItIsGone(t *testing.T) {
	for name, end := range map[string]func(s *task.Service, ctx context.Context, waiting *a2a.Task) error{
		"canceled": func(s *task.Service, ctx context.Context, waiting *a2a.Task) error {
			_, err := s.CancelTask(ctx, &a2a.CancelTaskRequest{ID: waiting.ID})
			return err
		},
		"cleared": func(s *task.Service, ctx context.Context, waiting *a2a.Task) error {
			_, err := s.ClearContext(ctx, waiting.ContextID)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var begun []string
				s, stop := newService(t, task.Config{Limits: task.Limits{Workers: 1}, Executor: executor(func(ctx context.Context, r task.Request, emit task.Emit) (task.Result, error) {
					begun = append(begun, r.Text()) // one worker
					return sleeper(time.Minute)(ctx, r, emit)
				})})
				defer stop()
				ctx := as(t, "alice")
				must(t, s, ctx, post("m1", "first"))
				waiting := must(t, s, ctx, post("m2", "second"))
				if err := end(s, ctx, waiting); err != nil {
					t.Fatal(err)
				}
				must(t, s, ctx, send("m3", "third"))
				if strings.Join(begun, " ") != "first third" {
					t.Errorf("begun %q", begun)
				}
			})
		})
	}
}
