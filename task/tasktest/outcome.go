package tasktest

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

func withOutcome(s task.Submission, to a2a.TaskState, said *a2a.Message, made ...*a2a.Artifact) task.Submission {
	s.Outcome = &task.Transition{To: to, Message: said, Artifacts: made}
	return s
}

// testOutcome: a message that is stored with what became of it makes the same task as one
// that is answered later, to which nothing more happens unless it waits for input.
func testOutcome(t *testing.T, f *fixture) {
	made := []*a2a.Artifact{artifact("a", "1"), artifact("b", "2")}
	s := withOutcome(submission(alice, f.message("x"), epoch), a2a.TaskStateCompleted, says("done"), made...)
	out, err := f.store.Submit(f.ctx(), s)
	if err != nil || out.Duplicate || !reflect.DeepEqual(out.Task, f.get(alice, s.TaskID)) {
		t.Fatalf("Submit = %+v, %v", out, err)
	}
	got := out.Task
	if got.Status.State != a2a.TaskStateCompleted || !got.Status.Timestamp.Equal(epoch) || got.Status.Message == nil || texts(got.History) != "x;" || len(got.Artifacts) != 2 {
		t.Errorf("task %+v", got)
	}
	events := f.events(alice, s.TaskID, 0)
	if kinds(events) != "message artifact artifact state" || events[0].Run != s.Run || events[2].Run != s.Run || events[3].Run != s.Run {
		t.Errorf("events %+v", events)
	}
	f.foldAll(alice, s.TaskID)
	_, head, err := f.store.Events(f.ctx(), alice, s.TaskID, 0, 0)
	if want := (task.Head{Seq: 4, State: a2a.TaskStateCompleted, Run: s.Run, Fence: out.Fence}); err != nil || head != want {
		t.Errorf("head %+v, %v; want %+v", head, err, want)
	}
	late := &run{f: f, owner: alice, task: s.TaskID, id: s.Run, fence: out.Fence}
	if err := f.store.Transition(f.ctx(), alice, s.TaskID, late.transition(task.Transition{To: a2a.TaskStateFailed})); !errors.Is(err, task.ErrEnded) {
		t.Errorf("it ends again: %v", err)
	}
	if lost, err := f.store.FailLost(f.ctx(), task.Recovery{Holder: "me", Alone: true, Transition: task.Transition{To: a2a.TaskStateFailed, At: epoch}}); len(lost) != 0 || err != nil {
		t.Errorf("lost are %v, %v", lost, err)
	}

	// The same message with another outcome is a repeat.
	again := withOutcome(s, a2a.TaskStateFailed, says("other"), artifact("c", "3"))
	again.TaskID = "another"
	if out, err := f.store.Submit(f.ctx(), again); err != nil || !out.Duplicate || !reflect.DeepEqual(out.Task, got) {
		t.Errorf("again: %+v, %v", out, err)
	}
	f.absent(alice, "another")

	// A question is answered as any other.
	ask := withOutcome(submission(alice, f.message("y"), epoch), a2a.TaskStateInputRequired, says("what?"), made[0])
	if _, err := f.store.Submit(f.ctx(), ask); err != nil {
		t.Fatal(err)
	}
	m := f.message("that")
	m.TaskID = a2a.TaskID(ask.TaskID)
	next := f.begin(submission(alice, m, epoch.Add(time.Second)))
	next.append("a", "of the second run")
	next.move(task.Transition{To: a2a.TaskStateCompleted})
	if got := f.get(alice, ask.TaskID); texts(got.History) != "y;what?;that;" || len(got.Artifacts) != 2 || next.fence <= out.Fence {
		t.Errorf("run %d made it %+v", next.fence, got)
	}
	f.foldAll(alice, ask.TaskID)
}

// testOutcomeReadOn: who has read the message of such a task reads on as of any other.
func testOutcomeReadOn(t *testing.T, f *fixture) {
	s := withOutcome(submission(alice, f.message("x"), epoch), a2a.TaskStateCompleted, nil, artifact("a", "1"))
	f.begin(s)
	for after, want := range []string{"message artifact state", "artifact state", "state", ""} {
		if got := kinds(f.events(alice, s.TaskID, int64(after))); got != want {
			t.Errorf("behind %d: %s, want %s", after, got, want)
		}
	}
}

// testOutcomeAnswered: a message that is answered with one is no task from the start.
func testOutcomeAnswered(t *testing.T, f *fixture) {
	s := withOutcome(submission(alice, f.message("x"), epoch), task.StateAnswered, says("hello"))
	out, err := f.store.Submit(f.ctx(), s)
	if err != nil || out.Task.Status.State != task.StateAnswered {
		t.Fatalf("Submit = %+v, %v", out, err)
	}
	again, err := f.store.Submit(f.ctx(), s)
	if err != nil || !again.Duplicate || texts([]*a2a.Message{again.Task.Status.Message}) != "hello;" {
		t.Errorf("again: %+v, %v", again, err)
	}
	if page := f.list(alice, task.Filter{Limit: 10}); page.Total != 0 {
		t.Errorf("the list has %+v", page)
	}
}

// testOutcomeRefused: what is refused leaves nothing, neither message nor outcome, and what
// is kept takes room as a whole.
func testOutcomeRefused(t *testing.T, f *fixture) {
	var quota *task.QuotaError
	s := withOutcome(submission(alice, f.message("x"), epoch), a2a.TaskStateCompleted, nil, artifact("a", strings.Repeat("y", 100)))
	s.ContextID = "c"
	message := s
	message.Outcome, message.Owner, message.MaxBytes = nil, bob, 200
	if _, err := f.store.Submit(f.ctx(), message); err != nil {
		t.Fatalf("the message alone: %v", err)
	}
	s.MaxBytes = 200
	if _, err := f.store.Submit(f.ctx(), s); !errors.As(err, &quota) || quota.Quota != task.QuotaBytes {
		t.Errorf("an outcome without room: %v", err)
	}
	f.absent(alice, s.TaskID)
	s.MaxBytes = 300
	if _, err := f.store.Submit(f.ctx(), s); err != nil {
		t.Fatalf("with room: %v", err)
	}
	other := submission(alice, f.message("x"), epoch)
	other.MaxBytes = 300
	if _, err := f.store.Submit(f.ctx(), other); !errors.As(err, &quota) {
		t.Errorf("its outcome takes no room: %v", err)
	}
	other.MaxBytes, other.MaxTasks = 1<<20, 1
	if _, err := f.store.Submit(f.ctx(), other); !errors.As(err, &quota) || quota.Quota != task.QuotaTasks {
		t.Errorf("it is no task: %v", err)
	}
	if n, err := f.store.ClearContext(f.ctx(), alice, "c"); n != 1 || err != nil {
		t.Errorf("ClearContext = %d, %v", n, err)
	}
	other.MaxBytes = 200
	if _, err := f.store.Submit(f.ctx(), other); err != nil {
		t.Errorf("its room is not free: %v", err)
	}
}

// testOutcomeOfNamed: whoever names a task may be told of it before it ends.
func testOutcomeOfNamed(t *testing.T, f *fixture) {
	named := f.message("z")
	named.TaskID = "chosen"
	s := withOutcome(submission(alice, named, epoch), a2a.TaskStateCompleted, nil)
	s.AdoptTaskID = true
	if _, err := f.store.Submit(f.ctx(), s); err == nil {
		t.Error("it is accepted")
	}
	f.absent(alice, "chosen")
}

// testOutcomeUnfinished: a run that goes on has no outcome.
func testOutcomeUnfinished(t *testing.T, f *fixture) {
	s := withOutcome(submission(alice, f.message("z"), epoch), a2a.TaskStateWorking, nil)
	if _, err := f.store.Submit(f.ctx(), s); err == nil {
		t.Error("it is accepted")
	}
	f.absent(alice, s.TaskID)
}
