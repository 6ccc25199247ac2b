package agent

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// asOrdinaryUser runs f as somebody whom modes stop, also where the tests run as
// root: on a thread of its own, which ends with it. The directory becomes theirs.
func asOrdinaryUser(t *testing.T, dir string, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	const nobody = 65534
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, nobody, nobody))
	})
	for path := filepath.Dir(dir); path != os.TempDir() && path != "/"; path = filepath.Dir(path) {
		err = errors.Join(err, os.Chmod(path, 0o755)) // to be entered
	}
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan syscall.Errno)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread is not used again
		_, _, errno := syscall.RawSyscall(syscall.SYS_SETRESUID, nobody, nobody, nobody)
		if errno == 0 {
			f()
		}
		done <- errno
	}()
	if errno := <-done; errno != 0 {
		t.Fatal(errno)
	}
}

func TestPreflightSeesWhatCannotBeWritten(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	for name, mode := range map[string]os.FileMode{
		"": 0o500, "x/..": 0o600, sqlite.FileName: 0o400, keymemory.File: 0o400, "replay": 0o500, keymemory.RequestsDir: 0o500,
	} {
		set := servedBefore(t)
		if err := os.MkdirAll(filepath.Join(string(set.Agent.Dir), "x"), 0o700); err != nil {
			t.Fatal(err)
		}
		var before, after error
		asOrdinaryUser(t, string(set.Agent.Dir), func() {
			before = Preflight(t.Context(), set)
			if err := os.Chmod(filepath.Join(string(set.Agent.Dir), name), mode); err != nil {
				after = err
				return
			}
			after = Preflight(t.Context(), set)
		})
		if before != nil || !errors.Is(after, home.ErrUnwritable) {
			t.Errorf("%q with mode %o: %v, then %v", name, mode, before, after)
		}
		if err := os.Chmod(string(set.Agent.Dir), 0o700); err != nil { // so that it can be removed
			t.Fatal(err)
		}
	}
}
