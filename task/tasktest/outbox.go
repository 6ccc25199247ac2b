package tasktest

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// OutboxStore is a store that keeps webhooks too.
type OutboxStore interface {
	task.Store
	task.Outbox
}

// RunOutbox tests what an implementation keeps of webhooks.
func RunOutbox(t *testing.T, open func(t *testing.T) OutboxStore) {
	for name, test := range map[string]func(*outboxFixture){
		"keeps webhooks of a task":                         testPushes,
		"webhooks are their owner's":                       testPushesOfOwners,
		"a task with a webhook stays one":                  testPushTells,
		"a webhook comes with its message":                 testPushWithMessage,
		"a webhook comes with an answer to a question":     testPushWithAnswer,
		"as many webhooks as may be":                       testPushLimits,
		"webhooks take room, and give it back":             testPushRoom,
		"an owner's webhooks go together":                  testDropPushes,
		"what is due is what has happened":                 testDue,
		"one at a time":                                    testTakePush,
		"what failed comes again, and ends":                testSettlePush,
		"what is made anew goes on":                        testPushAnew,
		"of each owner some are due":                       testDueOfOwners,
		"a task that goes on after a rest is told of":      testPushAfterRest,
		"a webhook that is gone is settled without a word": testSettleGone,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := open(t)
			test(&outboxFixture{fixture{t: t, store: store}, store})
		})
	}
}

type outboxFixture struct {
	fixture
	box task.Outbox
}

func newPush(id string) task.NewPush {
	return task.NewPush{
		Push: task.Push{ID: id, URL: "https://example.com/" + id, Token: "t", Authentication: &task.PushAuthentication{Scheme: "Bearer", Credentials: "c"}, Form: "1.0"},
		At:   epoch, MaxPerTask: 3, MaxPerOwner: 5, MaxBytes: 1 << 20,
	}
}

func (f *outboxFixture) make(owner, taskID string, p task.NewPush) {
	f.t.Helper()
	if err := f.box.MakePush(f.ctx(), owner, taskID, p); err != nil {
		f.t.Fatalf("MakePush: %v", err)
	}
}

// want looks which webhooks a task has.
func (f *outboxFixture) want(owner, taskID string, ids ...string) {
	f.t.Helper()
	all, err := f.box.Pushes(f.ctx(), owner, taskID)
	if err != nil {
		f.t.Fatalf("Pushes: %v", err)
	}
	var got []string
	for _, p := range all {
		got = append(got, p.ID)
	}
	if fmt.Sprint(got) != fmt.Sprint(ids) {
		f.t.Errorf("webhooks %v, want %v", got, ids)
	}
}

// due looks what is due at a time, and whether anything is to come.
func (f *outboxFixture) due(at time.Time, armed bool, ids ...string) {
	f.t.Helper()
	due, err := f.box.DuePushes(f.ctx(), task.DueFilter{At: at, Limit: 100, PerOwner: 100})
	if err != nil {
		f.t.Fatalf("DuePushes: %v", err)
	}
	var got []string
	for _, ref := range due.Refs {
		got = append(got, ref.ID)
	}
	if fmt.Sprint(got) != fmt.Sprint(ids) || due.Armed != armed {
		f.t.Errorf("due are %v, armed %v; want %v, %v", got, due.Armed, ids, armed)
	}
}

func (f *outboxFixture) take(owner, taskID, id string, at time.Time) task.TakenPush {
	f.t.Helper()
	taken, err := f.box.TakePush(f.ctx(), task.PushRef{Owner: owner, TaskID: taskID, ID: id}, at, at.Add(time.Minute))
	if err != nil {
		f.t.Fatalf("TakePush: %v", err)
	}
	return taken
}

func (f *outboxFixture) settle(taken task.TakenPush, s task.Settlement) {
	f.t.Helper()
	if err := f.box.SettlePush(f.ctx(), taken, s); err != nil {
		f.t.Fatalf("SettlePush: %v", err)
	}
}

// testPushes: they come back as they were made, in that order, and go.
func testPushes(f *outboxFixture) {
	id := string(f.submit(alice, f.message("x"), epoch).ID)
	plain := task.NewPush{Push: task.Push{ID: "b", URL: "https://example.com"}, At: epoch, MaxPerTask: 3, MaxPerOwner: 3}
	f.make(alice, id, newPush("c"))
	f.make(alice, id, plain)
	all, err := f.box.Pushes(f.ctx(), alice, id)
	if want := []task.Push{newPush("c").Push, plain.Push}; err != nil || !reflect.DeepEqual(all, want) {
		f.t.Errorf("%+v, %v; want %+v", all, err, want)
	}
	for range 2 { // the second time there is none
		if err := f.box.DropPush(f.ctx(), alice, id, "c"); err != nil {
			f.t.Error(err)
		}
	}
	f.want(alice, id, "b")
	if _, err := f.store.ClearContext(f.ctx(), alice, f.get(alice, id).ContextID); err != nil {
		f.t.Fatal(err)
	}
	f.due(epoch.Add(time.Hour), false)
}

// testPushesOfOwners: somebody else's task is none.
func testPushesOfOwners(f *outboxFixture) {
	id := string(f.submit(alice, f.message("x"), epoch).ID)
	f.make(alice, id, newPush("a"))
	answered := string(f.submit(alice, f.message("y"), epoch).ID)
	f.move(alice, answered, task.Transition{To: task.StateAnswered, Message: says("y")})
	for _, tt := range []struct{ owner, id string }{{bob, id}, {alice, "unknown"}, {bob, "unknown"}, {alice, answered}} {
		_, list := f.box.Pushes(f.ctx(), tt.owner, tt.id)
		if tt.id == answered {
			list = task.ErrNotFound // which is no task that a list names
		}
		_, take := f.box.TakePush(f.ctx(), task.PushRef{Owner: tt.owner, TaskID: tt.id, ID: "a"}, epoch, epoch.Add(time.Minute))
		drop := f.box.DropPush(f.ctx(), tt.owner, tt.id, "a")
		if tt.id == answered {
			drop = task.ErrNotFound
		}
		for what, err := range map[string]error{"MakePush": f.box.MakePush(f.ctx(), tt.owner, tt.id, newPush("b")), "Pushes": list, "DropPush": drop, "TakePush": take} {
			if !errors.Is(err, task.ErrNotFound) {
				f.t.Errorf("%s of %s on %s: %v", what, tt.owner, tt.id, err)
			}
		}
	}
	if n, err := f.box.DropPushes(f.ctx(), bob); n != 0 || err != nil {
		f.t.Errorf("DropPushes = %d, %v", n, err)
	}
	f.want(alice, id, "a")
}

// testPushTells: a task that webhooks are told of stays one.
func testPushTells(f *outboxFixture) {
	run := f.begin(submission(alice, f.message("x"), epoch))
	f.make(alice, run.task, newPush("a"))
	answered := run.transition(task.Transition{To: task.StateAnswered, Message: says("y")})
	if err := f.store.Transition(f.ctx(), alice, run.task, answered); !errors.Is(err, task.ErrTold) {
		f.t.Errorf("it becomes a message: %v", err)
	}
}

// testPushWithMessage: it is stored with its message or not at all, and is told of that.
func testPushWithMessage(f *outboxFixture) {
	s, push := submission(alice, f.message("x"), epoch), newPush("a")
	s.Push, s.MaxBytes = &push, 100
	var quota *task.QuotaError
	if _, err := f.store.Submit(f.ctx(), s); !errors.As(err, &quota) {
		f.t.Errorf("without room: %v", err)
	}
	f.absent(alice, s.TaskID)
	s.MaxBytes = 1 << 20
	f.begin(s)
	f.want(alice, s.TaskID, "a")
	f.due(epoch, true, "a")
	if taken := f.take(alice, s.TaskID, "a", epoch); taken.After != 0 || taken.ContextID != s.ContextID || !reflect.DeepEqual(taken.Push, push.Push) {
		f.t.Errorf("taken %+v", taken)
	}
}

// testPushWithAnswer: it is told what happens from the answer on.
func testPushWithAnswer(f *outboxFixture) {
	id := string(f.submit(alice, f.message("x"), epoch).ID)
	f.move(alice, id, task.Transition{To: a2a.TaskStateInputRequired, Message: says("more?")})
	_, before, err := f.store.Events(f.ctx(), alice, id, 0, 0)
	if err != nil {
		f.t.Fatal(err)
	}
	m, push := f.message("y"), newPush("a")
	m.TaskID = a2a.TaskID(id)
	s := submission(alice, m, epoch)
	s.Push = &push
	f.begin(s)
	if taken := f.take(alice, id, "a", epoch); taken.After != before.Seq {
		f.t.Errorf("it goes on behind %d, want %d", taken.After, before.Seq)
	}
}

func testPushLimits(f *outboxFixture) {
	var ids [2]string
	for i := range ids {
		ids[i] = string(f.submit(alice, f.message("x"), epoch).ID)
	}
	refuse := func(owner, taskID, quota string) {
		f.t.Helper()
		var over *task.QuotaError
		if err := f.box.MakePush(f.ctx(), owner, taskID, newPush("one more")); !errors.As(err, &over) || over.Quota != quota {
			f.t.Errorf("%v, want the quota of %s", err, quota)
		}
	}
	for _, id := range []string{"a", "b", "c"} {
		f.make(alice, ids[0], newPush(id))
	}
	refuse(alice, ids[0], "task webhooks")
	f.make(alice, ids[0], newPush("c")) // which is none more
	f.make(alice, ids[1], newPush("a"))
	f.make(alice, ids[1], newPush("b"))
	refuse(alice, ids[1], "webhooks")
	f.make(bob, string(f.submit(bob, f.message("x"), epoch).ID), newPush("a"))
	if err := f.box.DropPush(f.ctx(), alice, ids[0], "a"); err != nil {
		f.t.Fatal(err)
	}
	f.make(alice, ids[1], newPush("one more"))
}

// testPushRoom: as much as there was is there again, whichever way they went.
func testPushRoom(f *outboxFixture) {
	id := string(f.submit(alice, f.message("x"), epoch).ID)
	p := newPush("a")
	p.Token = fmt.Sprintf("%01000d", 0)
	p.MaxBytes = 1800
	var quota *task.QuotaError
	for range 3 {
		f.make(alice, id, p)
		f.make(alice, id, p) // in place of itself
		q := p
		q.ID = "b"
		if err := f.box.MakePush(f.ctx(), alice, id, q); !errors.As(err, &quota) || quota.Quota != task.QuotaBytes {
			f.t.Errorf("two are too large: %v", err)
		}
		if err := f.box.DropPush(f.ctx(), alice, id, "a"); err != nil {
			f.t.Fatal(err)
		}
		f.make(alice, id, q)
		if n, err := f.box.DropPushes(f.ctx(), alice); n != 1 || err != nil {
			f.t.Fatalf("DropPushes = %d, %v", n, err)
		}
	}
	f.make(alice, id, p)
	if n, err := f.store.ClearContext(f.ctx(), alice, f.get(alice, id).ContextID); n != 1 || err != nil {
		f.t.Fatalf("ClearContext = %d, %v", n, err)
	}
	next := string(f.submit(alice, f.message("x"), epoch).ID)
	f.make(alice, next, p)
}

func testDropPushes(f *outboxFixture) {
	first, second, bobs := string(f.submit(alice, f.message("x"), epoch).ID), string(f.submit(alice, f.message("x"), epoch).ID), string(f.submit(bob, f.message("x"), epoch).ID)
	f.make(alice, first, newPush("a"))
	f.make(alice, first, newPush("b"))
	f.make(alice, second, newPush("a"))
	f.make(bob, bobs, newPush("a"))
	if n, err := f.box.DropPushes(f.ctx(), alice); n != 3 || err != nil {
		f.t.Errorf("DropPushes = %d, %v", n, err)
	}
	f.want(alice, first)
	f.want(alice, second)
	f.want(bob, bobs, "a")
}
