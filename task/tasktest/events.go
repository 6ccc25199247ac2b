package tasktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

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

// testFold: at every moment the events make the task, and whoever has read all
// before reads what is new and nothing again.
func testFold(t *testing.T, f *fixture) {
	var fold task.Fold
	var after int64
	var read []string
	for _, step := range f.steps("task") {
		step()
		f.foldAll(alice, "task")
		for _, e := range f.events(alice, "task", after) {
			fold.Add(e)
			after = e.Seq
			read = append(read, string(e.Kind))
		}
		f.wantFold(alice, "task", &fold)
	}
	if got, want := strings.Join(read, " "), "message state chunk chunk chunk state artifact state message message chunk chunk state"; got != want {
		t.Errorf("read %s, want %s", got, want)
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
