package postgres_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	_ "github.com/jackc/pgx/v5/stdlib" // to look at the rows

	"github.com/getbindu/bindu-go/internal/postgrestest"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/postgres"
)

const owner = "did:bindu:a:alice:1"

// replicas are stores of processes that share a database.
func replicas(t *testing.T, n int) (stores []*postgres.Store, database string) {
	t.Helper()
	server := postgrestest.Shared(t)
	database = server.Address(server.Database(t), nil)
	for range n {
		stores = append(stores, open(t, address(t, database)))
	}
	return stores, database
}

func submission(id, text, holder string) task.Submission {
	sum := sha256.Sum256([]byte(text))
	return task.Submission{
		Owner: owner, Message: &a2a.Message{ID: "message " + text, Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart(text)}}, Digest: sum[:],
		TaskID: id, ContextID: "c", Run: "run of " + id, Holder: holder, At: time.UnixMilli(1),
		MaxTasks: 1 << 20, MaxBytes: 1 << 30, MaxMessages: 100, MaxTaskBytes: 1 << 20,
	}
}

func submit(t *testing.T, store *postgres.Store, s task.Submission) {
	t.Helper()
	if _, err := store.Submit(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

func transition(to a2a.TaskState) task.Transition {
	return task.Transition{To: to, At: time.UnixMilli(2)}
}

// atOnce calls fn for each store and number at the same time.
func atOnce(stores []*postgres.Store, each int, fn func(store *postgres.Store, i int)) {
	var all sync.WaitGroup
	for i := range each * len(stores) {
		all.Go(func() { fn(stores[i%len(stores)], i) })
	}
	all.Wait()
}

// balanced fails unless what owners are charged for is what they have.
func balanced(t *testing.T, database string) {
	t.Helper()
	db, err := sql.Open("pgx", database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var wrong int
	err = db.QueryRow(`SELECT count(*) FROM (SELECT o.n FROM agent.owners o LEFT JOIN agent.tasks t ON t.owner = o.n
		GROUP BY o.n HAVING o.tasks <> count(t.n) OR o.bytes <> coalesce(sum(t.bytes), 0)) AS wrong`).Scan(&wrong)
	if err != nil || wrong != 0 {
		t.Errorf("%d owners are charged for what they do not have, %v", wrong, err)
	}
}

// TestAMessageIsAcceptedOnce at whichever process it arrives, also if its owner was not
// known before, and if it names the task that it makes or continues.
func TestAMessageIsAcceptedOnce(t *testing.T) {
	for name, prepare := range map[string]func(t *testing.T, store *postgres.Store, s *task.Submission){
		"it makes a task": func(*testing.T, *postgres.Store, *task.Submission) {},
		"it names a new task": func(_ *testing.T, _ *postgres.Store, s *task.Submission) {
			s.Message.TaskID, s.AdoptTaskID = "named", true
		},
		"it continues a task": func(t *testing.T, store *postgres.Store, s *task.Submission) {
			submit(t, store, submission("asked", "question", "h"))
			if err := store.Transition(t.Context(), owner, "asked", transition(a2a.TaskStateInputRequired)); err != nil {
				t.Fatal(err)
			}
			s.Message.TaskID = "asked"
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stores, database := replicas(t, 3)
			s := submission("", "hello", "h")
			prepare(t, stores[0], &s)
			var mu sync.Mutex
			var fresh, again int
			ids := make(map[a2a.TaskID]bool)
			atOnce(stores, 4, func(store *postgres.Store, i int) {
				mine, m := s, *s.Message
				mine.Message, mine.TaskID, mine.Run = &m, fmt.Sprint("t", i), fmt.Sprint("r", i)
				out, err := store.Submit(t.Context(), mine)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err != nil:
					t.Errorf("Submit: %v", err)
					return
				case out.Duplicate:
					again++
				default:
					fresh++
				}
				ids[out.Task.ID] = true
			})
			if fresh != 1 || again != 11 || len(ids) != 1 {
				t.Errorf("%d were accepted and %d known, as tasks %v", fresh, again, ids)
			}
			balanced(t, database)
		})
	}
}

// TestOneTaskOfAName: of two messages that name the same new task one makes it.
func TestOneTaskOfAName(t *testing.T) {
	t.Parallel()
	stores, database := replicas(t, 3)
	var mu sync.Mutex
	made := 0
	atOnce(stores, 3, func(store *postgres.Store, i int) {
		s := submission("", fmt.Sprint("text", i), "h")
		s.Message.TaskID, s.AdoptTaskID = "named", true
		_, err := store.Submit(t.Context(), s)
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			made++
		} else if !errors.Is(err, task.ErrBusy) {
			t.Errorf("Submit: %v", err)
		}
	})
	if made != 1 {
		t.Errorf("%d made it", made)
	}
	balanced(t, database)
}

// TestATaskEndsOnce, and is counted once, whichever process ends it how.
func TestATaskEndsOnce(t *testing.T) {
	t.Parallel()
	stores, database := replicas(t, 3)
	submit(t, stores[0], submission("t", "x", "h"))
	var mu sync.Mutex
	ends := 0
	atOnce(stores, 2, func(store *postgres.Store, i int) {
		end := transition([]a2a.TaskState{a2a.TaskStateCompleted, a2a.TaskStateFailed, a2a.TaskStateCanceled}[i%3])
		end.Artifacts = []*a2a.Artifact{{ID: "a", Parts: a2a.ContentParts{a2a.NewTextPart("x")}}}
		err := store.Transition(t.Context(), owner, "t", end)
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			ends++
		} else if !errors.Is(err, task.ErrEnded) {
			t.Errorf("Transition: %v", err)
		}
	})
	if ends != 1 {
		t.Errorf("it ended %d times", ends)
	}
	balanced(t, database)
}

// TestEventsOfManyProcesses: numbers have no gap, and a reader who reads on misses none.
func TestEventsOfManyProcesses(t *testing.T) {
	t.Parallel()
	stores, database := replicas(t, 3)
	submit(t, stores[0], submission("t", "x", "h"))
	var all []int64
	ended := make(chan struct{})
	var reader sync.WaitGroup
	reader.Go(func() {
		for after, last := int64(0), false; !last; {
			select {
			case <-ended:
				last = true
			default:
			}
			events, _, err := stores[1].Events(t.Context(), owner, "t", after, 100)
			if err != nil {
				t.Error(err)
				return
			}
			for _, e := range events {
				all, after = append(all, e.Seq), e.Seq
			}
		}
	})
	atOnce(stores, 10, func(store *postgres.Store, i int) {
		chunk := &a2a.Artifact{ID: "a", Parts: a2a.ContentParts{a2a.NewTextPart("x")}}
		if err := store.Append(t.Context(), owner, "t", task.Chunk{Run: "run of t", Fence: 1, Artifact: chunk, At: time.UnixMilli(2)}); err != nil {
			t.Error(err)
		}
	})
	close(ended)
	reader.Wait()
	for i, seq := range all {
		if seq != int64(i+1) {
			t.Fatalf("read %v", all)
		}
	}
	if len(all) != 31 {
		t.Errorf("read %d events", len(all))
	}
	balanced(t, database)
}

// lose leaves tasks of a process that is dead.
func lose(t *testing.T, store *postgres.Store, n int) {
	t.Helper()
	for i := range n {
		s := submission(fmt.Sprint("lost", i), fmt.Sprint("text", i), "dead")
		s.Owner = fmt.Sprint("did:bindu:a:owner:", i%3)
		submit(t, store, s)
	}
	for _, err := range []error{store.Hold(t.Context(), "dead", time.Hour), store.Release(t.Context(), "dead")} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func recovery(holder string) task.Recovery {
	return task.Recovery{Holder: holder, Transition: transition(a2a.TaskStateFailed)}
}

// TestWhatIsLostIsFailedOnce however many look for it.
func TestWhatIsLostIsFailedOnce(t *testing.T) {
	t.Parallel()
	stores, database := replicas(t, 3)
	const tasks = 30
	lose(t, stores[0], tasks)
	var mu sync.Mutex
	failed := make(map[string]int)
	atOnce(stores, 2, func(store *postgres.Store, i int) {
		lost, err := store.FailLost(t.Context(), recovery(fmt.Sprint("h", i)))
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, l := range lost {
			failed[l.ID]++
		}
	})
	for id, n := range failed {
		if n != 1 {
			t.Errorf("%s failed %d times", id, n)
		}
	}
	if len(failed) != tasks {
		t.Errorf("%d failed", len(failed))
	}
	balanced(t, database)
}

// TestWhatIsLostIsTakenOnce, and what somebody has just taken is not failed by another.
func TestWhatIsLostIsTakenOnce(t *testing.T) {
	t.Parallel()
	stores, database := replicas(t, 3)
	const tasks = 12
	lose(t, stores[0], tasks)
	var mu sync.Mutex
	taken := make(map[string]int)
	atOnce(stores, 1, func(store *postgres.Store, i int) {
		holder := fmt.Sprint("h", i)
		if err := store.Hold(t.Context(), holder, time.Hour); err != nil {
			t.Error(err)
		}
		for {
			got, err := store.TakeLost(t.Context(), recovery(holder), fmt.Sprint("run", i), time.UnixMilli(3))
			if err != nil {
				t.Error(err)
			}
			if got.ID == "" || err != nil {
				break
			}
			mu.Lock()
			taken[got.ID]++
			mu.Unlock()
		}
		if lost, err := store.FailLost(t.Context(), recovery(holder)); err != nil || len(lost) != 0 {
			t.Errorf("%v failed, %v", lost, err)
		}
	})
	for id, n := range taken {
		if n != 1 {
			t.Errorf("%s was taken %d times", id, n)
		}
	}
	if len(taken) != tasks {
		t.Errorf("%d were taken", len(taken))
	}
	balanced(t, database)
}

// TestWhatALateHolderBegan is lost when it dies, although its lease was forgotten before.
func TestWhatALateHolderBegan(t *testing.T) {
	t.Parallel()
	stores, _ := replicas(t, 2)
	lose(t, stores[0], 1)
	for range 2 {
		if lost, err := stores[1].FailLost(t.Context(), recovery("h")); err != nil || len(lost) != 1 {
			t.Errorf("%v failed, %v", lost, err)
		}
		submit(t, stores[0], submission("late", "late", "dead"))
	}
}

// TestAWebhookIsSettledWhileItsTaskGoesOn: what happens then is told.
func TestAWebhookIsSettledWhileItsTaskGoesOn(t *testing.T) {
	t.Parallel()
	stores, database := replicas(t, 2)
	for i := range 10 {
		id := fmt.Sprint("t", i)
		s := submission(id, fmt.Sprint("text", i), "h")
		s.Push = &task.NewPush{Push: task.Push{ID: "p", URL: "https://example.com"}, At: time.UnixMilli(1), MaxPerTask: 9, MaxPerOwner: 99, MaxBytes: 1 << 20}
		submit(t, stores[0], s)
		if err := stores[0].Transition(t.Context(), owner, id, transition(a2a.TaskStateInputRequired)); err != nil {
			t.Fatal(err)
		}
		taken, err := stores[0].TakePush(t.Context(), task.PushRef{Owner: owner, TaskID: id, ID: "p"}, time.UnixMilli(5), time.UnixMilli(50))
		if err != nil {
			t.Fatal(err)
		}
		more := submission(id, fmt.Sprint("more", i), "h")
		more.Message.TaskID = a2a.TaskID(id)
		var both sync.WaitGroup
		both.Go(func() { submit(t, stores[1], more) })
		both.Go(func() {
			if err := stores[0].SettlePush(t.Context(), taken, task.Settlement{After: 2, Due: time.UnixMilli(60)}); err != nil {
				t.Error(err)
			}
		})
		both.Wait()
		due, err := stores[0].DuePushes(t.Context(), task.DueFilter{Owner: owner, TaskID: id, At: time.UnixMilli(100), Limit: 9, PerOwner: 9})
		if err != nil || len(due.Refs) != 1 {
			t.Errorf("due are %v, %v", due.Refs, err)
		}
	}
	balanced(t, database)
}

// TestBesideEachOther: whatever many do to the same tasks at once, what owners are charged
// for is what they have, and nobody is told that the database is to blame.
func TestBesideEachOther(t *testing.T) {
	t.Parallel()
	stores, database := replicas(t, 3)
	ctx := t.Context()
	say := func(err error) {
		var refusal *task.Refusal
		if err != nil && !errors.As(err, &refusal) && !errors.Is(err, task.ErrSuperseded) {
			t.Error(err)
		}
	}
	atOnce(stores, 2, func(store *postgres.Store, i int) {
		for round := range 6 {
			id := fmt.Sprint("t", (i+round)%5)
			s := submission("", fmt.Sprint(i, " ", round), "h")
			s.Message.TaskID, s.AdoptTaskID, s.Run = a2a.TaskID(id), true, "r"
			s.Push = &task.NewPush{Push: task.Push{ID: "p", URL: "https://example.com"}, MaxPerTask: 9, MaxPerOwner: 99, MaxBytes: 1 << 20}
			_, err := store.Submit(ctx, s)
			say(err)
			say(store.Append(ctx, owner, id, task.Chunk{Run: "r", Fence: 1, At: s.At, Artifact: &a2a.Artifact{ID: "a", Parts: a2a.ContentParts{a2a.NewTextPart("x")}}}))
			say(store.Transition(ctx, owner, id, transition(a2a.TaskStateCompleted)))
			say(store.DropPush(ctx, owner, id, "p"))
			switch (i + round) % 4 {
			case 0:
				_, err = store.ClearContext(ctx, owner, "c")
			case 1:
				_, err = store.Expire(ctx, time.UnixMilli(10), 10)
			case 2:
				_, err = store.Get(ctx, owner, id, -1)
			default:
				if i == 0 {
					_, err = store.DropPushes(ctx, owner)
				}
			}
			say(err)
		}
	})
	balanced(t, database)
	if _, err := stores[0].ClearContext(context.WithoutCancel(ctx), owner, "c"); err != nil {
		t.Error(err)
	}
	balanced(t, database)
}
