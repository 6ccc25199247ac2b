package push_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/push"
	"github.com/getbindu/bindu-go/task"
)

// TestTwoProcessesDeliverOnce: each event, ordinarily.
func TestTwoProcessesDeliverOnce(t *testing.T) {
	t.Parallel()
	w, h := newWorld(t), newHook(t, nil)
	const tasks = 20
	for range tasks {
		w.move(alice, w.submit(alice, h.URL, nil), a2a.TaskStateCompleted)
	}
	senders := []*push.Sender{w.start(nil), w.start(nil)}
	w.until("all is delivered", func() bool { return w.count(push.Delivered) >= 3*tasks })
	for _, s := range senders {
		s.Close()
	}
	seen := map[string]bool{}
	for _, body := range h.told() {
		if seen[body] {
			t.Errorf("twice: %s", body)
		}
		seen[body] = true
	}
	if len(seen) != 3*tasks {
		t.Errorf("%d events were delivered", len(seen))
	}
}

// TestWhoIsKilledLosesNothing: what nobody settled is delivered by the next, when the
// lease has ended; what was under way at an orderly stop at once, and it counts as no try.
func TestWhoIsKilledLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := make(chan struct{}, 1)
	h := newHook(t, func(n int, _ http.ResponseWriter, r *http.Request) {
		if n == 1 {
			held <- struct{}{}
			<-r.Context().Done()
		}
	})
	id := w.submit(alice, h.URL, nil)
	killed, err := w.store.TakePush(t.Context(), task.PushRef{Owner: alice, TaskID: id, ID: "hook"}, w.clock.time(), w.clock.time().Add(push.Lease))
	if err != nil {
		t.Fatal(err)
	}
	s := w.start(nil)
	w.pass(push.Lease-time.Second, s)
	s.News(alice, id)
	if told := h.told(); len(told) != 0 {
		t.Errorf("while the lease lasts: %s", told)
	}
	w.pass(2*time.Second, s)
	<-held
	s.Close()
	next := w.start(nil)
	w.until("it is delivered", func() bool { return w.count(push.Delivered) == 1 })
	if w.count(push.Failed) != 0 || len(h.told()) != 2 {
		t.Errorf("%d failures, told %s", w.count(push.Failed), h.told())
	}
	if err := w.store.SettlePush(t.Context(), killed, task.Settlement{GivenUp: true}); err != nil {
		t.Error(err)
	}
	w.move(alice, id, a2a.TaskStateCompleted)
	next.News(alice, id)
	w.until("the rest", func() bool { return w.count(push.Delivered) == 3 })
}

// TestOneOwnersWebhooksDelayNobodyElse: however many of them hang, of one task or of many.
func TestOneOwnersWebhooksDelayNobodyElse(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(w *world, url string){
		"of many tasks": func(w *world, url string) {
			for range 50 {
				w.submit(alice, url, nil)
			}
		},
		"of one task": func(w *world, url string) {
			id := w.submit(alice, url, nil)
			for n := range 9 {
				p := task.NewPush{Push: task.Push{ID: fmt.Sprint(n), URL: url}, At: w.clock.time(), MaxPerTask: 10, MaxPerOwner: 10}
				if err := w.store.MakePush(w.t.Context(), alice, id, p); err != nil {
					w.t.Fatal(err)
				}
			}
			w.move(alice, id, a2a.TaskStateWorking)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, stuck, good := newWorld(t), newHook(t, hanging), newHook(t, nil)
			make(w, stuck.URL)
			s := w.start(nil)
			w.until("they hang", func() bool { return len(stuck.told()) == 4 })
			id := w.submit(bob, good.URL, nil)
			s.Made(bob, id)
			w.until("another is served", func() bool { return len(good.told()) == 1 })
			if n := len(stuck.told()); n != 4 {
				t.Errorf("%d are under way", n)
			}
		})
	}
}

// TestLargeTasksAreHeldOneAtATime: of one owner, so that memory is bounded. Others of it and
// its small ones do not wait, and all are delivered.
func TestLargeTasksAreHeldOneAtATime(t *testing.T) {
	t.Parallel()
	w, small := newWorld(t), newHook(t, nil)
	let := make(chan struct{})
	h := newHook(t, func(n int, _ http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			<-let
		}
	})
	const tasks = 6
	w.text = strings.Repeat("x", 1<<20)
	for range tasks {
		w.submit(alice, h.URL, nil)
	}
	bobs := newHook(t, nil)
	w.submit(bob, bobs.URL, nil)
	w.text = ""
	w.submit(alice, small.URL, nil)
	s := w.start(nil)
	w.until("those behind it are served", func() bool { return len(h.told()) > 0 && len(small.told()) == 1 && len(bobs.told()) == 1 })
	if n := len(h.told()); n != 1 {
		t.Errorf("%d at once", n)
	}
	close(let)
	w.until("all is delivered", func() bool { w.pass(time.Second, s); return w.count(push.Delivered) == tasks+2 })
	if n := len(h.told()); n != tasks || w.count(push.Failed) > 0 {
		t.Errorf("%d calls, %d failures", n, w.count(push.Failed))
	}
}

// TestMoreThanAPage: of one owner, without another word.
func TestMoreThanAPage(t *testing.T) {
	t.Parallel()
	w, h := newWorld(t), newHook(t, nil)
	const tasks = 100
	for range tasks {
		w.submit(alice, h.URL, nil)
	}
	w.start(nil)
	w.until("all is delivered", func() bool { return w.count(push.Delivered) == tasks })
}
