package tasktest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

func testCreate(t *testing.T, f *fixture) {
	m := f.message("hello")
	got := f.submit(alice, m, epoch)
	if got.ID != "task-of-m1" || got.ContextID != "context-of-m1" || got.Status.State != a2a.TaskStateSubmitted {
		t.Errorf("created %+v", got)
	}
	if m.TaskID != "" || m.ContextID != "" {
		t.Errorf("Submit changed the message: %+v", m)
	}
	for _, task := range []*a2a.Task{got, f.get(alice, "task-of-m1")} {
		if len(task.History) != 1 || task.History[0].TaskID != got.ID || task.History[0].ContextID != got.ContextID {
			t.Errorf("history %+v", task.History)
		}
		if task.Status.Timestamp == nil || !task.Status.Timestamp.Equal(epoch) {
			t.Errorf("timestamp %v", task.Status.Timestamp)
		}
	}
	in := f.message("in a context")
	in.ContextID = "mine"
	if got := f.submit(alice, in, epoch); got.ContextID != "mine" {
		t.Errorf("context %q, want the client's", got.ContextID)
	}
}

func testAdopt(t *testing.T, f *fixture) {
	m := f.message("hello")
	m.TaskID = "chosen"
	s := submission(alice, m, epoch)
	f.refuse(s, task.ErrNotFound)
	f.absent(alice, "chosen")
	s.AdoptTaskID = true
	out, err := f.store.Submit(f.ctx(), s)
	if err != nil || out.Task.ID != "chosen" || out.Duplicate {
		t.Fatalf("Submit = %+v, %v", out, err)
	}
	f.get(alice, "chosen")
}

func testOwners(t *testing.T, f *fixture) {
	m := f.message("alice's")
	m.TaskID, m.ContextID = "shared-id", "shared-context"
	a := submission(alice, m, epoch)
	a.AdoptTaskID = true
	if _, err := f.store.Submit(f.ctx(), a); err != nil {
		t.Fatal(err)
	}
	f.absent(bob, "shared-id")
	if _, head, err := f.store.Events(f.ctx(), bob, "shared-id", 0, 0); !errors.Is(err, task.ErrNotFound) {
		t.Errorf("another reads where the events stand: %+v, %v", head, err)
	}
	if works, err := f.store.Tell(f.ctx(), bob, "shared-id"); works || err != nil {
		t.Errorf("another tells of it: %t, %v", works, err)
	}

	b := submission(bob, m, epoch) // the same ids, message id included
	f.refuse(b, task.ErrNotFound)
	if err := f.store.Transition(f.ctx(), bob, "shared-id", task.Transition{To: a2a.TaskStateCanceled, At: epoch}); !errors.Is(err, task.ErrNotFound) {
		t.Errorf("Transition by another: %v", err)
	}
	if n, err := f.store.ClearContext(f.ctx(), bob, "shared-context"); n != 0 || err != nil {
		t.Errorf("ClearContext by another = %d, %v", n, err)
	}
	if err := f.store.AddFeedback(f.ctx(), bob, task.Feedback{TaskID: "shared-id", Text: "x", At: epoch}); !errors.Is(err, task.ErrNotFound) {
		t.Errorf("AddFeedback by another: %v", err)
	}
	b.AdoptTaskID = true
	out, err := f.store.Submit(f.ctx(), b)
	if err != nil || out.Duplicate {
		t.Fatalf("bob's own task of the same id: %+v, %v", out, err)
	}
	f.move(alice, "shared-id", task.Transition{To: a2a.TaskStateInputRequired, Artifacts: []*a2a.Artifact{{ID: "a", Parts: m.Parts}}})
	f.move(bob, "shared-id", task.Transition{To: a2a.TaskStateInputRequired})
	more := f.message("bob's")
	more.TaskID = "shared-id"
	if got := f.submit(bob, more, epoch); len(got.Artifacts) != 0 || len(got.History) != 2 {
		t.Errorf("bob's task became %+v", got)
	}
	if got := f.get(alice, "shared-id"); got.Status.State != a2a.TaskStateInputRequired || len(got.History) != 1 || len(got.Artifacts) != 1 {
		t.Errorf("alice's task became %+v", got)
	}

	// What alice keeps does not make room for bob.
	if err := f.store.AddFeedback(f.ctx(), alice, task.Feedback{TaskID: "shared-id", Text: strings.Repeat("x", 5000), At: epoch, MaxBytes: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	f.move(bob, "shared-id", task.Transition{To: a2a.TaskStateInputRequired})
	more = f.message("bob's")
	more.TaskID = "shared-id"
	next := submission(bob, more, epoch)
	next.MaxTaskBytes = 2000
	if _, err := f.store.Submit(f.ctx(), next); err != nil {
		t.Errorf("alice's task fills bob's: %v", err)
	}
	if n, err := f.store.ClearContext(f.ctx(), bob, "shared-context"); n != 1 || err != nil {
		t.Errorf("bob clears his own: %d, %v", n, err)
	}
	f.absent(bob, "shared-id")
	f.get(alice, "shared-id")
	large := submission(bob, f.message(strings.Repeat("x", 1000)), epoch)
	large.MaxBytes = 1000
	var quota *task.QuotaError
	if _, err := f.store.Submit(f.ctx(), large); !errors.As(err, &quota) {
		t.Errorf("bob's large message: %v", err)
	}
}

func testContinue(t *testing.T, f *fixture) {
	created := f.submit(alice, f.message("book a flight"), epoch)
	id := string(created.ID)
	f.move(alice, id, task.Transition{To: a2a.TaskStateInputRequired, Message: says("where to?")})
	late := task.Chunk{Run: "run-of-m1", Fence: 1, Artifact: artifact("a", "late"), At: epoch}
	if err := f.store.Append(f.ctx(), alice, id, late); !errors.Is(err, task.ErrSuperseded) {
		t.Errorf("what is made after the question: %v", err)
	}

	m := f.message("Oslo")
	m.TaskID = created.ID
	s := submission(alice, m, epoch.Add(time.Minute))
	out, err := f.store.Submit(f.ctx(), s)
	if err != nil {
		t.Fatal(err)
	}
	got := out.Task
	if got.Status.State != a2a.TaskStateSubmitted || got.Status.Message != nil || !got.Status.Timestamp.Equal(epoch.Add(time.Minute)) {
		t.Errorf("status %+v", got.Status)
	}
	if h := texts(got.History); h != "book a flight;where to?;Oslo;" {
		t.Errorf("history %q", h)
	}
	if err := f.store.Transition(f.ctx(), alice, id, task.Transition{Run: "run-of-m1", Fence: 1, To: a2a.TaskStateCompleted, At: epoch}); !errors.Is(err, task.ErrSuperseded) {
		t.Errorf("the first run still owns the task: %v", err)
	}
	f.move(alice, id, task.Transition{Run: s.Run, Fence: out.Fence, To: a2a.TaskStateInputRequired})
	again := f.message("tomorrow")
	again.ID, again.TaskID = says("where to?").ID, created.ID // the ids of the agent are not the client's
	if h := texts(f.submit(alice, again, epoch).History); h != "book a flight;where to?;Oslo;tomorrow;" {
		t.Errorf("history %q", h)
	}
}

func testRefuse(t *testing.T, f *fixture) {
	created := f.submit(alice, f.message("hello"), epoch)
	id := string(created.ID)
	follow := f.message("more")
	follow.TaskID = created.ID
	f.refuse(submission(alice, follow, epoch), task.ErrBusy)
	f.move(alice, id, task.Transition{To: a2a.TaskStateInputRequired})

	follow.ContextID = "elsewhere"
	f.refuse(submission(alice, follow, epoch), task.ErrContextMismatch)

	f.move(alice, id, task.Transition{To: a2a.TaskStateFailed})
	follow.ContextID = created.ContextID
	f.refuse(submission(alice, follow, epoch), task.ErrEnded)
	if got := f.get(alice, id); len(got.History) != 1 || got.Status.State != a2a.TaskStateFailed {
		t.Errorf("refused messages changed the task: %+v", got)
	}
}
