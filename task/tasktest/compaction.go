package tasktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// testCompaction: of a task at rest the events are its messages, its artifacts and
// the state, however they came about, and its room is that of what is left.
func testCompaction(t *testing.T, f *fixture) {
	r := f.begin(submission(alice, f.message("x"), epoch))
	for range 50 {
		r.append("a", "word ")
		r.move(task.Transition{To: a2a.TaskStateWorking})
	}
	seen := f.events(alice, r.task, 0)
	if len(seen) != 101 {
		t.Errorf("%d events of a task that is worked on", len(seen))
	}
	r.move(task.Transition{To: a2a.TaskStateCompleted, Artifacts: []*a2a.Artifact{artifact("b", "y")}, MaxBytes: 1 << 20})
	events := f.events(alice, r.task, 0)
	if got := kinds(events); got != "message artifact artifact state" {
		t.Errorf("events %s", got)
	}
	if got := kinds(f.events(alice, r.task, seen[len(seen)-1].Seq)); got != "artifact state" {
		t.Errorf("behind the last chunk: %s", got)
	}
	if got := f.get(alice, r.task).Artifacts; len(got) != 2 || len(got[0].Parts) != 50 || !reflect.DeepEqual(got[0], events[1].Artifact) {
		t.Errorf("artifacts %+v", got)
	}
	whole, err := json.Marshal(f.get(alice, r.task))
	if err != nil {
		t.Fatal(err)
	}
	var reserved int64
	ctx := task.WithReserve(f.ctx(), func(n int64) error { reserved = n; return nil })
	if _, err := f.store.Get(ctx, alice, r.task, -1); err != nil || reserved > int64(len(whole)) {
		t.Errorf("a task of %d bytes is counted as %d, %v", len(whole), reserved, err)
	}
	if _, _, err := f.store.Events(ctx, alice, r.task, 0, 0); err != nil {
		t.Error(err)
	}
}

// testWhole: what a run says that its chunks make is stored in their place, with the
// number of the last one; of what it does not mention the chunks are joined, and
// nothing is made of what was not appended.
func testWhole(t *testing.T, f *fixture) {
	r := f.begin(submission(alice, f.message("x"), epoch))
	for _, id := range []string{"a", "b", "a", "b"} {
		r.append(id, strings.Repeat("word ", 20))
	}
	seen := f.events(alice, r.task, 0)
	r.move(task.Transition{To: a2a.TaskStateCompleted, Whole: []*a2a.Artifact{artifact("a", "words"), artifact("c", "none")}})
	got := f.get(alice, r.task).Artifacts
	if len(got) != 2 || len(got[0].Parts) != 1 || got[0].Parts[0].Text() != "words" || len(got[1].Parts) != 2 {
		t.Errorf("artifacts %+v", got)
	}
	if behind := f.events(alice, r.task, seen[len(seen)-2].Seq); kinds(behind) != "artifact state" || behind[0].Artifact.ID != "b" {
		t.Errorf("behind the last chunk of it: %s", kinds(behind))
	}
	next := submission(alice, f.message("x"), epoch)
	next.MaxTasks, next.MaxBytes = 2, 1200
	if _, err := f.store.Submit(f.ctx(), next); err != nil {
		t.Errorf("the room of the chunks was not given back: %v", err)
	}
}

// testChunkRoom: chunks count in the quota when they are appended, and their room
// is given back with the task.
func testChunkRoom(t *testing.T, f *fixture) {
	s := submission(alice, f.message("x"), epoch)
	s.ContextID = "c"
	r := f.begin(s)
	large := r.chunk("a", strings.Repeat("x", 2000))
	large.MaxBytes = 1000
	var quota *task.QuotaError
	if err := f.store.Append(f.ctx(), alice, r.task, large); !errors.As(err, &quota) || quota.Quota != task.QuotaBytes {
		t.Errorf("Append: %v", err)
	}
	if n := len(f.events(alice, r.task, 0)); n != 1 {
		t.Errorf("%d events after a refused one", n)
	}
	for range 30 {
		r.append("a", "word")
	}
	r.move(task.Transition{To: a2a.TaskStateCompleted})
	if n, err := f.store.ClearContext(f.ctx(), alice, "c"); n != 1 || err != nil {
		t.Errorf("ClearContext = %d, %v", n, err)
	}
	next := submission(alice, f.message("x"), epoch)
	next.MaxTasks, next.MaxBytes = 1, 200
	if _, err := f.store.Submit(f.ctx(), next); err != nil {
		t.Errorf("after clearing everything: %v", err)
	}
}

// testEventsOfOwners: events are read and written by the owner of the task, and
// deleted with it, so that the next task of its id begins anew.
func testEventsOfOwners(t *testing.T, f *fixture) {
	s := submission(alice, f.message("x"), epoch)
	s.ContextID = "c"
	r := f.begin(s)
	r.append("a", "secret")
	for _, limit := range []int{0, 10} {
		if all, head, err := f.store.Events(f.ctx(), bob, r.task, 0, limit); !errors.Is(err, task.ErrNotFound) || all != nil || head != (task.Head{}) {
			t.Errorf("another reads %v, %+v, %v", all, head, err)
		}
	}
	if err := f.store.Append(f.ctx(), bob, r.task, r.chunk("a", "x")); !errors.Is(err, task.ErrNotFound) {
		t.Errorf("another appends: %v", err)
	}
	if n, err := f.store.ClearContext(f.ctx(), alice, "c"); n != 1 || err != nil {
		t.Fatalf("ClearContext = %d, %v", n, err)
	}
	if err := f.store.Append(f.ctx(), alice, r.task, r.chunk("a", "x")); !errors.Is(err, task.ErrNotFound) {
		t.Errorf("to a task that is gone: %v", err)
	}
	for _, owner := range []string{alice, bob} {
		m := f.message("anew")
		m.TaskID = a2a.TaskID(r.task)
		again := submission(owner, m, epoch)
		again.AdoptTaskID = true
		f.begin(again)
		if got := f.events(owner, r.task, 0); kinds(got) != "message" || got[0].Seq != 1 {
			t.Errorf("events of the next task: %s", kinds(got))
		}
	}
}

// testChunkEnds: what a run said of its chunks is read with them.
func testChunkEnds(t *testing.T, f *fixture) {
	r := f.begin(submission(alice, f.message("x"), epoch))
	want := []struct{ first, last bool }{{true, false}, {false, false}, {false, true}, {true, true}}
	for i, w := range want {
		c := r.chunk("a", fmt.Sprint(i))
		c.First, c.Last = w.first, w.last
		if err := f.store.Append(f.ctx(), alice, r.task, c); err != nil {
			t.Fatal(err)
		}
	}
	for i, e := range f.events(alice, r.task, 1) {
		if e.First != want[i].first || e.Last != want[i].last {
			t.Errorf("chunk %d: first %t, last %t, want %+v", i, e.First, e.Last, want[i])
		}
	}
}
