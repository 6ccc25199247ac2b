package task_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
	"github.com/getbindu/bindu-go/task/tasktest"
)

// told is an update in a few words.
func told(u task.Update) string {
	switch e := u.Event.(type) {
	case nil:
		return "nothing"
	case *a2a.Task:
		return fmt.Sprintf("task %s %q", short(e.Status.State), texts(e.Artifacts...))
	case *a2a.Message:
		return "message " + e.Parts[0].Text()
	case *a2a.TaskStatusUpdateEvent:
		if e.Status.Message != nil {
			return short(e.Status.State) + " " + e.Status.Message.Parts[0].Text()
		}
		return short(e.Status.State)
	case *a2a.TaskArtifactUpdateEvent:
		out := "whole "
		if e.Append {
			out = "more "
		}
		if out += texts(e.Artifact); !e.LastChunk {
			out += " …"
		}
		return out
	}
	return "?"
}

func short(s a2a.TaskState) string {
	return strings.ToLower(strings.TrimPrefix(string(s), "TASK_STATE_"))
}

func texts(all ...*a2a.Artifact) string {
	var parts []string
	for _, a := range all {
		for _, p := range a.Parts {
			parts = append(parts, p.Text())
		}
	}
	return strings.Join(parts, "+")
}

// read returns what a stream tells to its end, and the error that ends it.
func read(s task.Stream) (all []string, err error) {
	for u, failed := range s {
		if failed != nil {
			return all, failed
		}
		all = append(all, told(u))
	}
	return all, nil
}

func wantStream(t *testing.T, s task.Stream, want ...string) {
	t.Helper()
	got, err := read(s)
	if err != nil || strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("the stream is %q, %v\nwant %q", got, err, want)
	}
}

func text(id, s string) *a2a.Artifact {
	return &a2a.Artifact{ID: a2a.ArtifactID(id), Parts: a2a.ContentParts{a2a.NewTextPart(s)}}
}

// pieces emits parts of one artifact with a pause before each but the first.
func pieces(pause time.Duration, all ...string) executor {
	return func(_ context.Context, _ task.Request, emit task.Emit) (task.Result, error) {
		for i, s := range all {
			if i > 0 {
				time.Sleep(pause)
			}
			if err := emit(text("a", s), i < len(all)-1); err != nil {
				return task.Result{}, err
			}
		}
		return task.Result{}, nil
	}
}

func TestAStreamTellsWhatHappens(t *testing.T) {
	for name, tt := range map[string]struct {
		executor task.Executor
		want     []string
	}{
		"an answer at once": {backend.Echo{}, []string{`task submitted ""`, "whole hi", "completed"}},
		"piece by piece":    {pieces(20*time.Millisecond, "1", "2", "3"), []string{`task submitted ""`, "whole 1 …", "more 2 …", "more 3", "completed"}},
		"slowly":            {pieces(150*time.Millisecond, "1", "2"), []string{`task submitted ""`, "whole 1 …", "working", "more 2", "completed"}},
		"two artifacts": {executor(func(_ context.Context, _ task.Request, emit task.Emit) (task.Result, error) {
			_ = emit(text("a", "1"), true)
			time.Sleep(time.Millisecond)
			_ = emit(text("b", "x"), false)
			time.Sleep(time.Millisecond)
			return task.Result{}, emit(text("a", "2"), false)
		}), []string{`task submitted ""`, "whole 1 …", "whole x", "more 2", "completed"}},
		"a message alone": {executor(func(context.Context, task.Request, task.Emit) (task.Result, error) {
			return task.Result{Message: message("m", "hello")}, nil
		}), []string{"message hello"}},
		"a message, late": {executor(func(context.Context, task.Request, task.Emit) (task.Result, error) {
			time.Sleep(time.Second)
			return task.Result{Message: message("m", "hello")}, nil
		}), []string{`task submitted ""`, "working", "completed hello"}},
		"a failure behind pieces": {executor(func(_ context.Context, _ task.Request, emit task.Emit) (task.Result, error) {
			_ = emit(text("a", "1"), true)
			time.Sleep(time.Millisecond)
			return task.Result{}, &task.Failure{Reason: "no", Text: "broken"}
		}), []string{`task submitted ""`, "whole 1 …", "failed broken"}},
		"a question": {executor(func(context.Context, task.Request, task.Emit) (task.Result, error) {
			return task.Result{InputRequired: true, Text: "which?"}, nil
		}), []string{`task submitted ""`, "input_required which?"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, end := newService(t, task.Config{Executor: tt.executor})
				defer end()
				began := time.Now()
				wantStream(t, s.SendStream(as(t, "alice"), send("m1", "hi"), task.StreamOptions{}), tt.want...)
				if took := time.Since(began); took > 3*time.Second {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

// What the store has at the end is what the stream told, also where some pieces
// came while nobody read, and the signature is that of each piece.
func TestPiecesMakeTheArtifact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, end := newService(t, task.Config{Executor: pieces(300*time.Millisecond, "1", "2", "3", "4", "5"), Sign: func(s string) (string, error) { return "of " + s, nil }})
		defer end()
		ctx := as(t, "alice")
		id := must(t, s, ctx, post("m1", "hi")).ID
		time.Sleep(350 * time.Millisecond)
		all, err := read(s.Subscribe(ctx, &a2a.SubscribeToTaskRequest{ID: id}, task.StreamOptions{}))
		if err != nil {
			t.Fatal(err)
		}
		digits := func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}
		if got := strings.Map(digits, strings.Join(all, "")); got != "12345" {
			t.Errorf("told %s by %q", got, all)
		}
		got := get(t, s, ctx, id)
		if len(got.Artifacts) != 1 || texts(got.Artifacts...) != "12345" {
			t.Errorf("artifacts %q", texts(got.Artifacts...))
		}
		for _, p := range got.Artifacts[0].Parts {
			if p.Metadata[task.SignatureKey] != "of "+p.Text() {
				t.Errorf("part %q has metadata %v", p.Text(), p.Metadata)
			}
		}
	})
}

// Whoever does not stream gets to know what a long execution has made so far.
func TestPiecesAreStoredWhileNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, end := newService(t, task.Config{Executor: pieces(400*time.Millisecond, "1", "2", "3", "4", "5", "6")})
		defer end()
		ctx := as(t, "alice")
		id := must(t, s, ctx, post("m1", "hi")).ID
		for at, want := range []string{"", "1+2", "1+2+3+4", "1+2+3+4"} {
			time.Sleep(450 * time.Millisecond)
			if got := texts(get(t, s, ctx, id).Artifacts...); got != want {
				t.Errorf("at %d: %q, want %q", at, got, want)
			}
		}
	})
}

// Whoever goes on behind any event misses nothing and gets nothing twice.
func TestAReaderGoesOnWhereItWas(t *testing.T) {
	executor := pieces(10*time.Millisecond, "1", "2", "3", "4")
	synctest.Test(t, func(t *testing.T) {
		s, end := newService(t, task.Config{Executor: executor})
		defer end()
		ctx := as(t, "alice")
		var id a2a.TaskID
		var all []string
		var seqs []int64
		for u, err := range s.SendStream(ctx, send("m1", "hi"), task.StreamOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			if task, is := u.Event.(*a2a.Task); is {
				id = task.ID
			}
			all, seqs = append(all, told(u)), append(seqs, u.Seq)
		}
		after := func(n int64) task.Stream {
			return s.Subscribe(ctx, &a2a.SubscribeToTaskRequest{ID: id}, task.StreamOptions{After: &n})
		}
		for i := range len(seqs) - 1 {
			rest := []string{"completed"}
			if i < len(seqs)-2 { // it has ended: its pieces are one artifact
				rest = []string{"whole 1234", "completed"}
			}
			wantStream(t, after(seqs[i]), rest...)
		}
		_, err := read(after(seqs[len(seqs)-1]))
		wantError(t, err, task.ErrNothingToCome)
		_, err = read(s.Subscribe(ctx, &a2a.SubscribeToTaskRequest{ID: id}, task.StreamOptions{}))
		wantError(t, err, a2a.ErrUnsupportedOperation)
	})
}

// A reader breaks off and goes on while the task is worked on, at each place.
func TestAReaderGoesOnMeanwhile(t *testing.T) {
	for place := range 5 {
		synctest.Test(t, func(t *testing.T) {
			s, end := newService(t, task.Config{Executor: pieces(20*time.Millisecond, "1", "2", "3", "4")})
			defer end()
			ctx := as(t, "alice")
			var id a2a.TaskID
			var got []string
			var after int64
			for u, err := range s.SendStream(ctx, send("m1", "hi"), task.StreamOptions{}) {
				if err != nil {
					t.Fatal(err)
				}
				if task, is := u.Event.(*a2a.Task); is {
					id = task.ID
				}
				after = u.Seq
				if got = append(got, told(u)); len(got) > place {
					break
				}
			}
			rest, err := read(s.Subscribe(ctx, &a2a.SubscribeToTaskRequest{ID: id}, task.StreamOptions{After: &after}))
			want := `task submitted "", whole 1 …, more 2 …, more 3 …, more 4, completed`
			if all := strings.Join(append(got, rest...), ", "); all != want || err != nil {
				t.Errorf("broken off behind %d: %s, %v\nwant %s", place, all, err, want)
			}
		})
	}
}

func TestManyReadersReadTheStoreOnce(t *testing.T) {
	const readers = 200
	synctest.Test(t, func(t *testing.T) {
		store := &counting{Store: openStore(t, t.TempDir()+"/dir")}
		s, err := task.NewService(tasktest.Sized(task.Config{Store: store, Executor: pieces(time.Second, "1", "2", "3", "4", "5", "6", "7", "8")}))
		if err != nil {
			t.Fatal(err)
		}
		ctx := as(t, "alice")
		id := must(t, s, ctx, post("m1", "hi")).ID
		// The first piece is in the task that comes first, or comes behind it: whoever
		// reads early has it told to the store.
		behind := []string{"working", "more 2 …", "more 3 …", "more 4 …", "more 5 …", "more 6 …", "more 7 …", "more 8", "completed"}
		var all sync.WaitGroup
		for range readers {
			all.Go(func() {
				got, err := read(s.Subscribe(ctx, &a2a.SubscribeToTaskRequest{ID: id}, task.StreamOptions{}))
				if len(got) > 2 && got[1] == "whole 1 …" {
					got = slices.Delete(got, 1, 2)
				}
				if err != nil || len(got) == 0 || !slices.Equal(got[1:], behind) {
					t.Errorf("%q, %v", got, err)
				}
			})
		}
		synctest.Wait()
		before := store.reads.Load()
		all.Wait()
		if n := store.reads.Load() - before; n > 40 {
			t.Errorf("%d readers of 10 events read the store %d times", readers, n)
		}
		if err := errors.Join(s.Close(context.Background()), store.Store.Close()); err != nil {
			t.Error(err)
		}
	})
}

// slowRead is a store that takes a while to be read.
type slowRead struct{ *sqlite.Store }

func (s slowRead) Events(ctx context.Context, owner, id string, after int64, limit int) ([]task.Event, task.Head, error) {
	time.Sleep(time.Millisecond)
	return s.Store.Events(ctx, owner, id, after, limit)
}

// A reader who is woken while another reads the store waits for what that finds: what
// was found before does not have the event.
func TestAnEventReachesAllReadersAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := openStore(t, t.TempDir()+"/dir")
		s, err := task.NewService(tasktest.Sized(task.Config{Store: slowRead{store}, Executor: executor(func(_ context.Context, _ task.Request, emit task.Emit) (task.Result, error) {
			time.Sleep(time.Second)
			return task.Result{}, emit(text("a", "x"), false)
		})}))
		if err != nil {
			t.Fatal(err)
		}
		ctx := as(t, "alice")
		id := must(t, s, ctx, post("m1", "hi")).ID
		began := time.Now()
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				got, err := read(s.Subscribe(ctx, &a2a.SubscribeToTaskRequest{ID: id}, task.StreamOptions{}))
				if took := time.Since(began); took > 2*time.Second || err != nil {
					t.Errorf("%q, %v after %s", got, err, took)
				}
			})
		}
		all.Wait()
		if err := errors.Join(s.Close(context.Background()), store.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestHostile112And118AStreamIsItsOwners(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, end := newService(t, task.Config{Executor: pieces(time.Second, "1", "2")})
		defer end()
		id := must(t, s, as(t, "alice"), post("m1", "hi")).ID
		_, foreign := read(s.Subscribe(as(t, "bob"), &a2a.SubscribeToTaskRequest{ID: id}, task.StreamOptions{}))
		_, unknown := read(s.Subscribe(as(t, "bob"), &a2a.SubscribeToTaskRequest{ID: "nobodys"}, task.StreamOptions{}))
		if !errors.Is(foreign, task.ErrNotFound) || foreign.Error() != unknown.Error() {
			t.Errorf("a foreign task: %v, one that is none: %v", foreign, unknown)
		}
	})
}

func TestAStreamEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		end  func(t *testing.T, s *task.Service, ctx context.Context, id a2a.TaskID)
		last string
		err  error
	}{
		"when the agent stops": {func(_ *testing.T, s *task.Service, _ context.Context, _ a2a.TaskID) { s.EndStreams() }, "working", task.ErrClosed},
		"when the task is canceled": {func(t *testing.T, s *task.Service, ctx context.Context, id a2a.TaskID) {
			if _, err := s.CancelTask(ctx, &a2a.CancelTaskRequest{ID: id}); err != nil {
				t.Error(err)
			}
		}, "canceled", nil},
		"when the task is deleted": {func(t *testing.T, s *task.Service, ctx context.Context, id a2a.TaskID) {
			if _, err := s.ClearContext(ctx, get(t, s, ctx, id).ContextID); err != nil {
				t.Error(err)
			}
		}, "working", task.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, end := newService(t, task.Config{Executor: sleeper(time.Hour)})
				defer end()
				ctx := as(t, "alice")
				id := must(t, s, ctx, post("m1", "hi")).ID
				var got []string
				var err error
				var reading sync.WaitGroup
				reading.Go(func() { got, err = read(s.Subscribe(ctx, &a2a.SubscribeToTaskRequest{ID: id}, task.StreamOptions{})) })
				time.Sleep(time.Second)
				tt.end(t, s, ctx, id)
				reading.Wait()
				if !errors.Is(err, tt.err) || got[len(got)-1] != tt.last {
					t.Errorf("%q, %v; want %q last and %v", got, err, tt.last, tt.err)
				}
			})
		})
	}
}

func TestAReaderIsAskedNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, end := newService(t, task.Config{Executor: sleeper(3500 * time.Millisecond)})
		defer end()
		wantStream(t, s.SendStream(as(t, "alice"), send("m1", "hi"), task.StreamOptions{Every: time.Second}),
			`task submitted ""`, "working", "nothing", "nothing", "nothing", "completed")
	})
}

// Who sends a message again while it is worked on reads the same answer.
func TestAMessageSentAgainIsReadOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, end := newService(t, task.Config{Executor: pieces(time.Second, "1", "2", "3")})
		defer end()
		ctx := as(t, "alice")
		must(t, s, ctx, post("m1", "hi"))
		time.Sleep(1500 * time.Millisecond)
		again := func() task.Stream { return s.SendStream(ctx, send("m1", "hi"), task.StreamOptions{}) }
		wantStream(t, again(), `task working "1+2"`, "more 3", "completed")
		wantStream(t, again(), `task completed "123"`)
	})
}

// A task that waits for its owner is read until it rests again.
func TestASubscriptionOutlastsAQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, end := newService(t, task.Config{Executor: asker})
		defer end()
		ctx := as(t, "alice")
		asked := must(t, s, ctx, send("m1", "book"))
		var got []string
		var err error
		var reading sync.WaitGroup
		reading.Go(func() {
			got, err = read(s.Subscribe(ctx, &a2a.SubscribeToTaskRequest{ID: asked.ID}, task.StreamOptions{}))
		})
		time.Sleep(time.Minute)
		more := send("m2", "Oslo")
		more.Message.TaskID = asked.ID
		wantStream(t, s.SendStream(ctx, more, task.StreamOptions{}), `task submitted ""`, "whole booked Oslo", "completed")
		reading.Wait()
		if want := `task input_required "", submitted, whole booked Oslo, completed`; strings.Join(got, ", ") != want || err != nil {
			t.Errorf("%q, %v; want %s", got, err, want)
		}
	})
}

// counting counts how often events are read.
type counting struct {
	*sqlite.Store
	reads atomic.Int64
	most  atomic.Int64 // events of one reading
}

func (c *counting) Events(ctx context.Context, owner, id string, after int64, limit int) ([]task.Event, task.Head, error) {
	c.reads.Add(1)
	events, head, err := c.Store.Events(ctx, owner, id, after, limit)
	c.most.Store(max(c.most.Load(), int64(len(events))))
	return events, head, err
}

// Of a large task a stream holds one event at a time, wherever it begins.
func TestAStreamOfALargeTaskReadsAnEventAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &counting{Store: openStore(t, t.TempDir()+"/dir")}
		s, err := task.NewService(tasktest.Sized(task.Config{Store: store, Executor: executor(func(_ context.Context, _ task.Request, emit task.Emit) (task.Result, error) {
			for i := range 9 {
				if err := emit(text(fmt.Sprint(i), strings.Repeat("x", 100<<10)), false); err != nil {
					return task.Result{}, err
				}
			}
			return task.Result{}, nil
		})}))
		if err != nil {
			t.Fatal(err)
		}
		ctx := as(t, "alice")
		id := must(t, s, ctx, send("m1", "hi")).ID
		for after := range int64(9) {
			store.most.Store(0)
			all, err := read(s.Subscribe(ctx, &a2a.SubscribeToTaskRequest{ID: id}, task.StreamOptions{After: &after}))
			if err != nil || all[len(all)-1] != "completed" {
				t.Errorf("behind %d: %d events, %v", after, len(all), err)
			}
			if n := store.most.Load(); n != 1 {
				t.Errorf("behind %d: %d events at once", after, n)
			}
		}
		if err := errors.Join(s.Close(context.Background()), store.Store.Close()); err != nil {
			t.Error(err)
		}
	})
}

// A stream of a task that waits for its owner ends with the agent, and so does one that
// begins later.
func TestStreamsEndWhateverTheyWaitFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, end := newService(t, task.Config{Executor: asker})
		defer end()
		ctx := as(t, "alice")
		req := &a2a.SubscribeToTaskRequest{ID: must(t, s, ctx, send("m1", "book")).ID}
		var err error
		var reading sync.WaitGroup
		reading.Go(func() { _, err = read(s.Subscribe(ctx, req, task.StreamOptions{})) })
		time.Sleep(time.Hour)
		s.EndStreams()
		reading.Wait()
		wantError(t, err, task.ErrClosed)
		got, err := read(s.Subscribe(ctx, req, task.StreamOptions{}))
		if wantError(t, err, task.ErrClosed); len(got) != 1 {
			t.Errorf("%q", got)
		}
	})
}
