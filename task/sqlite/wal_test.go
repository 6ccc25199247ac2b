package sqlite_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/internal/loadscale"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// walScale is how much smaller than in earnest the log, its bound and what is
// written are, unless LOAD_SCALE is set.
const walScale = 16

// walSize returns the size of the write-ahead log in dir.
func walSize(t *testing.T, dir string) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, sqlite.FileName+"-wal"))
	if err != nil {
		t.Error(err)
		return 0
	}
	return info.Size()
}

// TestHostile173WriteAheadLogStaysSmall lists tasks in ten loops, so that there
// is hardly ever a moment without a reader, beside three that send and clear.
func TestHostile173WriteAheadLogStaysSmall(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dir")
	store := openIn(t, dir)
	scale := walScale
	if os.Getenv("LOAD_SCALE") != "" {
		scale = 1
	}
	bound, size := int64(64<<20/scale), 1<<20/scale
	store.SetLogLimit(int64(16 << 20 / scale))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var lists, writers sync.WaitGroup
	var listed atomic.Int64
	for i := range 10 {
		lists.Go(func() {
			for ctx.Err() == nil {
				if _, err := store.List(ctx, owner(i%3), task.Filter{Limit: 10}); err != nil && ctx.Err() == nil {
					t.Errorf("List: %v", err)
					return
				}
				listed.Add(1)
			}
		})
	}
	var largest, sent atomic.Int64
	rounds := int64(loadscale.Size(t, 160, 1000))
	for i := range 3 {
		writers.Go(func() {
			for n := 0; sent.Add(1) <= rounds; n++ {
				if err := sendAndClear(ctx, store, owner(i), n, size); err != nil {
					t.Errorf("sending and clearing: %v", err)
					return
				}
				for log := walSize(t, dir); log > largest.Load(); {
					largest.Store(log)
				}
			}
		})
	}
	writers.Wait()
	before := listed.Load()
	stop()
	lists.Wait()
	t.Logf("%d KiB written beside %d lists, the log had %d KiB", rounds*int64(size)>>10, before, largest.Load()>>10)
	if largest.Load() > bound {
		t.Errorf("the write-ahead log grew to %d KiB, want at most %d", largest.Load()>>10, bound>>10)
	}
	if before == 0 {
		t.Error("nothing was read")
	}
}

func owner(i int) string { return fmt.Sprintf("did:bindu:test:%d:1", i) }

// sendAndClear stores a message of that size. Each tenth time it clears.
func sendAndClear(ctx context.Context, store *sqlite.Store, owner string, n, size int) error {
	err := sendOne(ctx, store, owner, n, size)
	if err == nil && n%10 == 9 {
		_, err = store.ClearContext(ctx, owner, "c")
	}
	return err
}

func sendOne(ctx context.Context, store *sqlite.Store, owner string, n, size int) error {
	id := fmt.Sprintf("t%d", n)
	sum := sha256.Sum256([]byte(id))
	_, err := store.Submit(ctx, task.Submission{
		Owner: owner, Digest: sum[:], TaskID: id, ContextID: "c", Run: "r", At: time.Now(),
		Message: &a2a.Message{
			ID: "m" + id, Role: a2a.MessageRoleUser, ContextID: "c",
			Parts: a2a.ContentParts{a2a.NewTextPart(strings.Repeat("x", size))},
		},
	})
	return err
}

// TestCheckpointWaitsForReadersAndReadersForIt holds a read while the log passes
// its limit: the log is emptied when that read ends, although another is asked
// for in the meantime.
func TestCheckpointWaitsForReadersAndReadersForIt(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "dir")
	store := openIn(t, dir)
	store.SetLogLimit(1 << 20)
	reading, end := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		if err := store.Viewing(t.Context(), owner(0), func() { close(reading); <-end }); err != nil {
			t.Error(err)
		}
	})
	<-reading
	var written atomic.Bool
	all.Go(func() {
		if err := sendAndClear(t.Context(), store, owner(1), 0, 2<<20); err != nil {
			t.Error(err)
		}
		written.Store(true)
	})
	for walSize(t, dir) < 2<<20 {
		time.Sleep(time.Millisecond) // until it is written; the test's time bounds it
	}
	for !written.Load() && !readsWait(t, store, owner(2)) { // the test's time bounds it
	}
	all.Go(func() {
		err := store.Viewing(t.Context(), owner(2), func() {
			if size := walSize(t, dir); size != 0 {
				t.Errorf("a read began with a log of %d bytes", size)
			}
		})
		if err != nil {
			t.Error(err)
		}
	})
	if written.Load() {
		t.Error("the writer went on without emptying the log")
	}
	close(end)
	all.Wait()
	if size := walSize(t, dir); size != 0 {
		t.Errorf("the log has %d bytes", size)
	}
}

// readsWait begins a read, and reports whether it has to wait.
func readsWait(t *testing.T, store *sqlite.Store, owner string) bool {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- store.Viewing(ctx, owner, func() {}) }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
			return false
		case <-time.After(time.Millisecond):
		}
		if store.WaitingReaders() > 0 {
			cancel()
			<-ended
			return true
		}
	}
}
