package task_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// asker wants to know something first, then says what it was told.
var asker = executor(func(_ context.Context, req task.Request, emit task.Emit) (task.Result, error) {
	if len(req.History) == 0 {
		return task.Result{InputRequired: true, Text: "where to?"}, nil
	}
	return task.Result{}, emit(&a2a.Artifact{Parts: a2a.ContentParts{a2a.NewTextPart("booked " + req.Text())}}, false)
})

// chosen is a message under ids that the client picked, as clients of the
// reference do: nothing keeps two of them from picking the same.
func chosen(messageID, text string) *a2a.SendMessageRequest {
	req := send(messageID, text)
	req.Message.TaskID, req.Message.ContextID = "trip", "holiday"
	return req
}

// twins returns a service at which alice and bob began a task each, under the
// same ids throughout.
func twins(t *testing.T, limits task.Limits) (s *task.Service, alice, bob context.Context) {
	t.Helper()
	s, end := newService(t, task.Config{Executor: asker, Limits: limits})
	t.Cleanup(end)
	alice, bob = as(t, "alice"), as(t, "bob")
	for name, ctx := range map[string]context.Context{"alice": alice, "bob": bob} {
		result, err := s.Send(ctx, chosen("m1", name+" begins"), task.SendOptions{AdoptTaskID: true})
		begun, is := result.(*a2a.Task)
		if err != nil || !is {
			t.Fatal(result, err)
		}
		wantState(t, begun, a2a.TaskStateInputRequired, "")
		if len(begun.History) != 1 || begun.History[0].Parts[0].Text() != name+" begins" {
			t.Fatalf("%s's task %s", name, asJSON(t, begun))
		}
	}
	return s, alice, bob
}

func TestWhatOneDoesToATaskLeavesTheOthersOfTheSameID(t *testing.T) {
	t.Parallel()
	s, alice, bob := twins(t, task.Limits{})
	before := asJSON(t, get(t, s, alice, "trip"))
	done := must(t, s, bob, chosen("m2", "Oslo"))
	wantState(t, done, a2a.TaskStateCompleted, "")
	if after := asJSON(t, get(t, s, alice, "trip")); after != before {
		t.Errorf("bob went on, and alice's task became %s", after)
	}
	if text := asJSON(t, done); strings.Contains(text, "alice") || len(done.History) != 3 {
		t.Errorf("bob's task %s", text)
	}
	own := must(t, s, alice, chosen("m2", "Rome")) // the same message id too
	wantState(t, own, a2a.TaskStateCompleted, "")
	if len(own.Artifacts) != 1 || own.Artifacts[0].Parts[0].Text() != "booked Rome" {
		t.Errorf("alice's artifacts %s", asJSON(t, own.Artifacts))
	}
	if len(get(t, s, bob, "trip").Artifacts) != 1 {
		t.Error("bob has what was made for alice")
	}
}

func TestCancellingLeavesTheOthersTaskOfTheSameID(t *testing.T) {
	t.Parallel()
	s, alice, bob := twins(t, task.Limits{})
	if _, err := s.CancelTask(alice, &a2a.CancelTaskRequest{ID: "trip"}); err != nil {
		t.Fatal(err)
	}
	wantState(t, get(t, s, bob, "trip"), a2a.TaskStateInputRequired, "")
	wantState(t, must(t, s, bob, chosen("m2", "Oslo")), a2a.TaskStateCompleted, "")
	wantState(t, get(t, s, alice, "trip"), a2a.TaskStateCanceled, "")
	// Ended or not is the caller's task's, whatever the other's came to.
	if _, err := s.CancelTask(bob, &a2a.CancelTaskRequest{ID: "trip"}); !errors.Is(err, a2a.ErrTaskNotCancelable) {
		t.Errorf("cancelling what has ended: %v", err)
	}
}

func TestListsNameOnlyOnesOwnOfTheSameID(t *testing.T) {
	t.Parallel()
	s, alice, bob := twins(t, task.Limits{})
	must(t, s, alice, send("m2", "another"))
	page, err := s.ListTasks(bob, &a2a.ListTasksRequest{ContextID: "holiday"})
	if err != nil || len(page.Tasks) != 1 || page.TotalSize != 1 {
		t.Errorf("bob's list %s, %v", asJSON(t, page), err)
	}
	contexts, err := s.Contexts(bob, 0)
	if err != nil || len(contexts) != 1 || contexts[0].Tasks != 1 || len(contexts[0].TaskIDs) != 1 {
		t.Errorf("bob's contexts %+v, %v", contexts, err)
	}
	if n, err := s.ClearContext(bob, "holiday"); n != 1 || err != nil {
		t.Errorf("bob clears %d, %v", n, err)
	}
	if page, err := s.ListTasks(alice, &a2a.ListTasksRequest{}); err != nil || page.TotalSize != 2 {
		t.Errorf("alice has %s left, %v", asJSON(t, page), err)
	}
}

// Feedback takes room in the task it is about, not in one of the same id.
func TestFeedbackFillsOnesOwnTaskOnly(t *testing.T) {
	t.Parallel()
	s, alice, bob := twins(t, task.Limits{TaskBytes: 4000})
	if err := s.Feedback(alice, task.Feedback{TaskID: "trip", Text: strings.Repeat("x", 4000)}); err != nil {
		t.Fatal(err)
	}
	wantState(t, must(t, s, bob, chosen("m2", "Oslo")), a2a.TaskStateCompleted, "")
	_, err := s.Send(alice, chosen("m2", "Oslo"), task.SendOptions{})
	wantQuota(t, err, "task bytes")
}

func TestATaskTakesNoMoreMessagesThanItsQuota(t *testing.T) {
	t.Parallel()
	s, alice, _ := twins(t, task.Limits{Messages: 2})
	_, err := s.Send(alice, chosen("m2", "Oslo"), task.SendOptions{}) // the question counts
	wantQuota(t, err, "messages")
	if got := get(t, s, alice, "trip"); got.Status.State != a2a.TaskStateInputRequired || len(got.History) != 1 {
		t.Errorf("the refused message left %s", asJSON(t, got))
	}
}
