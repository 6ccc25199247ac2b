package task_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// mayBeAsked is an executor that may be asked twice, but for what says otherwise.
type mayBeAsked struct{ executor }

func (mayBeAsked) Repeatable(req task.Request) bool {
	if req.Text() == "1ns" {
		panic("asked")
	}
	return req.Text() != "2ns"
}

// What came beside the message is the executor's, also where it is asked before the
// message is stored.
func TestMetadataReachesWhoIsAskedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got map[string]any
		s, _ := newCounted(t, task.Config{Executor: mayBeAsked{func(_ context.Context, req task.Request, _ task.Emit) (task.Result, error) {
			got = req.Metadata
			return task.Result{Text: "x"}, nil
		}}})
		req := send("m", "0s")
		req.Metadata = map[string]any{"k": "v"}
		if _, err := s.SendMessage(as(t, "alice"), req); err != nil || got["k"] != "v" {
			t.Errorf("%v, %v", got, err)
		}
	})
}

// TestAnAnswerThatIsKnownAtOnceIsStoredWithItsMessage, and what is not, behind it.
func TestAnAnswerThatIsKnownAtOnceIsStoredWithItsMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := newCounted(t, task.Config{Executor: mayBeAsked{answers}})
		for name, tt := range map[string]struct {
			text, taskID       string
			atOnce             bool
			alone, whole, ends int64
			state              a2a.TaskState
			reason             string
		}{
			"an answer":                    {text: "0s", whole: 1, state: a2a.TaskStateCompleted},
			"a question":                   {text: "ask", whole: 1, state: a2a.TaskStateInputRequired},
			"a failure":                    {text: "refuse", alone: 1, ends: 1, state: a2a.TaskStateFailed, reason: "refused"},
			"a panic":                      {text: "panic", alone: 1, ends: 1, state: a2a.TaskStateFailed, reason: "executor_panicked"},
			"an answer that takes longer":  {text: "20ms", alone: 1, ends: 1, state: a2a.TaskStateCompleted},
			"an answer that takes long":    {text: "1s", alone: 1, ends: 2, state: a2a.TaskStateCompleted},
			"who does not wait":            {text: "0s", atOnce: true, alone: 1, ends: 1, state: a2a.TaskStateSubmitted},
			"whose task's id is known":     {text: "0s", taskID: "mine", alone: 1, ends: 1, state: a2a.TaskStateCompleted},
			"what must not be asked twice": {text: "2ns", alone: 1, ends: 1, state: a2a.TaskStateCompleted},
			"who panics when asked":        {text: "1ns", alone: 1, ends: 1, state: a2a.TaskStateCompleted},
		} {
			alone, whole, ends := c.alone.Load(), c.whole.Load(), c.ends.Load()
			req := send(name, tt.text)
			req.Message.TaskID = a2a.TaskID(tt.taskID)
			req.Config = &a2a.SendMessageConfig{ReturnImmediately: tt.atOnce}
			result, err := s.Send(as(t, "alice"), req, task.SendOptions{AdoptTaskID: true})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			synctest.Wait()
			got := result.(*a2a.Task)
			wantState(t, got, tt.state, tt.reason)
			if c.alone.Load() != alone+tt.alone || c.whole.Load() != whole+tt.whole || c.ends.Load() != ends+tt.ends {
				t.Errorf("%s: %d messages alone, %d with an outcome, %d transitions", name, c.alone.Load()-alone, c.whole.Load()-whole, c.ends.Load()-ends)
			}
			if kept := get(t, s, as(t, "alice"), got.ID); !tt.atOnce && asJSON(t, kept) != asJSON(t, got) {
				t.Errorf("%s: kept is %s, answered was %s", name, asJSON(t, kept), asJSON(t, got))
			}
			if m := got.Status.Message; m != nil && (m.TaskID != got.ID || m.ContextID != got.ContextID) {
				t.Errorf("%s: what is said is not of the task: %s", name, asJSON(t, m))
			}
		}
	})
}

// TestAMessageThatIsAnsweredAtOnceIsAnsweredOnce: sent again it gets the same answer,
// whatever the executor makes of it meanwhile, and leaves nothing.
func TestAMessageThatIsAnsweredAtOnceIsAnsweredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := newCounted(t, task.Config{Executor: again{answers}, Limits: task.Limits{Active: 2}})
		ctx := as(t, "alice")
		for id, text := range map[string]string{"1": "0s", "2": "say", "3": "15ms", "4": "refuse"} {
			first, err := s.SendMessage(ctx, send(id, text))
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if sent, err := s.SendMessage(ctx, send(id, text)); err != nil || asJSON(t, sent) != asJSON(t, first) {
					t.Errorf("again %s, %v; first %s", asJSON(t, sent), err, asJSON(t, first))
				}
			}
		}
		page, err := s.ListTasks(ctx, &a2a.ListTasksRequest{})
		if err != nil || page.TotalSize != 3 || c.whole.Load() != 8 {
			t.Errorf("%d messages with an outcome; kept %s, %v", c.whole.Load(), asJSON(t, page), err)
		}
		must(t, s, ctx, send("5", "0s")) // all places are free
	})
}

// TestWhoIsRefusedKeepsNoWorker: neither a message without room nor one whose task
// runs already goes on.
func TestWhoIsRefusedKeepsNoWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newCounted(t, task.Config{Executor: again{answers}, Limits: task.Limits{Tasks: 2, Workers: 2, Active: 2}})
		ctx := as(t, "alice")
		must(t, s, ctx, send("1", "0s"))
		limit, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		running := must(t, s, ctx, post("2", "for ever"))
		var quota *task.QuotaError
		for _, text := range []string{"0s", "20ms", "for ever"} {
			if _, err := s.SendMessage(ctx, send("3", text)); !errors.As(err, &quota) || quota.Quota != task.QuotaTasks {
				t.Errorf("%s: %v", text, err)
			}
		}
		sent := must(t, s, limit, send("2", "for ever")) // waits for the first
		wantState(t, sent, a2a.TaskStateWorking, "")
		if sent.ID != running.ID {
			t.Errorf("another task: %s", asJSON(t, sent))
		}
		if _, err := s.CancelTask(ctx, &a2a.CancelTaskRequest{ID: running.ID}); err != nil {
			t.Error(err)
		}
		if n, err := s.ClearContext(ctx, running.ContextID); n != 1 || err != nil {
			t.Error(n, err)
		}
		must(t, s, ctx, send("4", "0s"))
	})
}

// TestAnAnswerWithoutRoomFailsItsTask: the message is kept where it fits alone.
func TestAnAnswerWithoutRoomFailsItsTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newCounted(t, task.Config{Executor: again{answers}, Limits: task.Limits{Bytes: 1000}})
		got := must(t, s, as(t, "alice"), send("1", "large"))
		wantState(t, got, a2a.TaskStateFailed, "quota_exceeded")
	})
}

// TestWhatTakesLongerIsATaskMeanwhile: it is listed, canceled and stopped as any other.
func TestWhatTakesLongerIsATaskMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := newCounted(t, task.Config{Executor: again{answers}})
		ctx := as(t, "alice")
		sent := func(id string) <-chan a2a.SendMessageResult {
			done := make(chan a2a.SendMessageResult, 1)
			go func() {
				result, err := s.SendMessage(ctx, send(id, "for ever"))
				if err != nil {
					t.Error(err)
				}
				done <- result
			}()
			return done
		}
		canceled := sent("1")
		time.Sleep(5 * time.Millisecond)
		if c.alone.Load() != 0 {
			t.Error("it is stored before its time")
		}
		time.Sleep(20 * time.Millisecond)
		page, err := s.ListTasks(ctx, &a2a.ListTasksRequest{})
		if err != nil || len(page.Tasks) != 1 {
			t.Fatalf("kept %s, %v", asJSON(t, page), err)
		}
		if _, err := s.CancelTask(ctx, &a2a.CancelTaskRequest{ID: page.Tasks[0].ID}); err != nil {
			t.Error(err)
		}
		wantState(t, (<-canceled).(*a2a.Task), a2a.TaskStateCanceled, "")

		stopped := sent("2")
		time.Sleep(5 * time.Millisecond)
		now, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Close(now); err != nil {
			t.Error(err)
		}
		wantState(t, (<-stopped).(*a2a.Task), a2a.TaskStateFailed, "agent_stopped")
	})
}

// TestAnAnswerThatCannotBeStoredIsNone: whoever sent the message learns it, and may
// send it again.
func TestAnAnswerThatCannotBeStoredIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b, end := newBrittle(t, task.Config{Executor: again{answers}})
		defer end()
		ctx := as(t, "alice")
		must(t, s, ctx, send("0", "0s")) // has the lease
		b.full.Store(true)
		for _, text := range []string{"0s", "20ms", "refuse"} {
			_, err := s.SendMessage(ctx, send("1", text))
			wantError(t, err, task.ErrStorage)
		}
		b.full.Store(false)
		wantState(t, must(t, s, ctx, send("1", "0s")), a2a.TaskStateCompleted, "")
		if page, err := s.ListTasks(ctx, &a2a.ListTasksRequest{}); err != nil || page.TotalSize != 2 {
			t.Errorf("kept %s, %v", asJSON(t, page), err)
		}
	})
}
