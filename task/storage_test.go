package task_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/tasktest"
)

// brittle is a store whose disk is full, or breaks reads too, as long as told.
type brittle struct {
	task.Store
	full, unreadable atomic.Bool
	largest          atomic.Int64 // artifacts that still fit, if not 0
}

var errDisk = fmt.Errorf("%w: no space left", task.ErrStorage)

func (b *brittle) Submit(ctx context.Context, s task.Submission) (task.Submitted, error) {
	if b.full.Load() {
		return task.Submitted{}, errDisk
	}
	out, err := b.Store.Submit(ctx, s)
	if err == nil && b.unreadable.Load() {
		return task.Submitted{Unread: string(out.Task.ID), Fence: out.Fence}, errDisk
	}
	return out, err
}

func (b *brittle) Transition(ctx context.Context, owner, id string, t task.Transition) error {
	if b.full.Load() || (b.largest.Load() != 0 && len(t.Artifacts) > 0) {
		return errDisk
	}
	return b.Store.Transition(ctx, owner, id, t)
}

func (b *brittle) Events(ctx context.Context, owner, id string, after int64, limit int) ([]task.Event, task.Head, error) {
	if b.unreadable.Load() {
		return nil, task.Head{}, errDisk
	}
	return b.Store.Events(ctx, owner, id, after, limit)
}

func (b *brittle) Hold(ctx context.Context, holder string, d time.Duration) error {
	if b.full.Load() {
		return errDisk
	}
	return b.Store.Hold(ctx, holder, d)
}

func (b *brittle) Probe(ctx context.Context) error {
	if b.full.Load() {
		return errDisk
	}
	return b.Store.Probe(ctx)
}

func newBrittle(t *testing.T, cfg task.Config) (*task.Service, *brittle, func()) {
	t.Helper()
	store := openStore(t, filepath.Join(t.TempDir(), "dir"))
	b := &brittle{Store: store}
	cfg.Store = b
	if cfg.Executor == nil {
		cfg.Executor = backend.Echo{}
	}
	s, err := task.NewService(tasktest.Sized(cfg))
	if err != nil {
		t.Fatal(err)
	}
	return s, b, func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := errors.Join(s.Close(ctx), store.Close()); err != nil {
			t.Error(err)
		}
	}
}

// fills is an executor whose disk fills up while it works.
func fills(b **brittle, work time.Duration) executor {
	return func(_ context.Context, _ task.Request, emit task.Emit) (task.Result, error) {
		(*b).full.Store(true)
		time.Sleep(work)
		return task.Result{}, emit(&a2a.Artifact{Parts: a2a.ContentParts{a2a.NewTextPart("result")}}, false)
	}
}

// A result that cannot be written is written when the disk takes it again, and
// whoever waits for the task learns it then.
func TestResultsAreStoredWhenTheDiskHasRoomAgain(t *testing.T) {
	for name, away := range map[string]time.Duration{"a moment": time.Second, "minutes": 5 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var b *brittle
				s, store, end := newBrittle(t, task.Config{Executor: fills(&b, time.Second)})
				defer end()
				b = store
				ctx := as(t, "alice")
				posted := must(t, s, ctx, post("1", "x"))
				time.Sleep(away)
				if s.StorageErr() == nil {
					t.Error("the service does not know that its storage fails")
				}
				b.full.Store(false)
				time.Sleep(10 * time.Second)
				got := get(t, s, ctx, posted.ID)
				wantState(t, got, a2a.TaskStateCompleted, "")
				if len(got.Artifacts) != 1 {
					t.Errorf("artifacts %v", got.Artifacts)
				}
				if err := s.StorageErr(); err != nil {
					t.Errorf("storage still fails: %v", err)
				}
			})
		})
	}
}

// Past its deadline a task ends with the deadline's verdict, which is written
// as soon as anything can be written: none stays working for ever.
func TestTheDeadlineEndsATaskWhoseResultCannotBeStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b, end := newBrittle(t, task.Config{Deadline: time.Minute})
		defer end()
		ctx := as(t, "alice")
		b.largest.Store(1) // the result never fits, the verdict does
		small := must(t, s, ctx, post("1", "x"))
		time.Sleep(50 * time.Second)
		wantState(t, get(t, s, ctx, small.ID), a2a.TaskStateSubmitted, "")
		time.Sleep(20 * time.Second)
		wantState(t, get(t, s, ctx, small.ID), a2a.TaskStateFailed, "deadline_exceeded")
	})
}

// A disk that has room again long after the deadline gets the deadline's verdict.
func TestTheDeadlineIsNotForgottenWhileTheDiskIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b *brittle
		s, store, end := newBrittle(t, task.Config{Executor: fills(&b, time.Second), Deadline: time.Minute})
		defer end()
		b = store
		ctx := as(t, "alice")
		posted := must(t, s, ctx, post("1", "x"))
		time.Sleep(time.Hour)
		b.full.Store(false)
		time.Sleep(10 * time.Second)
		wantState(t, get(t, s, ctx, posted.ID), a2a.TaskStateFailed, "deadline_exceeded")
	})
}

// Not being able to note that a task is under way neither ends nor cancels it.
func TestAnExecutionOutlivesADiskThatIsFullForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b *brittle
		s, store, end := newBrittle(t, task.Config{Executor: executor(func(ctx context.Context, _ task.Request, _ task.Emit) (task.Result, error) {
			b.full.Store(true)
			time.Sleep(30 * time.Second)
			b.full.Store(false)
			return task.Result{Text: "done"}, ctx.Err()
		})})
		defer end()
		b = store
		wantState(t, must(t, s, as(t, "alice"), send("1", "x")), a2a.TaskStateCompleted, "")
	})
}

// The storage is found to work again although nobody asks anything.
func TestStorageRecoversWithoutRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b, end := newBrittle(t, task.Config{})
		defer end()
		for range 3 {
			b.full.Store(true)
			_, err := s.Send(as(t, "alice"), send("1", "x"), task.SendOptions{})
			wantError(t, err, task.ErrStorage)
			time.Sleep(time.Minute)
			wantError(t, s.StorageErr(), task.ErrStorage)
			b.full.Store(false)
			time.Sleep(2 * time.Second)
			if err := s.StorageErr(); err != nil {
				t.Errorf("after there is room: %v", err)
			}
		}
	})
}

// Whoever waits goes on waiting while the disk cannot be read, as the execution goes on.
func TestWaitingOutlivesADiskThatCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b *brittle
		s, store, end := newBrittle(t, task.Config{Executor: executor(func(ctx context.Context, _ task.Request, _ task.Emit) (task.Result, error) {
			b.unreadable.Store(true)
			time.Sleep(30 * time.Second)
			b.unreadable.Store(false)
			return task.Result{Text: "done"}, context.Cause(ctx)
		})})
		defer end()
		b = store
		wantState(t, must(t, s, as(t, "alice"), send("1", "x")), a2a.TaskStateCompleted, "")
	})
}

// A message that was stored and cannot be read back ends its task.
func TestAStoredMessageThatCannotBeReadEndsItsTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b, end := newBrittle(t, task.Config{Executor: echo})
		defer end()
		ctx := as(t, "alice")
		b.unreadable.Store(true)
		_, err := s.Send(ctx, send("1", "x"), task.SendOptions{})
		wantError(t, err, task.ErrStorage)
		b.unreadable.Store(false)
		synctest.Wait()
		page, err := s.ListTasks(ctx, &a2a.ListTasksRequest{})
		if err != nil || len(page.Tasks) != 1 {
			t.Fatalf("tasks %+v, %v", page, err)
		}
		wantState(t, page.Tasks[0], a2a.TaskStateFailed, "executor_failed")
	})
}

// An agent that stops while its disk is full does not wait for it.
func TestAStopDoesNotWaitForTheDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b *brittle
		s, store, end := newBrittle(t, task.Config{Executor: fills(&b, time.Second)})
		b = store
		must(t, s, as(t, "alice"), post("1", "x"))
		time.Sleep(time.Minute)
		before := time.Now()
		end()
		if took := time.Since(before); took > 15*time.Second {
			t.Errorf("the stop took %v", took)
		}
	})
}

// What is old is deleted while the service runs, in batches, and goes on after
// a failure.
func TestRetentionDeletesWhatIsOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ends := make(chan error, 9)
		work := executor(func(ctx context.Context, req task.Request, _ task.Emit) (task.Result, error) {
			if req.Message.Parts[0].Text() == "runs" {
				<-ctx.Done()
				ends <- nil
			}
			return task.Result{}, nil
		})
		s, end := newService(t, task.Config{Executor: work, Retention: time.Hour, Deadline: 100 * time.Hour})
		defer end()
		ctx := as(t, "alice")
		for i := range 250 {
			must(t, s, ctx, send(fmt.Sprint("old", i), "x"))
		}
		runs := must(t, s, ctx, post("runs", "runs"))
		time.Sleep(55 * time.Minute)
		young := must(t, s, ctx, send("young", "x"))
		count := func() int {
			page, err := s.ListTasks(ctx, &a2a.ListTasksRequest{})
			if err != nil {
				t.Fatal(err)
			}
			return page.TotalSize
		}
		if n := count(); n != 252 {
			t.Errorf("%d tasks before the time", n)
		}
		time.Sleep(20 * time.Minute)
		if n := count(); n != 2 {
			t.Errorf("%d tasks after it", n)
		}
		get(t, s, ctx, young.ID)
		wantState(t, get(t, s, ctx, runs.ID), a2a.TaskStateWorking, "")
	})
}

// With room made for new ones a caller is never refused for good.
func TestACallerAtItsQuotaIsServed(t *testing.T) {
	s, end := newService(t, task.Config{MakeRoom: true, Limits: task.Limits{Tasks: 3}})
	defer end()
	ctx := as(t, "alice")
	var last *a2a.Task
	for i := range 10 {
		last = must(t, s, ctx, send(fmt.Sprint(i), "x"))
	}
	page, err := s.ListTasks(ctx, &a2a.ListTasksRequest{})
	if err != nil || page.TotalSize != 3 || page.Tasks[0].ID != last.ID {
		t.Errorf("tasks %+v, %v", page, err)
	}
}
