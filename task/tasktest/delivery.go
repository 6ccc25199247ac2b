package tasktest

import (
	"errors"
	"fmt"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// testDue: something is due as long as something happened that was not told, and
// something may come as long as the task works.
func testDue(f *outboxFixture) {
	run := f.begin(submission(alice, f.message("x"), epoch))
	f.make(alice, run.task, newPush("a"))
	f.due(epoch, true) // what happened before is not told
	run.move(task.Transition{To: a2a.TaskStateWorking})
	f.due(epoch.Add(-time.Second), true)
	f.due(epoch, true, "a")
	of, err := f.box.DuePushes(f.ctx(), task.DueFilter{Owner: alice, TaskID: run.task, At: epoch, Limit: 10, PerOwner: 10})
	if err != nil || len(of.Refs) != 1 || of.Refs[0] != (task.PushRef{Owner: alice, TaskID: run.task, ID: "a"}) {
		f.t.Errorf("of the task are due %+v, %v", of, err)
	}
	if of, err = f.box.DuePushes(f.ctx(), task.DueFilter{Owner: bob, TaskID: run.task, At: epoch, Limit: 10, PerOwner: 10}); err != nil || len(of.Refs) != 0 {
		f.t.Errorf("of somebody else are due %+v, %v", of, err)
	}
	taken := f.take(alice, run.task, "a", epoch)
	f.settle(taken, task.Settlement{After: 2, Due: epoch})
	f.due(epoch, true)
	run.append("artifact", "made")
	f.due(epoch, true, "a")
	run.move(task.Transition{To: a2a.TaskStateCompleted})
	_, head, err := f.store.Events(f.ctx(), alice, run.task, 0, 0)
	if err != nil {
		f.t.Fatal(err)
	}
	f.settle(f.take(alice, run.task, "a", epoch), task.Settlement{After: head.Seq - 1, Due: epoch})
	f.due(epoch, true, "a")
	f.settle(f.take(alice, run.task, "a", epoch), task.Settlement{After: head.Seq, Due: epoch})
	f.due(epoch.Add(time.Hour), false)
	f.want(alice, run.task, "a")
}

// testTakePush: who has taken one has it until the time that it said.
func testTakePush(f *outboxFixture) {
	s, push := submission(alice, f.message("x"), epoch), newPush("a")
	s.Push = &push
	f.begin(s).move(task.Transition{To: a2a.TaskStateWorking})
	ref := task.PushRef{Owner: alice, TaskID: s.TaskID, ID: "a"}
	if _, err := f.box.TakePush(f.ctx(), ref, epoch.Add(-time.Second), epoch); !errors.Is(err, task.ErrNotFound) {
		f.t.Errorf("before it is due: %v", err)
	}
	first := f.take(alice, s.TaskID, "a", epoch)
	if _, err := f.box.TakePush(f.ctx(), ref, epoch.Add(30*time.Second), epoch.Add(time.Hour)); !errors.Is(err, task.ErrNotFound) {
		f.t.Errorf("while somebody has it: %v", err)
	}
	second := f.take(alice, s.TaskID, "a", epoch.Add(time.Minute)) // the first is dead, or slow
	f.settle(first, task.Settlement{After: 1, Due: epoch})
	f.due(epoch.Add(time.Minute), true) // the second has it
	f.settle(second, task.Settlement{Tries: 1, Due: epoch.Add(2 * time.Minute)})
	if third := f.take(alice, s.TaskID, "a", epoch.Add(2*time.Minute)); third.After != 0 || third.Tries != 1 {
		f.t.Errorf("what the slow one says counts: %+v", third)
	}
}

// testSettlePush: tries count up, and begin anew with what is delivered.
func testSettlePush(f *outboxFixture) {
	s, push := submission(alice, f.message("x"), epoch), newPush("a")
	s.Push = &push
	run := f.begin(s)
	run.move(task.Transition{To: a2a.TaskStateWorking})
	at := epoch
	for tries := range 3 {
		taken := f.take(alice, s.TaskID, "a", at)
		if taken.Tries != tries || taken.After != 0 {
			f.t.Errorf("after %d tries it is %+v", tries, taken)
		}
		at = at.Add(time.Minute)
		f.settle(taken, task.Settlement{Tries: tries + 1, Due: at})
		f.due(at.Add(-time.Second), true)
	}
	f.settle(f.take(alice, s.TaskID, "a", at), task.Settlement{After: 1, Due: at})
	taken := f.take(alice, s.TaskID, "a", at)
	if taken.Tries != 0 || taken.After != 1 {
		f.t.Errorf("after a success it is %+v", taken)
	}
	f.settle(taken, task.Settlement{After: 1, Tries: 5, GivenUp: true})
	run.move(task.Transition{To: a2a.TaskStateCompleted})
	f.due(at.Add(time.Hour), false)
	f.want(alice, s.TaskID, "a")
}

// testPushAnew: one that was given up goes on behind what it was told.
func testPushAnew(f *outboxFixture) {
	s, push := submission(alice, f.message("x"), epoch), newPush("a")
	s.Push = &push
	run := f.begin(s)
	run.move(task.Transition{To: a2a.TaskStateWorking})
	f.settle(f.take(alice, s.TaskID, "a", epoch), task.Settlement{After: 1, Due: epoch})
	f.settle(f.take(alice, s.TaskID, "a", epoch), task.Settlement{After: 1, Tries: 5, GivenUp: true})
	again := newPush("a")
	again.URL, again.At = "https://example.com/elsewhere", epoch.Add(time.Minute)
	f.make(alice, s.TaskID, again)
	if taken := f.take(alice, s.TaskID, "a", again.At); taken.After != 1 || taken.Tries != 0 || taken.URL != again.URL {
		f.t.Errorf("made anew it is %+v", taken)
	}
}

// testDueOfOwners: however much one has, others have their share.
func testDueOfOwners(f *outboxFixture) {
	for i := range 4 {
		s, push := submission(alice, f.message("x"), epoch), newPush(fmt.Sprint("alice", i))
		s.Push = &push
		f.begin(s)
	}
	s, push := submission(bob, f.message("x"), epoch), newPush("bob")
	push.At = epoch.Add(time.Second) // the last
	s.Push = &push
	f.begin(s)
	due, err := f.box.DuePushes(f.ctx(), task.DueFilter{At: epoch.Add(time.Minute), Limit: 10, PerOwner: 2})
	if err != nil || len(due.Refs) != 3 {
		f.t.Fatalf("due are %+v, %v", due, err)
	}
	if due, err = f.box.DuePushes(f.ctx(), task.DueFilter{At: epoch.Add(time.Minute), Limit: 2, PerOwner: 2}); err != nil || len(due.Refs) != 2 || due.Refs[1].Owner != bob {
		f.t.Errorf("of everybody the first are %+v, %v", due, err)
	}
}

// testPushAfterRest: a question that is answered, and one that is canceled.
func testPushAfterRest(f *outboxFixture) {
	for name, goOn := range map[string]func(id string){
		"answered": func(id string) {
			m := f.message("y")
			m.TaskID = a2a.TaskID(id)
			f.begin(submission(alice, m, epoch))
		},
		"canceled": func(id string) { f.move(alice, id, task.Transition{To: a2a.TaskStateCanceled}) },
	} {
		id := string(f.submit(alice, f.message("x"), epoch).ID)
		f.move(alice, id, task.Transition{To: a2a.TaskStateInputRequired, Message: says("more?")})
		f.make(alice, id, newPush(name))
		f.due(epoch, false)
		if _, err := f.box.TakePush(f.ctx(), task.PushRef{Owner: alice, TaskID: id, ID: name}, epoch, epoch.Add(time.Minute)); !errors.Is(err, task.ErrNotFound) {
			f.t.Errorf("%s: nothing happened: %v", name, err)
		}
		goOn(id)
		f.due(epoch, true, name)
		if _, err := f.store.ClearContext(f.ctx(), alice, f.get(alice, id).ContextID); err != nil {
			f.t.Fatal(err)
		}
	}
	// One that was told everything is woken.
	s, push := submission(alice, f.message("x"), epoch), newPush("a")
	s.Push = &push
	run := f.begin(s)
	run.move(task.Transition{To: a2a.TaskStateInputRequired, Message: says("more?")})
	_, head, _ := f.store.Events(f.ctx(), alice, run.task, 0, 0)
	f.settle(f.take(alice, run.task, "a", epoch), task.Settlement{After: head.Seq, Due: epoch})
	f.due(epoch.Add(time.Hour), false)
	f.move(alice, run.task, task.Transition{To: a2a.TaskStateCanceled})
	f.due(epoch, true, "a")
}

func testSettleGone(f *outboxFixture) {
	s, push := submission(alice, f.message("x"), epoch), newPush("a")
	s.Push = &push
	f.begin(s)
	taken := f.take(alice, s.TaskID, "a", epoch)
	if err := f.box.DropPush(f.ctx(), alice, s.TaskID, "a"); err != nil {
		f.t.Fatal(err)
	}
	f.settle(taken, task.Settlement{After: 1, Due: epoch})
	f.make(alice, s.TaskID, newPush("a"))
	f.settle(taken, task.Settlement{After: 1, Tries: 5, GivenUp: true})
	f.due(epoch, true)
	f.want(alice, s.TaskID, "a")
}
