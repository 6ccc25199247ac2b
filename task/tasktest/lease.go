package tasktest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// testFencing: a run that no longer has its task writes nothing, whatever it tries.
func testFencing(t *testing.T, f *fixture) {
	old := f.begin(submission(alice, f.message("one"), epoch))
	old.move(task.Transition{To: a2a.TaskStateInputRequired})
	atRest := old.chunk("a", "late")
	m := f.message("two")
	m.TaskID = a2a.TaskID(old.task)

	refuse := func(name string, r run, want error) {
		t.Helper()
		before := f.events(alice, r.task, 0)
		if err := f.store.Append(f.ctx(), alice, r.task, r.chunk("a", "late")); !errors.Is(err, want) {
			t.Errorf("%s appends: %v, want %v", name, err, want)
		}
		for _, to := range []a2a.TaskState{a2a.TaskStateWorking, a2a.TaskStateCompleted, task.StateAnswered} {
			err := f.store.Transition(f.ctx(), alice, r.task, r.transition(task.Transition{To: to, Artifacts: []*a2a.Artifact{artifact("a", "late")}, MaxBytes: 1 << 20}))
			if !errors.Is(err, want) {
				t.Errorf("%s comes to %s: %v, want %v", name, to, err, want)
			}
		}
		if after := f.events(alice, r.task, 0); len(after) != len(before) {
			t.Errorf("%s: %d events became %d", name, len(before), len(after))
		}
	}
	if err := f.store.Append(f.ctx(), alice, old.task, atRest); !errors.Is(err, task.ErrSuperseded) {
		t.Errorf("to a task that waits for input: %v", err)
	}
	present := f.begin(submission(alice, m, epoch))
	if present.fence <= old.fence {
		t.Errorf("run %d comes after run %d", present.fence, old.fence)
	}
	refuse("the run of before", *old, task.ErrSuperseded)
	early, late, nameless := *present, *present, *present
	early.fence, late.fence, nameless.id = present.fence-1, present.fence+1, "another"
	refuse("the present run with an earlier number", early, task.ErrSuperseded)
	refuse("the present run with a later number", late, task.ErrSuperseded)
	refuse("another run with the present number", nameless, task.ErrSuperseded)
	if err := f.store.Append(f.ctx(), alice, present.task, task.Chunk{Artifact: artifact("a", "x"), At: epoch}); !errors.Is(err, task.ErrSuperseded) {
		t.Errorf("who is no run appends: %v", err)
	}
	present.append("a", "in time")
	present.move(task.Transition{To: a2a.TaskStateCompleted})
	refuse("a run that has ended", *present, task.ErrEnded)
	f.foldAll(alice, old.task)
}

// testLeases: a run is lost when the lease of its holder has ended, and not before.
func testLeases(t *testing.T, f *fixture) {
	hold := func(holder string, d time.Duration) {
		t.Helper()
		if err := f.store.Hold(f.ctx(), holder, d); err != nil {
			t.Fatal(err)
		}
	}
	begin := func(holder string) *run {
		s := submission(alice, f.message("x"), epoch)
		s.Holder = holder
		return f.begin(s)
	}
	recover := func(alone bool, want ...string) {
		t.Helper()
		lost, err := f.store.FailLost(f.ctx(), task.Recovery{Holder: "me", Alone: alone,
			Transition: task.Transition{To: a2a.TaskStateFailed, Message: says("lost"), At: epoch.Add(time.Hour)}})
		var got []string
		for _, l := range lost {
			got = append(got, l.ID)
		}
		slices.Sort(want)
		if slices.Sort(got); err != nil || !slices.Equal(got, want) {
			t.Errorf("lost are %v, %v; want %v", got, err, want)
		}
	}
	hold("me", -time.Second) // one's own runs are not lost, however late one is
	hold("alive", time.Hour)
	hold("dead", -time.Second)
	hold("leaving", time.Hour)
	mine, alive, dead, leaving, older := begin("me"), begin("alive"), begin("dead"), begin("leaving"), begin("")
	dead.append("a", "half of it")
	recover(false, dead.task)
	recover(false)
	got := f.get(alice, dead.task)
	if got.Status.State != a2a.TaskStateFailed || got.Status.Message == nil || len(got.Artifacts) != 1 {
		t.Errorf("the lost task became %+v", got)
	}
	f.foldAll(alice, dead.task)
	if err := f.store.Append(f.ctx(), alice, dead.task, dead.chunk("a", "late")); !errors.Is(err, task.ErrEnded) {
		t.Errorf("the lost run appends: %v", err)
	}

	hold("dead", time.Hour) // it was only slow
	again := begin("dead")
	recover(false)
	if err := f.store.Release(f.ctx(), "leaving"); err != nil {
		t.Fatal(err)
	}
	recover(false, leaving.task)
	alive.append("a", "goes on")
	recover(true, alive.task, again.task, older.task) // of a version without leases too
	mine.move(task.Transition{To: a2a.TaskStateCompleted})
	recover(true)
}

// testManyLost: there are more lost runs than a transaction takes.
func testManyLost(t *testing.T, f *fixture) {
	const many = 250
	for range many {
		s := submission(alice, f.message("x"), epoch)
		s.MaxTasks = 2 * many
		f.begin(s)
	}
	lost, err := f.store.FailLost(f.ctx(), task.Recovery{Holder: "me", Alone: true, Transition: task.Transition{To: a2a.TaskStateFailed, At: epoch}})
	if err != nil || len(lost) != many {
		t.Fatalf("%d lost, %v", len(lost), err)
	}
	if page := f.list(alice, task.Filter{Limit: 1, State: a2a.TaskStateFailed}); page.Total != many {
		t.Errorf("%d failed", page.Total)
	}
}

// testTake: a lost run is begun anew by another, which the lost one cannot disturb;
// what that had made is void, and there is no third time.
func testTake(t *testing.T, f *fixture) {
	s := submission(alice, f.message("x"), epoch)
	s.ContextID = "c"
	first := f.begin(s)
	first.move(task.Transition{To: a2a.TaskStateWorking})
	first.append("a", "half")
	if err := f.store.Hold(f.ctx(), s.Holder, time.Hour); err != nil {
		t.Fatal(err)
	}
	r := task.Recovery{Holder: "me", Alone: true}
	if taken, err := f.store.TakeLost(f.ctx(), task.Recovery{Holder: "me"}, "run 2", epoch); taken.Task != nil || err != nil {
		t.Errorf("while its lease lasts: %+v, %v", taken, err)
	}
	var fold task.Fold // of a reader that has seen the half
	seen := f.events(alice, first.task, 0)
	for _, e := range seen {
		fold.Add(e)
	}
	taken, err := f.store.TakeLost(f.ctx(), r, "run 2", epoch.Add(time.Second))
	if err != nil || taken.Task == nil || taken.Owner != alice || taken.ID != first.task || taken.Run != first.id || taken.Fence <= first.fence {
		t.Fatalf("TakeLost = %+v, %v", taken, err)
	}
	if taken.Task.Status.State != a2a.TaskStateSubmitted || len(taken.Task.Artifacts) != 0 || texts(taken.Task.History) != "x;" {
		t.Errorf("taken as %+v", taken.Task)
	}
	for name, err := range map[string]error{
		"appends": f.store.Append(f.ctx(), alice, first.task, first.chunk("a", "late")),
		"ends":    f.store.Transition(f.ctx(), alice, first.task, first.transition(task.Transition{To: a2a.TaskStateCompleted})),
	} {
		if !errors.Is(err, task.ErrSuperseded) {
			t.Errorf("the lost run %s: %v", name, err)
		}
	}
	second := &run{f: f, owner: alice, task: taken.ID, id: "run 2", fence: taken.Fence}
	second.append("a", "whole")
	f.foldAll(alice, taken.ID)
	for _, e := range f.events(alice, taken.ID, seen[len(seen)-1].Seq) {
		fold.Add(e)
	}
	f.wantFold(alice, taken.ID, &fold)

	r.Holder = "another"
	if again, err := f.store.TakeLost(f.ctx(), r, "run 3", epoch); again.Task != nil || err != nil {
		t.Errorf("a second time: %+v, %v", again, err)
	}
	r.Transition = task.Transition{To: a2a.TaskStateFailed, At: epoch}
	if lost, err := f.store.FailLost(f.ctx(), r); len(lost) != 1 || err != nil {
		t.Errorf("FailLost = %v, %v", lost, err)
	}
	f.foldAll(alice, taken.ID)
	if n, err := f.store.ClearContext(f.ctx(), alice, "c"); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	next := submission(alice, f.message("x"), epoch)
	next.MaxTasks, next.MaxBytes = 1, 200
	if _, err := f.store.Submit(f.ctx(), next); err != nil {
		t.Errorf("its room is not free: %v", err)
	}
}

// testTold: a task that its owner knows does not become an answered message.
func testTold(t *testing.T, f *fixture) {
	answered := func(r *run) error {
		return f.store.Transition(f.ctx(), alice, r.task, r.transition(task.Transition{To: task.StateAnswered, Message: says("hello")}))
	}
	told := submission(alice, f.message("x"), epoch)
	told.Told = true
	for name, r := range map[string]*run{"from the start": f.begin(told), "later": f.begin(submission(alice, f.message("x"), epoch))} {
		if name == "later" {
			if works, err := f.store.Tell(f.ctx(), alice, r.task); !works || err != nil {
				t.Errorf("Tell = %t, %v", works, err)
			}
		}
		if err := answered(r); !errors.Is(err, task.ErrTold) {
			t.Errorf("told %s: %v", name, err)
		}
		r.move(task.Transition{To: a2a.TaskStateCompleted, Message: says("hello")})
	}
	r := f.begin(submission(alice, f.message("x"), epoch))
	if works, err := f.store.Tell(f.ctx(), bob, r.task); works || err != nil {
		t.Errorf("another tells: %t, %v", works, err)
	}
	if err := answered(r); err != nil {
		t.Errorf("one that nobody was told of: %v", err)
	}
	for _, id := range []string{r.task, fmt.Sprint("no", r.task)} {
		if works, err := f.store.Tell(f.ctx(), alice, id); works || err != nil {
			t.Errorf("Tell of %s = %t, %v", id, works, err)
		}
	}
}
