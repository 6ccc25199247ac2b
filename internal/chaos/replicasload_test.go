package chaos

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // to look at the rows

	"github.com/getbindu/bindu-go/internal/probe"
)

const (
	fleetSize    = 3
	fleetWorkers = 12
	// killEvery is the pause between two kills, lostWithin how long a run outlives its
	// process at most, and twice that on a slow machine.
	killEvery, lostWithin = 20 * time.Second, 15 * time.Second
)

// TestReplicasUnderLoad kills one of three processes again and again, for a minute or for
// REPLICAS_TIME. Each request is sent to all of them and taken once, each task that was
// accepted ends, and ends once.
func TestReplicasUnderLoad(t *testing.T) {
	total := time.Minute
	if text := os.Getenv("REPLICAS_TIME"); text != "" {
		var err error
		if total, err = time.ParseDuration(text); err != nil || total < killEvery {
			t.Fatalf("REPLICAS_TIME=%q is no duration of at least %s", text, killEvery)
		}
	}
	f := newFleet(t, fleetSize)
	l := &fleetLoad{fleet: f, ended: make(map[string]string)}
	for range 3 {
		l.members = append(l.members, f.newMember(t))
	}
	ctx, cancel := context.WithCancel(t.Context())
	var workers sync.WaitGroup
	defer workers.Wait()
	defer cancel()
	for i := range fleetWorkers {
		workers.Go(func() { l.work(ctx, t, l.members[i%len(l.members)]) })
	}
	end, kill := time.After(total), time.NewTicker(killEvery)
	defer kill.Stop()
	for kills := 0; ; {
		select {
		case <-kill.C:
			l.killed.Store(time.Now().UnixNano())
			f.serving[kills%fleetSize].Load().kill()
			f.start(t, kills%fleetSize)
			kills++
			t.Logf("%d kills: %s", kills, l)
			continue
		case <-end:
		}
		break
	}
	cancel()
	workers.Wait()
	l.judge(t)
}

// fleetLoad is what is asked of a fleet, and what became of it.
type fleetLoad struct {
	*fleet
	members []*member

	next, accepted, copies, replayed, unanswered atomic.Int64
	cancelled, failed                            atomic.Int64
	twice, endless                               atomic.Int64
	killed, slowest                              atomic.Int64 // unix nanoseconds, nanoseconds

	mu    sync.Mutex
	ended map[string]string // state by task, as it was seen first
	odd   []string
}

func (l *fleetLoad) String() string {
	return fmt.Sprintf("%d requests in %d copies each, %d accepted, %d copies replayed, %d without a known end of accepting; %d tasks cancelled, %d failed with their process, %s after the kill at most; accepted twice %d, without an end %d",
		l.next.Load(), fleetSize, l.accepted.Load(), l.replayed.Load(), l.unanswered.Load(), l.cancelled.Load(), l.failed.Load(),
		time.Duration(l.slowest.Load()).Round(10*time.Millisecond), l.twice.Load(), l.endless.Load())
}

// work starts one task after the other, and follows each to its end.
func (l *fleetLoad) work(ctx context.Context, t *testing.T, m *member) {
	for ctx.Err() == nil {
		n := l.next.Add(1)
		seconds := []float64{0.05, 0.5, 4}[rand.N(3)]
		id := l.begin(t, m, fmt.Sprintf("request-%d", n), seconds)
		if id == "" {
			time.Sleep(200 * time.Millisecond)
			continue
		}
		if n%7 == 0 {
			if got, _, ok := m.ask(t, l.any(), about("tasks/cancel", id)); ok && got.Status.State == "canceled" {
				l.cancelled.Add(1)
			}
		}
		l.await(t, m, id)
	}
}

// begin sends a request to all processes at once, and returns the task that came of it.
func (l *fleetLoad) begin(t *testing.T, m *member, name string, seconds float64) (id string) {
	r, err := m.signBody(l.any().url, startMessage(name, seconds))
	if err != nil {
		t.Error(err)
		return ""
	}
	var accepted atomic.Int64
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range l.serving {
		mine := probe.Request{URL: l.serving[i].Load().url + "/", Header: r.Header, Body: r.Body}
		all.Go(func() {
			got, answer, ok := m.send(t, mine)
			switch {
			case ok:
				accepted.Add(1)
				mu.Lock()
				id = got.ID
				mu.Unlock()
			case answer.Reason == "replayed":
				l.replayed.Add(1)
			case answer.Status != 0 && answer.Status != 503:
				l.note(fmt.Sprintf("%s: %s", name, answer))
			}
		})
	}
	all.Wait()
	l.copies.Add(int64(len(l.serving)))
	switch n := accepted.Load(); {
	case n == 0:
		l.unanswered.Add(1)
	case n > 1:
		l.twice.Add(1)
		l.note(fmt.Sprintf("%s was accepted %d times", name, n))
	default:
		l.accepted.Add(1)
	}
	return id
}

// await asks any process until the task has ended.
func (l *fleetLoad) await(t *testing.T, m *member, id string) {
	for deadline := time.Now().Add(2 * patience); time.Now().Before(deadline); time.Sleep(250 * time.Millisecond) {
		got, answer, ok := m.ask(t, l.any(), about("tasks/get", id))
		if !ok || !got.ended() {
			continue
		}
		l.mu.Lock()
		l.ended[id] = got.Status.State
		l.mu.Unlock()
		if strings.Contains(answer.Body, "agent_restarted") {
			l.failed.Add(1)
			l.slowest.Store(max(l.slowest.Load(), time.Now().UnixNano()-l.killed.Load()))
		} else if got.Status.State == "failed" {
			l.note(id + " failed: " + answer.Body)
		}
		return
	}
	l.endless.Add(1)
	l.note(id + " did not end")
}

func (l *fleetLoad) note(odd string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.odd) < 20 {
		l.odd = append(l.odd, odd)
	}
}

// judge compares what callers saw with what is kept, and with what was executed.
func (l *fleetLoad) judge(t *testing.T) {
	t.Helper()
	t.Log(l)
	kept := l.kept(t)
	for id, state := range l.ended {
		if got := strings.ToLower(strings.TrimPrefix(kept[id], "TASK_STATE_")); got != state {
			l.note(fmt.Sprintf("%s ended %s and is %s", id, state, got))
		}
	}
	data, err := os.ReadFile(l.executed)
	if err != nil {
		t.Fatal(err)
	}
	executed := make(map[string]int)
	for name := range strings.Lines(string(data)) {
		if executed[name]++; executed[name] == 2 {
			l.note(strings.TrimSpace(name) + " was executed twice")
		}
	}
	for _, odd := range l.odd {
		t.Error(odd)
	}
	if l.accepted.Load() == 0 || l.replayed.Load() == 0 || l.failed.Load() == 0 || l.cancelled.Load() == 0 {
		t.Error("not all of it happened")
	}
	if slowest := time.Duration(l.slowest.Load()); slowest > 2*lostWithin {
		t.Errorf("a run outlived its process by %s", slowest)
	}
	l.sameSecret(t)
}

// kept returns the state of every task once all have ended, those of lost answers too.
func (l *fleetLoad) kept(t *testing.T) map[string]string {
	t.Helper()
	db, err := sql.Open("pgx", l.server.Address(l.database, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for deadline := time.Now().Add(patience); ; time.Sleep(250 * time.Millisecond) {
		states, unfinished := make(map[string]string), 0
		rows, err := db.Query(`SELECT id, state FROM agent.tasks`)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var id, state string
			if err := rows.Scan(&id, &state); err != nil {
				t.Fatal(err)
			}
			if states[id] = state; state == "TASK_STATE_SUBMITTED" || state == "TASK_STATE_WORKING" {
				unfinished++
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if unfinished == 0 {
			return states
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d tasks have no end", unfinished)
		}
	}
}
