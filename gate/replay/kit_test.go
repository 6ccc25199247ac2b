package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		child(dir)
		return
	}
	// The certificate authority's client, a dependency of package gate, starts it.
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

const window = 300 * time.Second

func name(t testing.TB, s string) did.DID {
	t.Helper()
	d, err := did.Parse("did:bindu:test:" + s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// clock is what a test sets by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Unix(1_800_000_000, 0)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) step(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// expiry is that of a request signed now.
func (c *clock) expiry() time.Time { return expiryOf(c.now()) }

func expiryOf(signed time.Time) time.Time { return signed.Add(window + time.Second) }

func newDir(t testing.TB, fsys safefile.FS) *safefile.Dir {
	t.Helper()
	return openDir(t, filepath.Join(t.TempDir(), ".bindu"), fsys)
}

func openDir(t testing.TB, path string, fsys safefile.FS) *safefile.Dir {
	t.Helper()
	dir, err := safefile.OpenDir(path, fsys)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// defaultTotal is that of the settings: about 50 MB in memory, 32 MB on disk.
const defaultTotal = 1_000_000

// sized returns cfg with the window of the protocol and room for keys, where it
// says nothing else.
func sized(cfg Config) Config {
	cfg.Window, cfg.Total = cmp.Or(cfg.Window, 300*time.Second), cmp.Or(cfg.Total, defaultTotal)
	return cfg
}

// open opens the store of a directory, which counts as fresh while it is empty.
func open(t testing.TB, dir *safefile.Dir, cfg Config) *Store {
	t.Helper()
	names, err := dir.Names()
	if err != nil {
		t.Fatal(err)
	}
	cfg.Fresh = len(names) == 0
	if cfg.BootID == "" {
		cfg.BootID = "this boot"
	}
	s, err := Open(dir, sized(cfg))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// crash ends the store as kill -9 does: nothing more is written.
func (s *Store) crash() {
	s.halt()
	s.mu.Lock()
	s.current.Journals = 0
	s.mu.Unlock()
	s.Close()
}

// path is where the store has its files.
func path(dir *safefile.Dir, name string) string {
	return filepath.Join(dir.Path(), DirName, name)
}

// files returns the segments' files, those with records apart.
func files(t testing.TB, dir *safefile.Dir) (all, filled []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir.Path(), DirName))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if !isSegmentFile(e.Name()) {
			continue
		}
		all = append(all, e.Name())
		if info.Size() > headerSize {
			filled = append(filled, e.Name())
		}
	}
	return all, filled
}

func expect(t testing.TB, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) || (got == nil) != (want == nil) {
		t.Helper()
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func expectRecovering(t testing.TB, what string, err error) {
	t.Helper()
	var recovering *gate.RecoveringError
	if !errors.As(err, &recovering) || recovering.Wait <= 0 {
		t.Errorf("%s: %v, want a recovering error", what, err)
	}
}

// fill uses n keys of one owner and returns how many were admitted.
func fill(s gate.ReplayStore, owner did.DID, n int, expires time.Time) (admitted int) {
	for i := range n {
		if s.Use(context.Background(), owner, fmt.Sprintf("key-%d", i), expires) == nil {
			admitted++
		}
	}
	return admitted
}
