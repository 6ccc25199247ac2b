package sqlite_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// TestOneOwnerLeavesReadersToOthers lets one owner ask for more reads than there
// are connections, none of which ends: another's is carried out all the same.
func TestOneOwnerLeavesReadersToOthers(t *testing.T) {
	t.Parallel()
	store := openIn(t, filepath.Join(t.TempDir(), "dir"))
	end := make(chan struct{})
	const greedy = 10
	var reading atomic.Int64
	var all sync.WaitGroup
	for range greedy {
		all.Go(func() {
			if err := store.Viewing(t.Context(), owner(0), func() { reading.Add(1); <-end }); err != nil {
				t.Error(err)
			}
		})
	}
	for int(reading.Load())+store.WaitingReaders() < greedy {
		time.Sleep(time.Millisecond) // the test's time bounds it
	}
	if n := reading.Load(); n != sqlite.Readers/2 {
		t.Errorf("one owner has %d of %d connections", n, sqlite.Readers)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := store.List(ctx, owner(1), task.Filter{Limit: 1}); err != nil {
		t.Errorf("another's read: %v", err)
	}
	close(end)
	all.Wait()
}

// TestOwnersTakeTurnsAtWriting lets one owner ask for a hundred writes while a
// write goes on: another's that comes last is not the last.
func TestOwnersTakeTurnsAtWriting(t *testing.T) {
	t.Parallel()
	store := openIn(t, filepath.Join(t.TempDir(), "dir"))
	began, end := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		if err := store.Changing(t.Context(), owner(0), func() { close(began); <-end }); err != nil {
			t.Error(err)
		}
	})
	<-began
	var order []int
	const greedy = 100
	write := func(i int) {
		all.Go(func() {
			if err := store.Changing(t.Context(), owner(i), func() { order = append(order, i) }); err != nil {
				t.Error(err)
			}
		})
	}
	for range greedy {
		write(0)
	}
	untilWaiting(t, store, greedy)
	write(1)
	untilWaiting(t, store, greedy+1)
	close(end)
	all.Wait()
	if order[0] != 1 && order[1] != 1 {
		t.Errorf("the other was served after %v", order[:10])
	}
}

func untilWaiting(t *testing.T, store *sqlite.Store, n int) {
	t.Helper()
	for store.WaitingWriters() < n {
		time.Sleep(time.Millisecond) // the test's time bounds it
	}
}

// TestWaitingForAConnectionEndsWithTheRequest leaves nothing behind.
func TestWaitingForAConnectionEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	store := openIn(t, filepath.Join(t.TempDir(), "dir"))
	err := store.Changing(t.Context(), owner(0), func() {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if _, err := store.ClearContext(ctx, owner(1), "c"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ClearContext: %v", err)
		}
	})
	if err != nil {
		t.Error(err)
	}
	if _, err := store.ClearContext(t.Context(), owner(1), "c"); err != nil {
		t.Errorf("ClearContext afterwards: %v", err)
	}
}

// TestClearingAContextLetsOthersWrite clears more tasks than a transaction
// takes, while another owner writes: it is served between two batches.
func TestClearingAContextLetsOthersWrite(t *testing.T) {
	t.Parallel()
	store := openIn(t, filepath.Join(t.TempDir(), "dir"))
	const tasks = 3*sqlite.Batch + 7
	for n := range tasks {
		if err := sendOne(t.Context(), store, owner(0), n, 10); err != nil {
			t.Fatal(err)
		}
	}
	var left int
	var all sync.WaitGroup
	began, end := make(chan struct{}), make(chan struct{})
	all.Go(func() {
		if err := store.Changing(t.Context(), owner(2), func() { close(began); <-end }); err != nil {
			t.Error(err)
		}
	})
	<-began
	var cleared atomic.Int64
	for range 2 { // both at once
		all.Go(func() {
			n, err := store.ClearContext(t.Context(), owner(0), "c")
			if err != nil {
				t.Error(err)
			}
			cleared.Add(int64(n))
		})
	}
	untilWaiting(t, store, 2)
	all.Go(func() {
		if err := store.ChangingTasks(t.Context(), owner(1), func(n int) { left = n }); err != nil {
			t.Error(err)
		}
	})
	untilWaiting(t, store, 3)
	close(end)
	all.Wait()
	if cleared.Load() != tasks {
		t.Errorf("%d tasks were cleared, want %d", cleared.Load(), tasks)
	}
	if left != tasks-sqlite.Batch {
		t.Errorf("the other's write saw %d tasks left of %d", left, tasks)
	}
	if n, err := store.ClearContext(t.Context(), owner(0), "c"); n != 0 || err != nil {
		t.Errorf("ClearContext again = %d, %v", n, err)
	}
}
