package safefile

import (
	"errors"
	"fmt"
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

// Release gives the directory back. It may be called more than once.
func (l *Lock) Release() error {
	l.once.Do(func() { l.err = l.file.Close() })
	return l.err
}
