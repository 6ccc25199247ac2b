package turns_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/internal/turns"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLineTakesTurns(t *testing.T) {
	t.Parallel()
	var l turns.Line[int]
	for i := range 3 {
		l.Push("greedy", i)
	}
	l.Push("b", 10)
	l.Push("c", 20)
	l.Hold("b", 1) // holds something already: comes last
	var got string
	for {
		owner, ok := l.First()
		if !ok {
			break
		}
		got += fmt.Sprint(owner, l.Pop(), " ")
	}
	if got != "greedy0 c20 greedy1 greedy2 b10 " {
		t.Errorf("order %s", got)
	}
	if l.Held("b") != 1 || l.Held("greedy") != 0 || l.Len() != 0 {
		t.Errorf("b holds %d, greedy %d, %d wait", l.Held("b"), l.Held("greedy"), l.Len())
	}
}

func TestLineRemoves(t *testing.T) {
	t.Parallel()
	var l turns.Line[int]
	for i := range 4 {
		l.Push("a", i)
		l.Push("b", i)
	}
	is := func(want int) func(int) bool { return func(got int) bool { return got == want } }
	for _, tt := range []struct {
		owner string
		item  int
		want  bool
	}{{"a", 0, true}, {"a", 2, true}, {"a", 2, false}, {"nobody", 0, false}} {
		if got := l.Remove(tt.owner, is(tt.item)); got != tt.want {
			t.Errorf("Remove(%s, %d) = %t", tt.owner, tt.item, got)
		}
	}
	if got := fmt.Sprint(l.RemoveAll(func(owner string) bool { return owner == "a" })); got != "map[a:[1 3]]" {
		t.Errorf("RemoveAll = %s", got)
	}
	if owner, _ := l.First(); owner != "b" || l.Len() != 4 {
		t.Errorf("%s is first of %d", owner, l.Len())
	}
}

// TestLineAgainstASlowerOne compares with a search through all owners.
func TestLineAgainstASlowerOne(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	var l turns.Line[int]
	held, since, items := map[string]int{}, map[string]int{}, map[string][]int{}
	for step := range 20_000 {
		owner := string(rune('a' + random.IntN(6)))
		switch random.IntN(4) {
		case 0, 1:
			if len(items[owner]) == 0 {
				since[owner] = step
			}
			items[owner] = append(items[owner], step)
			l.Push(owner, step)
		case 2:
			n := 1 - 2*random.IntN(2)
			if held[owner]+n >= 0 {
				held[owner] += n
				l.Hold(owner, n)
			}
		case 3:
			var want string
			for o := range items {
				if len(items[o]) > 0 && (want == "" || held[o] < held[want] || held[o] == held[want] && since[o] < since[want]) {
					want = o
				}
			}
			got, ok := l.First()
			if ok != (want != "") || got != want {
				t.Fatalf("step %d: first is %q, want %q", step, got, want)
			}
			if ok {
				if item := l.Pop(); item != items[want][0] {
					t.Fatalf("step %d: item %d, want %d", step, item, items[want][0])
				}
				items[want], since[want] = items[want][1:], step
			}
		}
	}
}

func TestSemaphoreLeavesHalfToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := turns.NewSemaphore(4)
		got := make(chan string, 20)
		for range 10 {
			go func() {
				if s.Acquire(t.Context(), "greedy") == nil {
					got <- "greedy"
				}
			}()
		}
		synctest.Wait()
		if len(got) != 2 {
			t.Fatalf("greedy has %d places", len(got))
		}
		for _, owner := range []string{"b", "c"} {
			if err := s.Acquire(t.Context(), owner); err != nil {
				t.Fatal(err)
			}
		}
		go func() {
			if s.Acquire(t.Context(), "d") == nil {
				got <- "d"
			}
		}()
		synctest.Wait()
		s.Release("b")
		synctest.Wait()
		if len(got) != 3 {
			t.Fatalf("%d were served", len(got))
		}
		for _, want := range []string{"greedy", "greedy", "d"} {
			if owner := <-got; owner != want {
				t.Errorf("%s was served, want %s", owner, want)
			}
		}
		s.Release("c")
		s.Release("d")
		for range 8 { // all the others, in turn
			s.Release("greedy")
			synctest.Wait()
		}
		if s.Waiting() != 0 {
			t.Errorf("%d still wait", s.Waiting())
		}
	})
}

func TestSemaphoreForgetsWhoGaveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := turns.NewSemaphore(1)
		if err := s.Acquire(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Acquire(ctx, "b"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Acquire: %v", err)
		}
		if err := s.Acquire(ctx, "b"); !errors.Is(err, context.DeadlineExceeded) || s.Waiting() != 0 {
			t.Errorf("Acquire too late: %v, %d wait", err, s.Waiting())
		}
		s.Release("a")
		if err := s.Acquire(t.Context(), "c"); err != nil {
			t.Errorf("Acquire: %v", err)
		}
	})
}

func TestSemaphoreGivesAllToOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := turns.NewSemaphore(4)
		s.AcquireAll() // nobody has any
		s.ReleaseAll()
		for _, owner := range []string{"a", "b"} {
			if err := s.Acquire(t.Context(), owner); err != nil {
				t.Fatal(err)
			}
		}
		var log []string
		all := make(chan struct{})
		go func() {
			s.AcquireAll()
			log = append(log, "all")
			close(all)
		}()
		synctest.Wait()
		late := make(chan struct{})
		go func() {
			if s.Acquire(t.Context(), "c") == nil {
				log = append(log, "c")
			}
			close(late)
		}()
		synctest.Wait()
		s.Release("a")
		synctest.Wait()
		if len(log) != 0 {
			t.Errorf("%v, while b reads", log)
		}
		s.Release("b")
		<-all
		synctest.Wait()
		s.ReleaseAll()
		<-late
		if fmt.Sprint(log) != "[all c]" {
			t.Errorf("order %v", log)
		}
	})
}
