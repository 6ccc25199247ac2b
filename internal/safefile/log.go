package safefile

import (
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
