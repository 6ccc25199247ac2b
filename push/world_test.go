package push_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/push"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait for something that really happens.
const patience = time.Minute

const (
	alice = "did:bindu:a:alice:1"
	bob   = "did:bindu:b:bob:2"
)

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// world is a store with tasks, and what senders need.
type world struct {
	t     *testing.T
	store *sqlite.Store
	clock *clock
	key   *did.KeyPair
	self  did.DID
	cfg   push.Config
	log   *lines
	n     int
	text  string // of messages

	mu       sync.Mutex
	outcomes map[push.Outcome]int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir, err := safefile.OpenDir(filepath.Join(t.TempDir(), "dir"), nil)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{t: t, store: store, clock: &clock{now: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}, log: &lines{}, outcomes: make(map[push.Outcome]int)}
	if w.key, err = did.KeyPairFromSeed(make([]byte, 32)); err != nil {
		t.Fatal(err)
	}
	if w.self, err = did.FromPublicKey("a@example.com", "agent", w.key.PublicKey()); err != nil {
		t.Fatal(err)
	}
	w.cfg = push.Config{
		Store: store, Encode: encode, DID: w.self, Key: w.key, Now: w.clock.time,
		Networks: push.Networks{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}},
		Observe: func(o push.Outcome) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.outcomes[o]++
		},
		Logger: slog.New(slog.NewTextHandler(w.log, nil)),
	}
	return w
}

// encode tells of an event what it is; of messages of agents nothing, as the protocol does.
func encode(to task.TakenPush, e task.Event, whole func() (*a2a.Task, error)) (http.Header, []byte, error) {
	text := fmt.Sprintf("%s %d %s", to.TaskID, e.Seq, string(e.State))
	switch {
	case to.Form == "whole" && e.Kind == task.EventState:
		t, err := whole()
		if err != nil {
			return nil, nil, err
		}
		text = fmt.Sprintf("%s %d artifacts", t.Status.State, len(t.Artifacts))
	case to.Form == "whole":
		return nil, nil, nil
	}
	return http.Header{"Content-Type": {"text/plain"}, "Authorization": {"Bearer " + to.Token}}, []byte(text), nil
}

// start starts a sender of these settings, which ends with the test at the latest.
func (w *world) start(change func(*push.Config)) *push.Sender {
	w.t.Helper()
	cfg := w.cfg
	if change != nil {
		change(&cfg)
	}
	s, err := push.New(cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	s.SetCallTimeout(patience)
	w.t.Cleanup(s.Close)
	s.Start()
	return s
}

// pass lets time pass.
func (w *world) pass(d time.Duration, senders ...*push.Sender) {
	w.clock.mu.Lock()
	w.clock.now = w.clock.now.Add(d)
	w.clock.mu.Unlock()
	for _, s := range senders {
		s.Wake()
	}
}

// submit makes a task with a webhook, and returns its id.
func (w *world) submit(owner, url string, change func(*task.NewPush)) string {
	w.t.Helper()
	w.n++
	id := fmt.Sprintf("task%d", w.n)
	p := &task.NewPush{Push: task.Push{ID: "hook", URL: url, Token: "secret"}, At: w.clock.time(), MaxPerTask: 10, MaxPerOwner: 1000, MaxBytes: 64 << 20}
	if change != nil {
		change(p)
	}
	_, err := w.store.Submit(w.t.Context(), task.Submission{
		Owner: owner, Message: &a2a.Message{ID: id, Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart(cmp.Or(w.text, "x"))}}, Digest: []byte(id),
		TaskID: id, ContextID: "context", Run: "run", Holder: "holder", At: w.clock.time(), Told: true, Push: p,
		MaxTasks: 1000, MaxBytes: 64 << 20, MaxMessages: 10, MaxTaskBytes: 64 << 20,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// move moves a task on.
func (w *world) move(owner, id string, to a2a.TaskState) {
	w.t.Helper()
	tr := task.Transition{Run: "run", Fence: 1, To: to, At: w.clock.time(), MaxBytes: 1 << 20}
	if to.Terminal() {
		tr.Artifacts = []*a2a.Artifact{{ID: "a", Parts: a2a.ContentParts{a2a.NewTextPart("made")}}}
	}
	if err := w.store.Transition(w.t.Context(), owner, id, tr); err != nil {
		w.t.Fatal(err)
	}
}

// until waits for something that senders do.
func (w *world) until(what string, holds func() bool) {
	w.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(patience); !holds(); {
		select {
		case <-tick.C:
		case <-end:
			w.t.Fatalf("%s does not come about\n%s", what, w.log)
		}
	}
}

func (w *world) count(o push.Outcome) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.outcomes[o]
}

// ids are those of the webhooks of a task.
func (w *world) ids(owner, id string) string {
	w.t.Helper()
	all, err := w.store.Pushes(context.WithoutCancel(w.t.Context()), owner, id)
	if err != nil {
		w.t.Fatal(err)
	}
	text, err := json.Marshal(all)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// hook is a webhook that notes what it is told.
type hook struct {
	*httptest.Server
	answer func(n int, w http.ResponseWriter, r *http.Request) // of call n, from 1 on

	mu    sync.Mutex
	calls []call
}

type call struct {
	header http.Header
	target string
	body   string
}

func newHook(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) *hook {
	t.Helper()
	h := &hook{answer: answer}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	h.calls = append(h.calls, call{r.Header, r.Method + " " + r.RequestURI, string(body)})
	n := len(h.calls)
	h.mu.Unlock()
	if h.answer != nil {
		h.answer(n, w, r)
	}
}

func (h *hook) told() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	bodies := make([]string, len(h.calls))
	for i, c := range h.calls {
		bodies[i] = c.body
	}
	return bodies
}

func (h *hook) last() call {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.calls[len(h.calls)-1]
}

// lines is a log.
type lines struct {
	mu  sync.Mutex
	all strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}
