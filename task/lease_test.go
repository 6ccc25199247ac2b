package task_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/tasktest"
)

// processes returns two services over one store, as two processes have it, and
// what cuts the first off from it: it reads, and writes nothing.
func processes(t *testing.T, one, two task.Config) (first, second *task.Service, cutOff func(bool)) {
	t.Helper()
	store := openStore(t, filepath.Join(t.TempDir(), "dir"))
	disk := &brittle{Store: store}
	var all []*task.Service
	for i, cfg := range []task.Config{one, two} {
		cfg.Store = []task.Store{disk, store}[i]
		if cfg.Executor == nil {
			cfg.Executor = echo
		}
		s, err := task.NewService(tasktest.Sized(cfg))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := errors.Join(all[0].Close(ctx), all[1].Close(ctx), store.Close()); err != nil {
			t.Error(err)
		}
	})
	return all[0], all[1], disk.full.Store
}

// A run whose process is gone is failed by another when its lease has ended. The
// process may still be there: what it writes then is refused.
func TestALostRunIsFailedByAnotherProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ends := make(chan error, 1)
		first, second, cutOff := processes(t, task.Config{Executor: watched(ends), Deadline: time.Hour}, task.Config{})
		ctx := as(t, "alice")
		running := must(t, first, ctx, post("1", "x"))
		time.Sleep(5 * time.Minute)
		wantState(t, get(t, second, ctx, running.ID), a2a.TaskStateWorking, "")
		cutOff(true)
		time.Sleep(30 * time.Second)
		wantState(t, get(t, second, ctx, running.ID), a2a.TaskStateWorking, "")
		time.Sleep(time.Minute)
		lost := get(t, second, ctx, running.ID)
		wantState(t, lost, a2a.TaskStateFailed, "agent_restarted")
		if len(ends) != 1 {
			t.Error("the lost run goes on")
		}
		cutOff(false)
		time.Sleep(time.Minute)
		if got := get(t, first, ctx, running.ID); asJSON(t, got) != asJSON(t, lost) {
			t.Errorf("the lost task became %s", asJSON(t, got))
		}
	})
}

// As long as its process renews the lease, a run is nobody else's, however long.
func TestALongRunIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second, _ := processes(t, task.Config{Executor: sleeper(3 * time.Hour), Deadline: 4 * time.Hour, Limits: task.Limits{Workers: 1}}, task.Config{})
		ctx := as(t, "alice")
		running, waiting := must(t, first, ctx, post("1", "x")), must(t, first, ctx, post("2", "x"))
		time.Sleep(5 * time.Hour)
		wantState(t, get(t, second, ctx, running.ID), a2a.TaskStateCompleted, "")
		wantState(t, get(t, second, ctx, waiting.ID), a2a.TaskStateWorking, "")
		must(t, second, ctx, send("3", "x")) // after a while without runs
		time.Sleep(2 * time.Hour)
		wantState(t, get(t, second, ctx, waiting.ID), a2a.TaskStateCompleted, "")
	})
}

// What is left when a process ends is lost at once, not only when its lease ends.
func TestAProcessThatEndsLeavesItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second, cutOff := processes(t, task.Config{Executor: sleeper(time.Hour)}, task.Config{})
		ctx := as(t, "alice")
		running := must(t, first, ctx, post("1", "x"))
		time.Sleep(time.Second)
		cutOff(true)
		limit, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := first.Close(limit); err != nil {
			t.Errorf("Close: %v", err)
		}
		wantState(t, get(t, second, ctx, running.ID), a2a.TaskStateWorking, "")
		time.Sleep(21 * time.Second)
		wantState(t, get(t, second, ctx, running.ID), a2a.TaskStateFailed, "agent_restarted")
	})
}

// What one process decides reaches the execution in another.
func TestCancelReachesTheProcessThatRunsTheTask(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, s *task.Service, ctx context.Context, running *a2a.Task){
		"canceled": func(t *testing.T, s *task.Service, ctx context.Context, running *a2a.Task) {
			if _, err := s.CancelTask(ctx, &a2a.CancelTaskRequest{ID: running.ID}); err != nil {
				t.Error(err)
			}
		},
		"cleared": func(t *testing.T, s *task.Service, ctx context.Context, running *a2a.Task) {
			if _, err := s.ClearContext(ctx, running.ContextID); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ends := make(chan error, 9)
				first, second, _ := processes(t, task.Config{Executor: watched(ends), Limits: task.Limits{Workers: 1}}, task.Config{})
				ctx := as(t, "alice")
				running := must(t, first, ctx, post("1", "x"))
				time.Sleep(time.Second)
				end(t, second, ctx, running)
				time.Sleep(11 * time.Second)
				if len(ends) != 1 {
					t.Errorf("%d executions ended", len(ends))
				}
			})
		})
	}
}

// Whoever sends a message again waits for its run, wherever that is.
func TestWaitingForARunOfAnotherProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second, _ := processes(t, task.Config{Executor: sleeper(time.Minute)}, task.Config{})
		ctx := as(t, "alice")
		sent := must(t, first, ctx, post("1", "x"))
		start := time.Now()
		got := must(t, second, ctx, send("1", "x"))
		wantState(t, got, a2a.TaskStateCompleted, "")
		if took := time.Since(start); got.ID != sent.ID || took < time.Minute || took > time.Minute+11*time.Second {
			t.Errorf("the task came after %s: %s", took, asJSON(t, got))
		}
	})
}

// An execution can refer to the request that it answers, and has nothing else of it.
func TestAnExecutionIsLinkedToItsRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type name struct{}
		var seen []any
		s, end := newService(t, task.Config{
			Link: func(request context.Context) any { return request.Value(name{}) },
			Executor: executor(func(ctx context.Context, _ task.Request, _ task.Emit) (task.Result, error) {
				time.Sleep(time.Minute)
				seen = append(seen, task.Link(ctx), ctx.Value(name{}), ctx.Err(), task.Reserve(ctx, 1))
				return task.Result{}, nil
			}),
		})
		defer end()
		ctx, cancel := context.WithCancel(context.WithValue(as(t, "alice"), name{}, "the trace"))
		ctx = task.WithReserve(ctx, func(int64) error { return errors.New("the request's room") })
		sent := must(t, s, ctx, post("1", "x"))
		cancel()
		time.Sleep(2 * time.Minute)
		wantState(t, get(t, s, as(t, "alice"), sent.ID), a2a.TaskStateCompleted, "")
		if want := []any{"the trace", nil, nil, nil}; asJSON(t, seen) != asJSON(t, want) {
			t.Errorf("the executor saw %v, want %v", seen, want)
		}
		if link := task.Link(t.Context()); link != nil {
			t.Errorf("outside executions there is %v", link)
		}
	})
}
