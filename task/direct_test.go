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

// says answers every message with a message, after a second.
func says(text string, runs *int) executor {
	return func(context.Context, task.Request, task.Emit) (task.Result, error) {
		time.Sleep(time.Second)
		*runs++
		return task.Result{Message: &a2a.Message{
			ID: "the executor's", TaskID: "the executor's", Role: a2a.MessageRoleUser,
			Parts: a2a.ContentParts{a2a.NewTextPart(text)}, Metadata: map[string]any{"k": "v"},
		}}, nil
	}
}

func TestAnswerWithAMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		s, end := newService(t, task.Config{
			Executor: says("hello yourself", &runs), Sign: func(text string) (string, error) { return "signature of " + text, nil },
		})
		defer end()
		ctx := as(t, "alice")
		first, err := s.SendMessage(ctx, send("m1", "hello"))
		m, is := first.(*a2a.Message)
		if err != nil || !is {
			t.Fatalf("SendMessage = %s, %v", asJSON(t, first), err)
		}
		if m.ID == "" || m.ID == "the executor's" || m.TaskID != "" || m.ContextID == "" || m.Role != a2a.MessageRoleAgent || m.Metadata["k"] != "v" ||
			m.Parts[0].Text() != "hello yourself" || m.Parts[0].Metadata[task.SignatureKey] != "signature of hello yourself" {
			t.Errorf("message %s", asJSON(t, m))
		}
		again, err := s.SendMessage(ctx, send("m1", "hello"))
		if err != nil || runs != 1 || asJSON(t, again) != asJSON(t, first) {
			t.Errorf("%d executions; again %s, %v; first %s", runs, asJSON(t, again), err, asJSON(t, first))
		}
		if list, err := s.ListTasks(ctx, &a2a.ListTasksRequest{}); err != nil || list.TotalSize != 0 || len(list.Tasks) != 0 {
			t.Errorf("a task is left: %s, %v", asJSON(t, list), err)
		}
		if n, err := s.ClearContext(ctx, m.ContextID); n != 1 || err != nil {
			t.Errorf("ClearContext = %d, %v", n, err)
		}
	})
}

// Whoever was given a task, or named one, keeps it.
func TestAnswerWithAMessageToWhoHasATask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		s, end := newService(t, task.Config{Executor: says("hello yourself", &runs)})
		defer end()
		ctx := as(t, "alice")
		completed := func(name string, got *a2a.Task) {
			t.Helper()
			if got.Status.State != a2a.TaskStateCompleted || got.Status.Message == nil || got.Status.Message.Parts[0].Text() != "hello yourself" {
				t.Errorf("%s: %s", name, asJSON(t, got))
			}
		}
		posted := must(t, s, ctx, post("m1", "hello"))
		wantState(t, posted, a2a.TaskStateSubmitted, "")
		time.Sleep(2 * time.Second)
		completed("polled", get(t, s, ctx, posted.ID))
		completed("sent again", must(t, s, ctx, send("m1", "hello")))

		adopted := send("m2", "hello")
		adopted.Message.TaskID = "mine"
		result, err := s.Send(ctx, adopted, task.SendOptions{AdoptTaskID: true})
		if err != nil {
			t.Fatal(err)
		}
		named, is := result.(*a2a.Task)
		if !is {
			t.Fatalf("who named a task got %s", asJSON(t, result))
		}
		completed("named", named)

		// One waits while another does not: both have the task.
		var waited a2a.SendMessageResult
		done := make(chan struct{})
		go func() {
			defer close(done)
			waited, err = s.SendMessage(ctx, send("m3", "hello"))
		}()
		synctest.Wait()
		must(t, s, ctx, post("m3", "hello"))
		<-done
		if both, is := waited.(*a2a.Task); err != nil || !is {
			t.Errorf("who waited got %s, %v", asJSON(t, waited), err)
		} else {
			completed("waited for", both)
		}

		// An id that was seen in a list while it was worked on still says what became of it.
		go func() { _, _ = s.SendMessage(ctx, send("m4", "hello")) }()
		synctest.Wait()
		list, err := s.ListTasks(ctx, &a2a.ListTasksRequest{PageSize: 1})
		if err != nil || len(list.Tasks) != 1 {
			t.Fatalf("list %s, %v", asJSON(t, list), err)
		}
		time.Sleep(2 * time.Second)
		completed("seen in a list", get(t, s, ctx, list.Tasks[0].ID))
	})
}

func TestAnswerWithAMessageFails(t *testing.T) {
	t.Parallel()
	hello := a2a.ContentParts{a2a.NewTextPart("hello")}
	for name, tt := range map[string]struct {
		result   task.Result
		artifact bool
		reason   string
	}{
		"without parts":      {task.Result{Message: &a2a.Message{}}, false, "executor_failed"},
		"with an empty part": {task.Result{Message: &a2a.Message{Parts: a2a.ContentParts{nil}}}, false, "executor_failed"},
		"with an artifact":   {task.Result{Message: &a2a.Message{Parts: hello}}, true, "executor_failed"},
		"with a text":        {task.Result{Message: &a2a.Message{Parts: hello}, Text: "x"}, false, "executor_failed"},
		"and a question":     {task.Result{Message: &a2a.Message{Parts: hello}, InputRequired: true}, false, "executor_failed"},
		"too large":          {task.Result{Message: &a2a.Message{Parts: a2a.ContentParts{a2a.NewTextPart(strings.Repeat("x", 2000))}}}, false, "artifact_too_large"},
	} {
		s, end := newService(t, task.Config{
			Limits: task.Limits{ArtifactBytes: 1000},
			Executor: executor(func(_ context.Context, _ task.Request, emit task.Emit) (task.Result, error) {
				if tt.artifact {
					if err := emit(&a2a.Artifact{Parts: hello}, false); err != nil {
						return task.Result{}, err
					}
				}
				return tt.result, nil
			}),
		})
		got := must(t, s, as(t, "alice"), send("m", "x"))
		if got.Status.State != a2a.TaskStateFailed {
			t.Errorf("%s: %s", name, asJSON(t, got))
		}
		wantState(t, got, a2a.TaskStateFailed, tt.reason)
		end()
	}
}
