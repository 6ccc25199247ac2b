package tasktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// begin stores a message and returns the run that it began.
func (f *fixture) begin(s task.Submission) *run {
	f.t.Helper()
	out, err := f.store.Submit(f.ctx(), s)
	if err != nil {
		f.t.Fatalf("Submit: %v", err)
	}
	return &run{f: f, owner: s.Owner, task: string(out.Task.ID), id: s.Run, fence: out.Fence}
}

// run is what writes to a task.
type run struct {
	f         *fixture
	owner, id string
	task      string
	fence     int64
}

func (r *run) transition(t task.Transition) task.Transition {
	t.Run, t.Fence = r.id, r.fence
	if t.At.IsZero() {
		t.At = epoch
	}
	return t
}

func (r *run) move(t task.Transition) {
	r.f.t.Helper()
	r.f.move(r.owner, r.task, r.transition(t))
}

func (r *run) chunk(id, text string) task.Chunk {
	return task.Chunk{Run: r.id, Fence: r.fence, Artifact: artifact(id, text), At: epoch, MaxBytes: 1 << 20}
}

func (r *run) append(id, text string) {
	r.f.t.Helper()
	if err := r.f.store.Append(r.f.ctx(), r.owner, r.task, r.chunk(id, text)); err != nil {
		r.f.t.Fatalf("Append: %v", err)
	}
}

func artifact(id, text string) *a2a.Artifact {
	return &a2a.Artifact{ID: a2a.ArtifactID(id), Name: "n", Parts: a2a.ContentParts{a2a.NewTextPart(text)}}
}

// events returns those behind after, which must be in order.
func (f *fixture) events(owner, id string, after int64) []task.Event {
	f.t.Helper()
	var all []task.Event
	for {
		page, head, err := f.store.Events(f.ctx(), owner, id, after, 2)
		if err != nil {
			f.t.Fatalf("Events: %v", err)
		}
		for _, e := range page {
			if e.Seq <= after || e.Seq > head.Seq {
				f.t.Fatalf("event %d behind %d, the head is %d", e.Seq, after, head.Seq)
			}
			after = e.Seq
		}
		if all = append(all, page...); len(page) == 0 {
			if after != head.Seq {
				f.t.Fatalf("the events end with %d, the head is %d", after, head.Seq)
			}
			return all
		}
	}
}

func kinds(events []task.Event) string {
	var all []string
	for _, e := range events {
		all = append(all, string(e.Kind))
	}
	return strings.Join(all, " ")
}

// wantFold compares the task with what its events make.
func (f *fixture) wantFold(owner, id string, fold *task.Fold) {
	f.t.Helper()
	got, err := json.Marshal(fold.Task())
	if err != nil {
		f.t.Fatal(err)
	}
	want, err := json.Marshal(f.get(owner, id))
	if err != nil {
		f.t.Fatal(err)
	}
	if string(got) != string(want) {
		f.t.Errorf("the events make\n%s\nthe task is\n%s", got, want)
	}
}

func (f *fixture) foldAll(owner, id string) {
	f.t.Helper()
	var fold task.Fold
	for _, e := range f.events(owner, id, 0) {
		fold.Add(e)
	}
	f.wantFold(owner, id, &fold)
}

// steps takes a task through a conversation in which everything happens.
func (f *fixture) steps(name string) []func() {
	first := submission(alice, f.message("book a flight"), epoch)
	first.TaskID = name
	var r *run
	return []func(){
		func() { r = f.begin(first) },
		func() { r.move(task.Transition{To: a2a.TaskStateWorking}) },
		func() { r.append("a", "1") },
		func() { r.append("b", "x") },
		func() { r.append("a", "2") },
		func() { r.move(task.Transition{To: a2a.TaskStateWorking, Message: says("nearly")}) },
		func() {
			r.move(task.Transition{To: a2a.TaskStateInputRequired, Message: says("where to?"), MaxBytes: 1 << 20,
				Artifacts: []*a2a.Artifact{artifact("c", "whole")}})
		},
		func() {
			m := f.message("Oslo")
			m.TaskID = a2a.TaskID(name)
			r = f.begin(submission(alice, m, epoch.Add(time.Second)))
		},
		func() { r.append("a", "of the second run") },
		func() { r.append("a", "and more") },
		func() {
			r.move(task.Transition{To: a2a.TaskStateCompleted, Message: says("done"), At: epoch.Add(time.Minute)})
		},
	}
}

// testFold: at every moment the events make the task.
func testFold(t *testing.T, f *fixture) {
	for _, step := range f.steps("task") {
		step()
		f.foldAll(alice, "task")
	}
	if got := f.get(alice, "task"); len(got.Artifacts) != 4 || len(got.Artifacts[0].Parts) != 2 || got.Artifacts[0].Parts[1].Text() != "2" || len(got.Artifacts[3].Parts) != 2 {
		t.Errorf("artifacts %+v", got.Artifacts)
	}
}

// testReadOn: whoever read as far as some moment and goes on at another later has
// the task, and nothing of it twice.
func testReadOn(t *testing.T, f *fixture) {
	all := len(f.steps("count"))
	for stopped := 1; stopped < all; stopped++ {
		name := fmt.Sprint("task", stopped)
		var fold task.Fold
		var after int64
		var read []string
		for i, step := range f.steps(name) {
			if step(); i >= stopped && i < all-1 && i != (stopped+all)/2 {
				continue
			}
			for _, e := range f.events(alice, name, after) {
				fold.Add(e)
				after = e.Seq
				read = append(read, fmt.Sprint(e.Kind, e.Seq))
			}
		}
		f.wantFold(alice, name, &fold)
		if unique := slices.Compact(slices.Clone(read)); len(unique) != len(read) {
			t.Errorf("read %v", read)
		}
	}
}

// testSequence: numbers rise by one in the order in which events are seen, by
// whomever and at whatever time they are appended; a number is never given again.
func testSequence(t *testing.T, f *fixture) {
	r := f.begin(submission(alice, f.message("x"), epoch))
	const writers, each = 4, 8
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for range each {
				if err := f.store.Append(t.Context(), alice, r.task, r.chunk(fmt.Sprint("of ", w), "x")); err != nil {
					t.Errorf("Append: %v", err)
				}
			}
		})
	}
	var read []task.Event
	for len(read) < writers*each+1 && !t.Failed() { // beside them
		after := int64(len(read))
		page, _, err := f.store.Events(t.Context(), alice, r.task, after, 100)
		if err != nil {
			t.Error(err)
		}
		read = append(read, page...)
	}
	all.Wait()
	for i, e := range read {
		if e.Seq != int64(i+1) || e.Run != r.id {
			t.Fatalf("event %d has the number %d and is of run %q", i+1, e.Seq, e.Run)
		}
	}
	r.move(task.Transition{To: a2a.TaskStateCompleted})
	_, head, err := f.store.Events(f.ctx(), alice, r.task, 0, 0)
	if want := (task.Head{Seq: writers*each + 2, State: a2a.TaskStateCompleted, Run: r.id, Fence: r.fence}); err != nil || head != want {
		t.Errorf("head %+v, %v; want %+v", head, err, want)
	}
}

// testCompaction: of a task at rest the events are its messages, its artifacts and
// the state, however they came about, and its room is that of what is left.
func testCompaction(t *testing.T, f *fixture) {
	r := f.begin(submission(alice, f.message("x"), epoch))
	for range 50 {
		r.append("a", "word ")
		r.move(task.Transition{To: a2a.TaskStateWorking})
	}
	if n := len(f.events(alice, r.task, 0)); n != 101 {
		t.Errorf("%d events of a task that is worked on", n)
	}
	r.move(task.Transition{To: a2a.TaskStateCompleted, Artifacts: []*a2a.Artifact{artifact("b", "y")}, MaxBytes: 1 << 20})
	events := f.events(alice, r.task, 0)
	if got := kinds(events); got != "message artifact artifact state" {
		t.Errorf("events %s", got)
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
