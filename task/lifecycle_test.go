package task_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/tasktest"
)

// sleeper answers after d, unless it is told to stop.
func sleeper(d time.Duration) executor {
	return func(ctx context.Context, _ task.Request, _ task.Emit) (task.Result, error) {
		select {
		case <-time.After(d):
			return task.Result{}, nil
		case <-ctx.Done():
			return task.Result{}, ctx.Err()
		}
	}
}

func TestCloseDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, end := newService(t, task.Config{Executor: sleeper(time.Second), Limits: task.Limits{Workers: 1}})
		defer end()
		ctx := as(t, "alice")
		running, waiting := must(t, s, ctx, post("m1", "x")), must(t, s, ctx, post("m2", "x"))
		start := time.Now()
		if err := s.Close(context.Background()); err != nil {
			t.Errorf("Close: %v", err)
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("Close took %s", took)
		}
		for _, id := range []a2a.TaskID{running.ID, waiting.ID} {
			wantState(t, get(t, s, ctx, id), a2a.TaskStateCompleted, "")
		}
		_, err := s.SendMessage(ctx, send("m3", "x"))
		wantError(t, err, task.ErrClosed)
	})
}

func TestCloseFailsWhatDoesNotEndInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, end := newService(t, task.Config{Executor: sleeper(time.Hour), Limits: task.Limits{Workers: 1}})
		defer end()
		ctx := as(t, "alice")
		running, waiting := must(t, s, ctx, post("m1", "x")), must(t, s, ctx, post("m2", "x"))
		limit, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := s.Close(limit); err != nil {
			t.Errorf("Close: %v", err)
		}
		for _, id := range []a2a.TaskID{running.ID, waiting.ID} {
			wantState(t, get(t, s, ctx, id), a2a.TaskStateFailed, "agent_stopped")
		}
	})
}

func TestCloseReportsAnExecutorThatDoesNotReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		s, end := newService(t, task.Config{Executor: executor(func(context.Context, task.Request, task.Emit) (task.Result, error) {
			<-release
			return task.Result{}, nil
		})})
		defer end()
		ctx := as(t, "alice")
		stuck := must(t, s, ctx, post("m1", "x"))
		limit, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := s.Close(limit); err == nil {
			t.Error("Close says that everything ended")
		}
		wantState(t, get(t, s, ctx, stuck.ID), a2a.TaskStateFailed, "agent_stopped")
		close(release)
		synctest.Wait()
		if err := s.Close(context.Background()); err != nil {
			t.Errorf("Close once it returned: %v", err)
		}
	})
}

func TestOwnersTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var order []string
		s, end := newService(t, task.Config{
			Limits: task.Limits{Workers: 1, Reserve: 1},
			Executor: executor(func(ctx context.Context, req task.Request, emit task.Emit) (task.Result, error) {
				if req.Text() == "keep" {
					return sleeper(time.Hour)(ctx, req, emit)
				}
				order = append(order, req.Text())
				time.Sleep(time.Second)
				return task.Result{}, nil
			}),
		})
		defer end()
		must(t, s, as(t, "keeper"), post("k", "keep")) // leaves one place to all others
		for i := range 4 {
			must(t, s, as(t, "greedy"), post(fmt.Sprint(i), "g"))
		}
		must(t, s, as(t, "modest"), post("m", "m"))
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := fmt.Sprint(order); got != "[g g m g g]" {
			t.Errorf("order %s", got)
		}
	})
}

// TestKill9 stores a task and dies with it running, in a process of its own.
func TestKill9(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dir")
	if dir := os.Getenv("TASK_TEST_KILL9_DIR"); dir != "" {
		dieWorking(t, dir)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestKill9$")
	cmd.Env = append(os.Environ(), "TASK_TEST_KILL9_DIR="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	lines := bufio.NewScanner(out)
	var ids []a2a.TaskID
	for len(ids) < 2 && lines.Scan() {
		ids = append(ids, a2a.TaskID(lines.Text()))
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || len(ids) != 2 {
		t.Fatalf("the process ended with %v after saying %q", err, ids)
	}

	store := openStore(t, path)
	defer store.Close()
	s, err := task.NewService(tasktest.Sized(task.Config{Store: store, Executor: echo}))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(t.Context())
	ctx := as(t, "alice")
	done := get(t, s, ctx, ids[0])
	wantState(t, done, a2a.TaskStateCompleted, "")
	if len(done.Artifacts) != 1 || len(done.History) != 1 {
		t.Errorf("the finished task came back as %s", asJSON(t, done))
	}
	if n, err := s.Recover(t.Context()); n != 1 || err != nil {
		t.Errorf("Recover = %d, %v", n, err)
	}
	wantState(t, get(t, s, ctx, ids[1]), a2a.TaskStateFailed, "agent_restarted")
	if n, err := s.Recover(t.Context()); n != 0 || err != nil {
		t.Errorf("Recover again = %d, %v", n, err)
	}
}

func dieWorking(t *testing.T, path string) {
	store := openStore(t, path)
	s, err := task.NewService(tasktest.Sized(task.Config{Store: store, Executor: again{func(ctx context.Context, req task.Request, emit task.Emit) (task.Result, error) {
		if req.Text() == "work" {
			select {} // until killed
		}
		return task.Result{}, emit(&a2a.Artifact{Parts: a2a.ContentParts{a2a.NewTextPart("done")}}, false)
	}}}))
	if err != nil {
		t.Fatal(err)
	}
	ctx := as(t, "alice")
	fmt.Println(must(t, s, ctx, send("m1", "answer")).ID)
	fmt.Println(must(t, s, ctx, post("m2", "work")).ID)
	select {}
}
