package tasktest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

var errNoRoom = errors.New("no room")

// testRoom: whoever asks for much is asked first whether there is room.
func testRoom(t *testing.T, f *fixture) {
	long := strings.Repeat("x", 1000)
	first := f.message(long)
	id := string(f.submit(alice, first, epoch).ID)
	f.move(alice, id, task.Transition{To: a2a.TaskStateInputRequired, Message: says("more"), MaxBytes: 1 << 20})
	next := f.message(long)
	next.TaskID = a2a.TaskID(id)

	var asked int64
	small := task.WithReserve(f.ctx(), func(bytes int64) error {
		if asked = max(asked, bytes); bytes > 500 {
			return errNoRoom
		}
		return nil
	})
	for name, read := range map[string]func(context.Context) error{
		"get": func(ctx context.Context) error { _, err := f.store.Get(ctx, alice, id, -1); return err },
		"list": func(ctx context.Context) error {
			_, err := f.store.List(ctx, alice, task.Filter{Limit: 5, History: -1})
			return err
		},
		"events": func(ctx context.Context) error {
			_, _, err := f.store.Events(ctx, alice, id, 0, 1)
			return err
		},
		"repeat": func(ctx context.Context) error {
			_, err := f.store.Submit(ctx, submission(alice, first, epoch))
			return err
		},
		"continue": func(ctx context.Context) error {
			_, err := f.store.Submit(ctx, submission(alice, next, epoch))
			return err
		},
	} {
		asked = 0
		if err := read(small); !errors.Is(err, errNoRoom) || asked < 1000 {
			t.Errorf("%s: asked for %d bytes, %v", name, asked, err)
		}
	}
	if got := f.get(alice, id); got.Status.State != a2a.TaskStateInputRequired || len(got.History) != 1 {
		t.Errorf("what was refused for want of room changed the task: %+v", got)
	}
	if _, err := f.store.List(small, alice, task.Filter{Limit: 5}); err != nil {
		t.Errorf("a list without content: %v", err)
	}
	if _, err := f.store.Get(task.WithReserve(small, nil), alice, id, -1); err != nil {
		t.Errorf("where nobody is asked: %v", err)
	}
	f.submit(alice, next, epoch)
}

// testStatusBytes: status messages count in a page that carries nothing else.
func testStatusBytes(t *testing.T, f *fixture) {
	for i := range 4 {
		id := string(f.submit(alice, f.message("x"), epoch.Add(time.Duration(i)*time.Second)).ID)
		f.move(alice, id, task.Transition{To: a2a.TaskStateInputRequired, Message: says(strings.Repeat("y", 1000)), MaxBytes: 1 << 20, At: epoch.Add(time.Duration(i) * time.Second)})
	}
	filter, pages, total := task.Filter{Limit: 10, MaxBytes: 5000}, 0, 0
	for {
		page := f.list(alice, filter)
		pages++
		if total += len(page.Tasks); len(page.Tasks) > 2 {
			t.Errorf("a page of %d tasks", len(page.Tasks))
		}
		if filter.After = page.Next; page.Next == (task.Cursor{}) {
			break
		}
	}
	if pages != 2 || total != 4 {
		t.Errorf("%d tasks on %d pages", total, pages)
	}
}
