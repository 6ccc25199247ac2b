package tasktest

import (
	"errors"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// testAnswered: what was answered with a message is kept for who sends it again,
// takes room until it is cleared, and is in no list.
func testAnswered(t *testing.T, f *fixture) {
	m := f.message("hello")
	m.ContextID = "c"
	made := f.submit(alice, m, epoch)
	id := string(made.ID)
	f.move(alice, id, task.Transition{To: task.StateAnswered, Message: says("hello yourself")})

	again := submission(alice, m, epoch.Add(time.Hour))
	again.TaskID = "another"
	out, err := f.store.Submit(f.ctx(), again)
	if err != nil || !out.Duplicate || out.Task.Status.State != task.StateAnswered || texts([]*a2a.Message{out.Task.Status.Message}) != "hello yourself;" {
		t.Errorf("sent again: %+v, %v", out, err)
	}
	if page, err := f.store.List(f.ctx(), alice, task.Filter{Limit: 10}); err != nil || len(page.Tasks) != 0 || page.Total != 0 {
		t.Errorf("the list has %+v, %v", page, err)
	}
	contexts, err := f.store.Contexts(f.ctx(), alice, 10)
	if err != nil || len(contexts) != 1 || contexts[0].ID != "c" || contexts[0].Tasks != 0 || len(contexts[0].TaskIDs) != 0 {
		t.Errorf("contexts %+v, %v", contexts, err)
	}

	if err := f.store.Transition(f.ctx(), alice, id, task.Transition{To: a2a.TaskStateCanceled, At: epoch}); !errors.Is(err, task.ErrEnded) {
		t.Errorf("canceling it: %v", err)
	}
	more := f.message("more")
	more.TaskID = made.ID
	s := submission(alice, more, epoch)
	s.AdoptTaskID = true
	f.refuse(s, task.ErrEnded)
	if lost, err := f.store.FailLost(f.ctx(), task.Recovery{Alone: true, Transition: task.Transition{To: a2a.TaskStateFailed, At: epoch}}); len(lost) != 0 || err != nil {
		t.Errorf("recovery failed %v, %v", lost, err)
	}
	second := submission(alice, f.message("one too many"), epoch)
	second.MaxTasks = 1
	var quota *task.QuotaError
	if _, err := f.store.Submit(f.ctx(), second); !errors.As(err, &quota) {
		t.Errorf("it takes no room: %v", err)
	}
	if n, err := f.store.ClearContext(f.ctx(), alice, "c"); n != 1 || err != nil {
		t.Errorf("clearing its context: %d, %v", n, err)
	}
	if _, err := f.store.Submit(f.ctx(), second); err != nil {
		t.Errorf("after clearing: %v", err)
	}
}
