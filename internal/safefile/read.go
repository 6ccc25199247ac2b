package safefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Open opens a plain file of ours for reading. An absent file is
// [fs.ErrNotExist]. Permissions beyond allow are [ErrInsecurePermissions],
// anything but a plain file with one name is [ErrUnsafePath].
func (d *Dir) Open(name string, allow fs.FileMode) (File, error) {
	path, err := d.join(name)
	if err != nil {
		return nil, err
	}
	// O_NONBLOCK: opening a FIFO must not wait for a writer.
	f, err := d.fs.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		if errors.Is(err, syscall.ELOOP) {
			return nil, fmt.Errorf("%w: %s is a symbolic link", ErrUnsafePath, path)
		}
		return nil, err
	}
	if err := checkOpen(path, f, allow); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func checkOpen(path string, f File, allow fs.FileMode) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := checkPlain(path, info); err != nil {
		return err
	}
	if extra := info.Mode().Perm() &^ allow; extra != 0 {
		return fmt.Errorf("%w: %s has mode %04o, at most %04o is accepted; chmod %o %s",
			ErrInsecurePermissions, path, info.Mode().Perm(), allow, allow, path)
	}
	return nil
}

// ReadFile returns the content of a file; see [Dir.Open]. More than limit
// bytes is [ErrTooLarge].
func (d *Dir) ReadFile(name string, allow fs.FileMode, limit int64) ([]byte, error) {
	f, err := d.Open(name, allow)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%w: %s has more than %d bytes", ErrTooLarge, filepath.Join(d.path, name), limit)
	}
	return data, nil
}
