package home

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/internal/retry"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// Home is the directory of one agent. Its methods may be called concurrently.
type Home struct {
	dir  *safefile.Dir
	lock *safefile.Lock // nil but after Open
}

// A command that was being started when the last agent was killed has that
// agent's lock for the instant between fork and exec. Whoever starts it again
// at once must not be told that two run.
const (
	lockPatience = time.Second
	lockPause    = 20 * time.Millisecond
)

// Open makes the directory if it is absent and takes it for this process, until
// [Home.Close] or the end of the process. Errors: [ErrLocked],
// [ErrInsecurePermissions], [ErrNotDirectory], those of the file system.
func Open(ctx context.Context, path string, options ...Option) (*Home, error) {
	dir, err := safefile.OpenDir(path, configure(options).fs)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	lock, err := dir.Lock()
	for errors.Is(err, safefile.ErrLocked) && retry.Wait(ctx, lockPause) == nil {
		lock, err = dir.Lock()
	}
	if err != nil {
		return nil, err
	}
	return &Home{dir: dir, lock: lock}, nil
}

// Enter opens the directory of an agent for changes that may be made while the
// agent serves. It never makes one, and takes only one that holds a key or what
// an agent keeps: anything else is [ErrNoIdentity], since another was meant.
func Enter(path string) (*Home, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: there is no %s", ErrNoIdentity, path)
	}
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		return nil, err
	}
	names, err := dir.Names()
	if err != nil {
		return nil, err
	}
	ours := []string{"agent.lock", "private.pem", IdentityFile, keymemory.File, keymemory.RequestsDir, sqlite.FileName}
	if !holdsAny(names, ours) {
		return nil, fmt.Errorf("%w: nothing in %s is an agent's", ErrNoIdentity, path)
	}
	return &Home{dir: dir}, nil
}

// Look opens the directory for reading. It takes no lock, so it works beside the
// running agent. An absent directory is [ErrNoIdentity].
func Look(path string, options ...Option) (*Home, error) {
	h, err := look(path, options)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: there is no %s", ErrNoIdentity, path)
	}
	return h, err
}

func look(path string, options []Option) (*Home, error) {
	dir, err := safefile.OpenDir(path, safefile.ReadOnly(configure(options).fs))
	if err != nil {
		return nil, err
	}
	return &Home{dir: dir}, nil
}

// Path returns the directory's path as it was given, cleaned.
func (h *Home) Path() string { return h.dir.Path() }

// Close gives the directory back that [Open] took. It may be called more than once.
func (h *Home) Close() error {
	if h.lock == nil {
		return nil
	}
	return h.lock.Release()
}

// Serving reports whether a process has the directory, this one included.
func (h *Home) Serving() (bool, error) { return h.dir.Locked() }

// servedBefore reports whether this program ever served in the directory, and
// so kept a memory of replays there: it leaves files that the Python reference
// never makes. [IdentityFile] is written right after the memory is opened.
func (h *Home) servedBefore() (bool, error) {
	names, err := h.dir.Names()
	return holdsAny(names, []string{IdentityFile, sqlite.FileName, replay.DirName}), err
}

func holdsAny(names, wanted []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(wanted, name) })
}
