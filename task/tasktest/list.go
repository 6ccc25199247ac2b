package tasktest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

func (f *fixture) list(owner string, filter task.Filter) task.Page {
	f.t.Helper()
	page, err := f.store.List(f.ctx(), owner, filter)
	if err != nil {
		f.t.Fatalf("List: %v", err)
	}
	return page
}

func ids(tasks []*a2a.Task) string {
	var all []string
	for _, t := range tasks {
		all = append(all, strings.TrimPrefix(string(t.ID), "task-of-"))
	}
	return strings.Join(all, " ")
}

func testList(t *testing.T, f *fixture) {
	for i := range 5 {
		m := f.message(fmt.Sprint(i))
		m.ContextID = []string{"even", "odd"}[i%2]
		f.submit(alice, m, epoch.Add(time.Duration(i/2)*time.Second)) // m1 m2 | m3 m4 | m5
	}
	f.submit(bob, f.message("bob's"), epoch)
	f.move(alice, "task-of-m2", task.Transition{To: a2a.TaskStateCompleted, At: epoch.Add(time.Minute),
		Artifacts: []*a2a.Artifact{{ID: "a", Parts: a2a.ContentParts{a2a.NewTextPart("x")}}}})

	for name, tt := range map[string]struct {
		filter task.Filter
		want   string
		total  int
	}{
		"all":                        {task.Filter{}, "m2 m5 m4 m3 m1", 5},
		"a context":                  {task.Filter{ContextID: "odd"}, "m2 m4", 2},
		"another's or no context":    {task.Filter{ContextID: "context-of-m6"}, "", 0},
		"a state":                    {task.Filter{State: a2a.TaskStateCompleted}, "m2", 1},
		"since, inclusive":           {task.Filter{Since: epoch.Add(time.Second)}, "m2 m5 m4 m3", 4},
		"since, within milliseconds": {task.Filter{Since: epoch.Add(time.Second + 1)}, "m2 m5", 2},
		"all of them":                {task.Filter{ContextID: "odd", State: a2a.TaskStateSubmitted, Since: epoch.Add(1)}, "m4", 1},
	} {
		tt.filter.Limit = 10
		page := f.list(alice, tt.filter)
		if ids(page.Tasks) != tt.want || page.Total != tt.total || page.Next != (task.Cursor{}) {
			t.Errorf("%s: %q of %d, next %v; want %q of %d", name, ids(page.Tasks), page.Total, page.Next, tt.want, tt.total)
		}
	}

	var pages []string
	filter := task.Filter{Limit: 2}
	for {
		page := f.list(alice, filter)
		pages = append(pages, ids(page.Tasks))
		if page.Total != 5 {
			t.Errorf("total %d on a later page", page.Total)
		}
		if filter.After = page.Next; page.Next == (task.Cursor{}) {
			break
		}
	}
	if want := []string{"m2 m5", "m4 m3", "m1"}; !slices.Equal(pages, want) {
		t.Errorf("pages %q, want %q", pages, want)
	}

	small := task.Filter{Limit: 5, MaxBytes: 1, History: -1}
	if page := f.list(alice, small); len(page.Tasks) != 1 || page.Next.ID != string(page.Tasks[0].ID) {
		t.Errorf("a page of one byte: %q, next %v", ids(page.Tasks), page.Next)
	}
	small.History = 0
	if page := f.list(alice, small); len(page.Tasks) != 5 {
		t.Errorf("a page without content: %q", ids(page.Tasks))
	}

	plain, full := f.list(alice, task.Filter{Limit: 1}).Tasks[0], f.list(alice, task.Filter{Limit: 1, History: -1, Artifacts: true}).Tasks[0]
	if plain.History != nil || plain.Artifacts != nil || len(full.History) != 1 || len(full.Artifacts) != 1 {
		t.Errorf("a list without and with everything: %+v, %+v", plain, full)
	}
}

func testHistory(t *testing.T, f *fixture) {
	id := string(f.submit(alice, f.message("1"), epoch).ID)
	for i := 2; i <= 4; i++ {
		f.move(alice, id, task.Transition{To: a2a.TaskStateInputRequired})
		m := f.message(fmt.Sprint(i))
		m.TaskID = a2a.TaskID(id)
		f.submit(alice, m, epoch)
	}
	for n, want := range map[int]string{-1: "1;2;3;4;", 0: "", 1: "4;", 2: "3;4;", 4: "1;2;3;4;", 99: "1;2;3;4;"} {
		got, err := f.store.Get(f.ctx(), alice, id, n)
		if err != nil || texts(got.History) != want {
			t.Errorf("history of length %d: %q, %v; want %q", n, texts(got.History), err, want)
		}
	}
}

func testClear(t *testing.T, f *fixture) {
	for i := range 3 {
		m := f.message("x")
		m.ContextID = []string{"c", "c", "d"}[i]
		f.submit(alice, m, epoch.Add(time.Duration(i)*time.Second))
	}
	other := f.message("x")
	other.ContextID = "c"
	f.submit(bob, other, epoch)
	f.move(alice, "task-of-m1", task.Transition{To: a2a.TaskStateCompleted, Message: says("y"), MaxBytes: 1 << 20,
		Artifacts: []*a2a.Artifact{{ID: "a", Parts: a2a.ContentParts{a2a.NewTextPart("x")}}}})
	if err := f.store.AddFeedback(f.ctx(), alice, task.Feedback{TaskID: "task-of-m1", Text: "ok", At: epoch, MaxBytes: 1 << 20}); err != nil {
		t.Fatal(err)
	}

	contexts, err := f.store.Contexts(f.ctx(), alice, 10)
	if err != nil || len(contexts) != 2 || contexts[0].ID != "d" || contexts[1].ID != "c" ||
		contexts[1].Tasks != 2 || !slices.Equal(contexts[1].TaskIDs, []string{"task-of-m2", "task-of-m1"}) || !contexts[1].UpdatedAt.Equal(epoch.Add(time.Second)) ||
		!contexts[0].CreatedAt.Equal(epoch.Add(2*time.Second)) || !contexts[1].CreatedAt.Equal(epoch) {
		t.Errorf("Contexts = %+v, %v", contexts, err)
	}
	if limited, err := f.store.Contexts(f.ctx(), alice, 1); err != nil || len(limited) != 1 || limited[0].ID != "d" {
		t.Errorf("Contexts with a limit = %+v, %v", limited, err)
	}
	for _, want := range []int{2, 0} {
		if n, err := f.store.ClearContext(f.ctx(), alice, "c"); n != want || err != nil {
			t.Errorf("ClearContext = %d, %v; want %d", n, err, want)
		}
	}
	f.absent(alice, "task-of-m1")
	f.absent(alice, "task-of-m2")
	f.get(alice, "task-of-m3")
	f.get(bob, "task-of-m4")
	if n, err := f.store.ClearContext(f.ctx(), alice, "d"); n != 1 || err != nil {
		t.Errorf("ClearContext = %d, %v", n, err)
	}
	// All room is free again: the largest message that fits an empty quota fits.
	m := f.message("x")
	s := submission(alice, m, epoch)
	s.MaxTasks, s.MaxBytes = 1, 200
	if _, err := f.store.Submit(f.ctx(), s); err != nil {
		t.Errorf("after clearing everything: %v", err)
	}
}

func testFeedback(t *testing.T, f *fixture) {
	id := string(f.submit(alice, f.message("x"), epoch).ID)
	for _, fb := range []task.Feedback{
		{TaskID: id, Text: "good", Rating: 5, Metadata: map[string]any{"k": "v"}, At: epoch, MaxBytes: 1000},
		{TaskID: id, Text: "again", At: epoch, MaxBytes: 1000},
	} {
		if err := f.store.AddFeedback(f.ctx(), alice, fb); err != nil {
			t.Errorf("AddFeedback: %v", err)
		}
	}
	if err := f.store.AddFeedback(f.ctx(), alice, task.Feedback{TaskID: "nothing", Text: "x", At: epoch}); !errors.Is(err, task.ErrNotFound) {
		t.Errorf("AddFeedback on nothing: %v", err)
	}
}

func testAnyOwners(t *testing.T, f *fixture) {
	for _, owner := range []string{alice, bob} {
		m := f.message("x")
		m.TaskID, m.ContextID = "both", "both"
		s := submission(owner, m, epoch)
		s.AdoptTaskID = true
		if _, err := f.store.Submit(f.ctx(), s); err != nil {
			t.Fatal(err)
		}
	}
	f.submit(bob, f.message("x"), epoch)
	for id, want := range map[string][]string{"both": {alice, bob}, "m3": {bob}, "nothing": nil} {
		taskID, contextID := id, id
		if id == "m3" {
			taskID, contextID = "task-of-m3", "context-of-m3"
		}
		owners, err := f.store.TaskOwners(f.ctx(), taskID)
		slices.Sort(owners)
		if err != nil || !slices.Equal(owners, want) {
			t.Errorf("TaskOwners(%s) = %v, %v", taskID, owners, err)
		}
		owners, err = f.store.ContextOwners(f.ctx(), contextID)
		slices.Sort(owners)
		if err != nil || !slices.Equal(owners, want) {
			t.Errorf("ContextOwners(%s) = %v, %v", contextID, owners, err)
		}
	}
}
