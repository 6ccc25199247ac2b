package push_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/push"
	"github.com/getbindu/bindu-go/task"
)

// TestFailuresAreTriedAgainLaterEachTime: the same event, until it is taken, and then the
// next as if nothing had been.
func TestFailuresAreTriedAgainLaterEachTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := newHook(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n < push.MaxTries {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	id := w.submit(alice, h.URL, nil)
	w.move(alice, id, a2a.TaskStateCompleted)
	s := w.start(nil)
	longest := 2 * time.Second
	for n := 1; n < push.MaxTries; n++ {
		w.until("a failure", func() bool { return w.count(push.Failed) == n })
		w.pass(longest/2-time.Second/2, s)
		if got := len(h.told()); got != n {
			t.Fatalf("%d calls before the pause after try %d is over", got, n)
		}
		w.pass(longest/2+time.Second, s)
		longest *= 8
	}
	w.until("the rest", func() bool { return w.count(push.Delivered) == 3 })
	if got := fmt.Sprint(h.told()[push.MaxTries-1:]); got != "[task1 1  task1 2  task1 3 TASK_STATE_COMPLETED]" {
		t.Errorf("told %s", got)
	}
}

// TestHostile123WebhooksThatNeverTakeAnything: whatever they do instead, they are called
// five times, and then only if they are made anew. No more than so much is read of them,
// and others are served meanwhile.
func TestHostile123WebhooksThatNeverTakeAnything(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(*world) func(int, http.ResponseWriter, *http.Request){
		"500 for ever":      func(*world) func(int, http.ResponseWriter, *http.Request) { return failing },
		"redirects in loop": func(*world) func(int, http.ResponseWriter, *http.Request) { return redirecting },
		"hangs":             func(*world) func(int, http.ResponseWriter, *http.Request) { return hanging },
		"goes on after 101": func(*world) func(int, http.ResponseWriter, *http.Request) { return switching },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			h, good := newHook(t, answer(w)), newHook(t, nil)
			id := w.submit(alice, h.URL+"/secret-path", nil)
			s, err := push.New(w.cfg)
			if err != nil {
				t.Fatal(err)
			}
			s.SetCallTimeout(time.Second / 2)
			t.Cleanup(s.Close)
			s.Start()
			w.until("it is given up", func() bool {
				w.pass(time.Hour, s)
				return w.count(push.GivenUp) == 1
			})
			w.submit(bob, good.URL, nil)
			w.pass(time.Hour, s)
			w.until("others are served", func() bool { return len(good.told()) == 1 })
			w.pass(time.Hour, s)
			w.move(alice, id, a2a.TaskStateCompleted) // the task does not mind
			s.News(alice, id)
			w.submit(bob, good.URL, nil)
			w.pass(time.Hour, s)
			w.until("others are served", func() bool { return len(good.told()) == 2 })
			if n := len(h.told()); n != push.MaxTries || w.count(push.Failed) != push.MaxTries-1 {
				t.Errorf("called %d times, %d failures", n, w.count(push.Failed))
			}
			log := w.log.String()
			if !strings.Contains(log, "given up") || strings.Contains(log, "secret") {
				t.Errorf("the log says\n%s", log)
			}
		})
	}
}

// switching answers that the connection now speaks something else, and keeps it.
func switching(_ int, w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
	_, _ = io.Copy(io.Discard, conn)
}

func failing(_ int, w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusInternalServerError)
}

func redirecting(_ int, w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, r.RequestURI, http.StatusTemporaryRedirect)
}

func hanging(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// TestHostile123AnswersWithoutEnd: so much is read, and then it is enough.
func TestHostile123AnswersWithoutEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var sent atomic.Int64
	ended := make(chan struct{})
	h := newHook(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		defer close(ended)
		for range 1 << 20 { // 1 GiB
			n, err := w.Write(make([]byte, 1<<10))
			if err != nil {
				return
			}
			sent.Add(int64(n))
		}
	})
	w.submit(alice, h.URL, nil)
	w.start(nil)
	w.until("it is delivered", func() bool { return w.count(push.Delivered) == 1 })
	<-ended
	if n := sent.Load(); n > 64<<20 { // what the two ends of a connection hold
		t.Errorf("%d bytes were sent", n)
	}
}

// TestMadeAnewItGoesOn: behind what it was told.
func TestMadeAnewItGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := newHook(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n > 1 && n <= 1+push.MaxTries {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	id := w.submit(alice, h.URL, nil)
	w.move(alice, id, a2a.TaskStateWorking)
	s := w.start(nil)
	w.until("it is given up", func() bool { w.pass(time.Hour, s); return w.count(push.GivenUp) == 1 })
	p := task.NewPush{Push: task.Push{ID: "hook", URL: h.URL}, At: w.clock.time(), MaxPerTask: 1, MaxPerOwner: 1}
	if err := w.store.MakePush(t.Context(), alice, id, p); err != nil {
		t.Fatal(err)
	}
	s.Made(alice, id)
	w.until("it goes on", func() bool { return w.count(push.Delivered) == 2 })
	if got := h.last().body; got != "task1 2 TASK_STATE_WORKING" {
		t.Errorf("told %s", got)
	}
}
