package safefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"syscall"
)

const lockName = "agent.lock"

// Lock is the exclusive right to write to a directory. The kernel gives it
// back when the process ends, however it ends, so no stale lock can remain.
type Lock struct {
	once sync.Once
	file File
	err  error
}

// Lock takes the directory for this process or returns [ErrLocked] at once.
func (d *Dir) Lock() (*Lock, error) {
	path, err := d.join(lockName)
	if err != nil {
		return nil, err
	}
	if err := d.checkReplaceable(path); err != nil {
		return nil, err
	}
	f, err := d.fs.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w: %s", ErrLocked, d.path)
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return &Lock{file: f}, nil
}

// Locked reports whether a process holds the directory, this one included. It
// makes no file. Who takes the lock in the same instant is told [ErrLocked].
func (d *Dir) Locked() (bool, error) {
	f, err := d.Open(lockName, fs.ModePerm)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}

// Release gives the directory back. It may be called more than once.
func (l *Lock) Release() error {
	l.once.Do(func() { l.err = l.file.Close() })
	return l.err
}
