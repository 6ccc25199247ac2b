package tasktest

import (
	"sync"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

func testIdempotency(t *testing.T, f *fixture) {
	m := f.message("hello")
	first := f.submit(alice, m, epoch)
	f.move(alice, string(first.ID), task.Transition{To: a2a.TaskStateCompleted})

	again := submission(alice, m, epoch.Add(time.Hour))
	again.TaskID, again.Run = "another", "another"
	out, err := f.store.Submit(f.ctx(), again)
	if err != nil || !out.Duplicate || out.Task.ID != first.ID || out.Task.Status.State != a2a.TaskStateCompleted {
		t.Errorf("again: %+v, %v", out, err)
	}
	f.absent(alice, "another")

	other := *m
	other.Parts = a2a.ContentParts{a2a.NewTextPart("other")}
	second := submission(alice, &other, epoch)
	second.TaskID, second.Run = "second", "second"
	if out, err := f.store.Submit(f.ctx(), second); err != nil || out.Duplicate || out.Task.ID != "second" {
		t.Errorf("other content under the same id: %+v, %v", out, err)
	}
	for want, s := range map[a2a.TaskID]task.Submission{first.ID: again, "second": second} {
		s.TaskID = "a third"
		if out, err := f.store.Submit(f.ctx(), s); err != nil || !out.Duplicate || out.Task.ID != want {
			t.Errorf("%s again: %+v, %v", want, out, err)
		}
	}
	f.absent(alice, "a third")

	if out, err := f.store.Submit(f.ctx(), submission(bob, &other, epoch)); err != nil || out.Duplicate {
		t.Errorf("another owner's message of the same id: %+v, %v", out, err)
	}
}

func testConcurrentDuplicates(t *testing.T, f *fixture) {
	s := submission(alice, f.message("hello"), epoch)
	const copies = 8
	var created int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range copies {
		wg.Go(func() {
			out, err := f.store.Submit(t.Context(), s)
			if err != nil {
				t.Errorf("Submit: %v", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if !out.Duplicate {
				created++
			}
		})
	}
	wg.Wait()
	if created != 1 {
		t.Errorf("%d of %d copies created a task", created, copies)
	}
}
