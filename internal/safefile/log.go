package safefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// CreateLog makes a file for appending; whatever plain file of ours had its
// name is removed. Each Write is one write(2): when it returns, the bytes
// outlive this process, and only [File.Sync] makes them outlive the machine.
func (d *Dir) CreateLog(name string, mode fs.FileMode) (File, error) {
	path, err := d.join(name)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.clear(path); err != nil {
		return nil, err
	}
	return d.fs.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, mode)
}

// OpenLog opens a plain file of ours for appending, making it if it is absent;
// a new one is on stable storage when it returns. Permissions beyond allow and
// anything but a plain file are the errors of [Dir.Open].
func (d *Dir) OpenLog(name string, allow fs.FileMode) (File, error) {
	path, err := d.join(name)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	// O_NONBLOCK: opening a FIFO must not wait for a reader.
	f, err := d.fs.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, allow)
	if errors.Is(err, syscall.ELOOP) {
		return nil, fmt.Errorf("%w: %s is a symbolic link", ErrUnsafePath, path)
	}
	if err != nil {
		return nil, err
	}
	err = checkOpen(path, f, allow)
	if err == nil {
		err = d.fs.SyncDir(d.path)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
