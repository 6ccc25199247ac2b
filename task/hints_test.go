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

// Who hears of an event looks at once: a cancellation reaches the execution in another
// process, and its end whoever waits elsewhere, without a second's delay.
func TestAHintIsFasterThanALook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := openStore(t, filepath.Join(t.TempDir(), "dir"))
		ended := make(chan error, 1)
		mu, heard := &sync.Mutex{}, make(map[*hinting]func(owner, id string))
		var all []*task.Service
		for range 2 {
			s, err := task.NewService(tasktest.Sized(task.Config{
				Store: &hinting{store, mu, heard}, Shared: true, Executor: watched(ended), Deadline: time.Hour,
			}))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, s)
		}
		defer func() {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			if err := errors.Join(all[0].Close(ctx), all[1].Close(ctx), store.Close()); err != nil {
				t.Error(err)
			}
		}()
		ctx := as(t, "alice")
		running := must(t, all[0], ctx, post("1", "x"))
		time.Sleep(10*time.Second + 10*time.Millisecond) // between two looks
		began := time.Now()
		if _, err := all[1].CancelTask(ctx, &a2a.CancelTaskRequest{ID: running.ID}); err != nil {
			t.Fatal(err)
		}
		<-ended
		if took := time.Since(began); took >= 900*time.Millisecond {
			t.Errorf("it took %s", took)
		}
	})
}
