package tasktest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// end stores a task that ended at some time.
func (f *fixture) end(owner, text string, at time.Time) string {
	id := string(f.submit(owner, f.message(text), at).ID)
	f.move(owner, id, task.Transition{To: a2a.TaskStateCompleted, At: at, MaxBytes: 1 << 20,
		Artifacts: []*a2a.Artifact{{ID: "a", Parts: a2a.ContentParts{a2a.NewTextPart(text)}}}})
	return id
}

// testExpire: what nobody works on goes when it is old, with all that belongs
// to it; what runs and what is young stays.
func testExpire(t *testing.T, f *fixture) {
	old, young := epoch, epoch.Add(time.Hour)
	gone := []string{f.end(alice, "x", old), f.end(alice, "x", old.Add(time.Second))}
	if err := f.store.AddFeedback(f.ctx(), alice, task.Feedback{TaskID: gone[0], Text: "ok", At: epoch, MaxBytes: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	waits := string(f.submit(alice, f.message("x"), old).ID)
	f.move(alice, waits, task.Transition{To: a2a.TaskStateInputRequired, Message: says("more"), At: old.Add(2 * time.Second)})
	submitted := string(f.submit(alice, f.message("x"), old).ID)
	works := string(f.submit(alice, f.message("x"), old).ID)
	f.move(alice, works, task.Transition{To: a2a.TaskStateWorking, At: old})
	bobs := f.end(bob, "x", old.Add(3*time.Second))
	kept := f.end(bob, "x", young)

	for i, want := range []int{1, 3, 0} { // a limit, the rest, nothing
		n, err := f.store.Expire(f.ctx(), young, []int{1, 100, 100}[i])
		if n != want || err != nil {
			t.Errorf("Expire = %d, %v; want %d", n, err, want)
		}
		if i == 0 {
			f.absent(alice, gone[0]) // the oldest first
			f.get(alice, gone[1])
		}
	}
	for _, id := range append(gone, waits) {
		f.absent(alice, id)
	}
	f.absent(bob, bobs)
	f.get(alice, submitted)
	f.get(alice, works)
	f.get(bob, kept)
	if contexts, err := f.store.Contexts(f.ctx(), alice, 10); err != nil || len(contexts) != 2 {
		t.Errorf("contexts %+v, %v", contexts, err)
	}
	// The room is free again, and the id of a message that is forgotten is new.
	f.move(alice, submitted, task.Transition{To: a2a.TaskStateCompleted, At: old})
	f.move(alice, works, task.Transition{To: a2a.TaskStateCompleted, At: old})
	if n, err := f.store.Expire(f.ctx(), young, 100); n != 2 || err != nil {
		t.Errorf("Expire = %d, %v", n, err)
	}
	m := f.message("x")
	m.ID = "m1"
	s := submission(alice, m, epoch)
	s.MaxTasks, s.MaxBytes = 1, 200
	if out, err := f.store.Submit(f.ctx(), s); err != nil || out.Duplicate {
		t.Errorf("after everything expired: %+v, %v", out, err)
	}
}

// testMakeRoom: at a quota the owner's oldest ended tasks go, no more than are
// needed and nobody else's; what has not ended stays.
func testMakeRoom(t *testing.T, f *fixture) {
	bobs := f.end(bob, "x", epoch)
	waits := string(f.submit(alice, f.message("x"), epoch).ID)
	f.move(alice, waits, task.Transition{To: a2a.TaskStateInputRequired, At: epoch})
	var ended []string
	for i := range 3 {
		ended = append(ended, f.end(alice, strings.Repeat("x", 500), epoch.Add(time.Duration(i+1)*time.Second)))
	}
	var quota *task.QuotaError
	next := submission(alice, f.message("next"), epoch.Add(time.Minute))
	next.MaxTasks = 4
	if _, err := f.store.Submit(f.ctx(), next); !errors.As(err, &quota) {
		t.Fatalf("without leave to make room: %v", err)
	}
	next.MakeRoom = true
	if _, err := f.store.Submit(f.ctx(), next); err != nil {
		t.Fatalf("Submit: %v", err)
	}
	f.absent(alice, ended[0])
	f.get(alice, ended[1])
	f.get(alice, waits)

	large := submission(alice, f.message(strings.Repeat("y", 3000)), epoch.Add(time.Minute))
	large.MaxBytes, large.MakeRoom = 2000, true
	if _, err := f.store.Submit(f.ctx(), large); !errors.As(err, &quota) {
		t.Errorf("what never fits: %v", err)
	}
	f.get(alice, ended[1]) // and nothing went for it
	result := task.Transition{To: a2a.TaskStateCompleted, At: epoch.Add(2 * time.Minute), MaxBytes: 3800, MakeRoom: true,
		Artifacts: []*a2a.Artifact{{ID: "a", Parts: a2a.ContentParts{a2a.NewTextPart(strings.Repeat("z", 1500))}}}}
	f.move(alice, next.TaskID, result)
	f.absent(alice, ended[1])
	f.get(alice, ended[2])

	// Feedback does not push out what it is about.
	fb := task.Feedback{TaskID: ended[2], Text: strings.Repeat("f", 1200), At: epoch, MaxBytes: 3800, MakeRoom: true}
	if err := f.store.AddFeedback(f.ctx(), alice, fb); err != nil {
		t.Errorf("AddFeedback: %v", err)
	}
	f.get(alice, ended[2])
	f.absent(alice, next.TaskID)

	f.get(alice, waits)
	f.get(bob, bobs)
}

// testMakeRoomBesideUnfinished: a task that waits for its caller makes room for nobody.
func testMakeRoomBesideUnfinished(t *testing.T, f *fixture) {
	waits := string(f.submit(alice, f.message("x"), epoch).ID)
	f.move(alice, waits, task.Transition{To: a2a.TaskStateInputRequired, At: epoch})
	next := submission(alice, f.message("x"), epoch.Add(time.Minute))
	next.MaxTasks, next.MakeRoom = 1, true
	var quota *task.QuotaError
	if _, err := f.store.Submit(f.ctx(), next); !errors.As(err, &quota) {
		t.Errorf("beside a task that has not ended: %v", err)
	}
	f.get(alice, waits)
}

// testProbe: a store that works says so, and keeps nothing of it.
func testProbe(t *testing.T, f *fixture) {
	for i := range 3 {
		if err := f.store.Probe(f.ctx()); err != nil {
			t.Error(fmt.Sprint(i), err)
		}
	}
	if n, err := f.store.Expire(f.ctx(), epoch.Add(1000*time.Hour), 10); n != 0 || err != nil {
		t.Errorf("Expire = %d, %v", n, err)
	}
}
