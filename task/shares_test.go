package task_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/tasktest"
)

// gauge counts the executions of each caller.
type gauge struct {
	mu      sync.Mutex
	running map[string]int
	total   int
	most    int
}

func (g *gauge) add(owner string, n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running == nil {
		g.running = make(map[string]int)
	}
	g.running[owner] += n
	g.total += n
	g.most = max(g.most, g.total)
}

func (g *gauge) of(owner string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.running["did:bindu:test:"+owner+":1"]
}

// now returns how many run, and how many ran at once at most.
func (g *gauge) now() (total, most int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.total, g.most
}

// long works as long as it may on every message but "quick".
func (g *gauge) long() executor {
	return func(ctx context.Context, req task.Request, _ task.Emit) (task.Result, error) {
		owner := req.Caller.DID.String()
		g.add(owner, 1)
		defer g.add(owner, -1)
		if req.Text() != "quick" {
			<-ctx.Done()
		}
		return task.Result{}, ctx.Err()
	}
}

// greed posts long tasks of the owner until it gets no place, and returns how
// many it got.
func greed(t *testing.T, s *task.Service, owner string) int {
	t.Helper()
	for n := 0; ; n++ {
		_, err := s.Send(as(t, owner), post(fmt.Sprint(n), "long"), task.SendOptions{})
		var quota *task.QuotaError
		if errors.Is(err, task.ErrOverloaded) || errors.As(err, &quota) {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestHostile169LongTasksDelayNobodyElse has greedy callers with as many tasks
// as they can get, which run to their deadline. The message of another starts at
// once, as long as the greedy ones are not more than the reserve.
func TestHostile169LongTasksDelayNobodyElse(t *testing.T) {
	for _, tt := range []struct {
		greedy int
		limits task.Limits
	}{
		{1, task.Limits{}}, {5, task.Limits{Queue: 200}}, {16, task.Limits{Queue: 100}}, {64, task.Limits{Active: 4, Queue: 20}},
		{1, task.Limits{Workers: 1, Reserve: 1, Queue: 1}},
		{5, task.Limits{Workers: 2, Reserve: 5, Queue: 20}},
		{16, task.Limits{Workers: 16, Reserve: 16, Queue: 64}},
	} {
		l := tasktest.Sized(task.Config{Limits: tt.limits}).Limits
		t.Run(fmt.Sprintf("%d greedy, %d workers, %d in reserve", tt.greedy, l.Workers, l.Reserve), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var g gauge
				s, end := newService(t, task.Config{Executor: g.long(), Limits: tt.limits})
				defer end()
				for i := range tt.greedy {
					owner := fmt.Sprintf("greedy%d", i)
					if got := greed(t, s, owner); got == 0 || got > (l.Workers+l.Queue+1)/2 {
						t.Errorf("greedy caller %d has %d places of %d", i, got, l.Workers+l.Queue)
					}
					synctest.Wait()
					if n := g.of(owner); n == 0 || n > (l.Workers+1)/2 {
						t.Errorf("greedy caller %d runs %d tasks of %d workers", i, n, l.Workers)
					}
				}
				for i := range 3 {
					start := time.Now()
					got := must(t, s, as(t, "other"), send(fmt.Sprint(i), "quick"))
					wantState(t, got, a2a.TaskStateCompleted, "")
					if took := time.Since(start); took > time.Second {
						t.Errorf("another caller's message took %s", took)
					}
				}
				if _, most := g.now(); most > l.Workers+tt.greedy {
					t.Errorf("%d tasks ran at once", most)
				}
			})
		})
	}
}

// TestHostile169BeyondTheReserve has more greedy callers than the reserve: all
// places are taken, and another waits for what runs and for one more task of each.
func TestHostile169BeyondTheReserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gauge
		limits := task.Limits{Workers: 2, Reserve: 3, Queue: 50, Active: 4}
		s, end := newService(t, task.Config{Executor: g.long(), Limits: limits, Deadline: time.Minute})
		defer end()
		for i := range 5 {
			greed(t, s, fmt.Sprintf("greedy%d", i))
		}
		synctest.Wait()
		if total, _ := g.now(); total != 5 {
			t.Errorf("%d tasks run", total)
		}
		start := time.Now()
		wantState(t, must(t, s, as(t, "other"), send("m", "quick")), a2a.TaskStateCompleted, "")
		if took := time.Since(start); took > 2*time.Minute+time.Second {
			t.Errorf("another caller's message took %s", took)
		}
	})
}

// TestSharesGoToThoseWhoHoldLess has two callers: the second gets as much as is
// free after the first took half, and both end equal.
func TestSharesGoToThoseWhoHoldLess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gauge
		s, end := newService(t, task.Config{Executor: g.long(), Limits: task.Limits{Workers: 16, Active: 50}, Deadline: time.Minute})
		defer end()
		for _, owner := range []string{"a", "b"} {
			greed(t, s, owner)
		}
		synctest.Wait()
		if a, b := g.of("a"), g.of("b"); a != 8 || b != 4 {
			t.Errorf("a runs %d, b %d", a, b)
		}
		time.Sleep(time.Minute + time.Second) // the first ones ended
		synctest.Wait()
		if a, b := g.of("a"), g.of("b"); a > b+1 || b > a+1 || a+b < 10 {
			t.Errorf("later a runs %d, b %d", a, b)
		}
	})
}

// TestHostile169HungExecutorsAreTheirOwners lets one caller's messages hang the
// executor for ever: it gets no more than its share of hung ones, what it has
// waiting is refused, and others are served.
func TestHostile169HungExecutorsAreTheirOwners(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		s, end := newService(t, task.Config{
			Deadline: time.Minute, Grace: time.Second, Limits: task.Limits{Workers: 4, Reserve: 3, Queue: 100},
			Executor: executor(func(ctx context.Context, req task.Request, _ task.Emit) (task.Result, error) {
				if req.Text() == "long" {
					<-release
				}
				return task.Result{}, nil
			}),
		})
		defer end()
		for _, owner := range []string{"greedy0", "greedy1", "greedy2"} {
			if greed(t, s, owner) == 0 {
				t.Errorf("%s has no place", owner)
			}
		}
		time.Sleep(time.Hour) // all that may hang does
		synctest.Wait()
		for _, owner := range []string{"greedy0", "greedy1", "greedy2"} {
			_, err := s.Send(as(t, owner), post("more", "long"), task.SendOptions{})
			wantError(t, err, task.ErrOverloaded)
			page, err := s.ListTasks(as(t, owner), &a2a.ListTasksRequest{Status: a2a.TaskStateSubmitted})
			if err != nil || page.TotalSize != 0 {
				t.Errorf("%s has %d tasks waiting, %v", owner, page.TotalSize, err)
			}
		}
		start := time.Now()
		wantState(t, must(t, s, as(t, "other"), send("m", "quick")), a2a.TaskStateCompleted, "")
		if took := time.Since(start); took > time.Second {
			t.Errorf("another caller's message took %s", took)
		}
		close(release)
		synctest.Wait()
		wantState(t, must(t, s, as(t, "greedy0"), send("again", "quick")), a2a.TaskStateCompleted, "")
	})
}

// TestWhatWaitsBehindAHungExecutorIsRefused and says so.
func TestWhatWaitsBehindAHungExecutorIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		s, end := newService(t, task.Config{
			Deadline: time.Minute, Grace: time.Second, Limits: task.Limits{Workers: 1},
			Executor: executor(func(context.Context, task.Request, task.Emit) (task.Result, error) {
				<-release
				return task.Result{}, nil
			}),
		})
		defer end()
		ctx := as(t, "alice")
		must(t, s, ctx, post("1", "x"))
		behind := must(t, s, ctx, post("2", "x"))
		time.Sleep(time.Hour)
		wantState(t, get(t, s, ctx, behind.ID), a2a.TaskStateFailed, "overloaded")
		close(release)
		synctest.Wait()
	})
}
