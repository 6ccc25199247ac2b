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

// walBound is half of what docs/security-model.md promises: what is written here
// is small.
const walBound = 32 << 20

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
	rounds := int64(loadscale.Size(t, 48, 4000)) // of a megabyte each
	for i := range 3 {
		writers.Go(func() {
			for n := 0; sent.Add(1) <= rounds; n++ {
				if err := sendAndClear(ctx, store, owner(i), n); err != nil {
					t.Errorf("sending and clearing: %v", err)
					return
				}
				for size := walSize(t, dir); size > largest.Load(); {
					largest.Store(size)
				}
			}
		})
	}
	writers.Wait()
	before := listed.Load()
	stop()
	lists.Wait()
	t.Logf("%d MiB written beside %d lists, the log had %d MiB", rounds, before, largest.Load()>>20)
	if largest.Load() > walBound {
		t.Errorf("the write-ahead log grew to %d MiB", largest.Load()>>20)
	}
	if before == 0 {
		t.Error("nothing was read")
	}
}

func owner(i int) string { return fmt.Sprintf("did:bindu:test:%d:1", i) }

// sendAndClear stores a message of a megabyte. Each tenth time it clears.
func sendAndClear(ctx context.Context, store *sqlite.Store, owner string, n int) error {
	id := fmt.Sprintf("t%d", n)
	sum := sha256.Sum256([]byte(id))
	_, err := store.Submit(ctx, task.Submission{
		Owner: owner, Digest: sum[:], TaskID: id, ContextID: "c", Run: "r", At: time.Now(),
		Message: &a2a.Message{
			ID: "m" + id, Role: a2a.MessageRoleUser, ContextID: "c",
			Parts: a2a.ContentParts{a2a.NewTextPart(strings.Repeat("x", 1<<20))},
		},
	})
	if err == nil && n%10 == 9 {
		_, err = store.ClearContext(ctx, owner, "c")
	}
	return err
}
