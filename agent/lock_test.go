package agent

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/settings"
)

// locked returns an agent over a directory that somebody else holds.
func locked(t *testing.T) (*Agent, *safefile.Lock) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agent")
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	lock, err := dir.Lock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lock.Release() })
	return &Agent{set: settings.Settings{Agent: settings.Agent{Dir: settings.Path(path)}}}, lock
}

// What a killed agent was just starting holds its lock for an instant.
func TestHostile136LockThatPassesIsWaitedFor(t *testing.T) {
	a, lock := locked(t)
	timer := time.AfterFunc(3*lockPause, func() { _ = lock.Release() })
	defer timer.Stop()
	if err := a.lockDirectory(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, f := range a.closers {
		if err := f(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestHostile136LockThatStaysIsRefused(t *testing.T) {
	a, _ := locked(t)
	if err := a.lockDirectory(t.Context()); !errors.Is(err, safefile.ErrLocked) {
		t.Fatalf("got %v", err)
	}
}
