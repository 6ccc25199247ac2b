package task_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/tasktest"
)

// hinting is a store whose processes hear of each other at once.
type hinting struct {
	task.Store
	mu    *sync.Mutex
	heard map[*hinting]func(owner, id string)
}

func (h *hinting) Hint(owner, id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for other, heard := range h.heard {
		if other != h {
			go heard(owner, id)
		}
	}
}

func (h *hinting) Hints(ctx context.Context, heard func(owner, id string)) {
	h.mu.Lock()
	h.heard[h] = heard
	h.mu.Unlock()
	<-ctx.Done()
}

// hinted returns two services of processes that hear of each other.
func hinted(t *testing.T, e task.Executor) (first, second *task.Service) {
	t.Helper()
	store := openStore(t, filepath.Join(t.TempDir(), "dir"))
	mu, heard := &sync.Mutex{}, make(map[*hinting]func(owner, id string))
	var all []*task.Service
	for range 2 {
		s, err := task.NewService(tasktest.Sized(task.Config{Store: &hinting{store, mu, heard}, Shared: true, Executor: e, Deadline: time.Hour}))
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
	return all[0], all[1]
}

// aLook is less than a process takes that hears of nothing, where it has just looked.
const aLook = 900 * time.Millisecond

// A cancellation reaches the execution in another process before that looks.
func TestAHintOfACancellationIsFasterThanALook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 1)
		first, second := hinted(t, watched(ended))
		ctx := as(t, "alice")
		running := must(t, first, ctx, post("1", "x"))
		time.Sleep(10*time.Second + 10*time.Millisecond)
		began := time.Now()
		if _, err := second.CancelTask(ctx, &a2a.CancelTaskRequest{ID: running.ID}); err != nil {
			t.Fatal(err)
		}
		<-ended
		if took := time.Since(began); took >= aLook {
			t.Errorf("it took %s", took)
		}
	})
}

// Who waits for a run in another process is told of its end before it looks.
func TestAHintOfAnEndIsFasterThanALook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const run = 10*time.Second + 10*time.Millisecond
		first, second := hinted(t, sleeper(run))
		ctx := as(t, "alice")
		began := time.Now()
		must(t, first, ctx, post("1", "x"))
		wantState(t, must(t, second, ctx, send("1", "x")), a2a.TaskStateCompleted, "")
		if took := time.Since(began); took >= run+aLook {
			t.Errorf("it took %s", took)
		}
	})
}
