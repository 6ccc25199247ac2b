package safefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// Dir is a directory whose permissions were checked. Its methods may be called
// concurrently; writes through one Dir happen one after the other.
type Dir struct {
	path string
	fs   FS
	mu   sync.Mutex // one temporary name per file
}

// OpenDir checks the directory at path, making it with mode 0700 when it is
// absent. A directory that others may write to, or that belongs to another
// user, is [ErrInsecurePermissions]; anything but a directory is
// [ErrNotDirectory]. Mode 0755 is accepted because the Python reference makes
// such directories; the secrets in them are 0600.
func OpenDir(path string, fsys FS) (*Dir, error) {
	if fsys == nil {
		fsys = OS()
	}
	if path != "" { // which is no directory, and would become the current one
		path = filepath.Clean(path) // "link/" is what a link leads to
	}
	info, err := fsys.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := fsys.MkdirAll(path, 0o700); err != nil {
			return nil, err
		}
		info, err = fsys.Lstat(path)
	}
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%w: %s is %s", ErrNotDirectory, path, kind(info.Mode()))
	}
	if info.Mode().Perm()&0o022 != 0 {
		return nil, fmt.Errorf("%w: %s has mode %04o, others may write to it; chmod 700 %s", ErrInsecurePermissions, path, info.Mode().Perm(), path)
	}
	if err := checkOwner(path, info); err != nil {
		return nil, err
	}
	return &Dir{path: path, fs: fsys}, nil
}

// Path returns the directory's path as given to [OpenDir], cleaned.
func (d *Dir) Path() string { return d.path }

// Subdir opens the directory name inside d like [OpenDir] does. A new one is on
// stable storage when it returns.
func (d *Dir) Subdir(name string) (*Dir, error) {
	path, err := d.join(name)
	if err != nil {
		return nil, err
	}
	_, err = d.fs.Lstat(path)
	isNew := errors.Is(err, fs.ErrNotExist)
	sub, err := OpenDir(path, d.fs)
	if err != nil {
		return nil, err
	}
	if isNew {
		if err := d.fs.SyncDir(d.path); err != nil {
			return nil, err
		}
	}
	return sub, nil
}

// ReadSubdir opens the directory name inside d for whoever only looks: it is
// never made, and nothing in it changed. An absent one is [fs.ErrNotExist].
func (d *Dir) ReadSubdir(name string) (*Dir, error) {
	path, err := d.join(name)
	if err != nil {
		return nil, err
	}
	return OpenDir(path, ReadOnly(d.fs))
}

// Names returns the names of everything in the directory.
func (d *Dir) Names() ([]string, error) { return d.fs.ReadDirNames(d.path) }

// WriteFile replaces the file, or leaves it as it was: after an error the old
// content is intact. The data is on stable storage when it returns nil.
func (d *Dir) WriteFile(name string, data []byte, mode fs.FileMode) error {
	path, err := d.join(name)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.checkReplaceable(path); err != nil {
		return err
	}
	temp := path + ".tmp"
	if err := d.clear(temp); err != nil {
		return err
	}
	if err := d.writeTemp(temp, data, mode); err != nil {
		return errors.Join(err, d.removeIfThere(temp))
	}
	if err := d.fs.Rename(temp, path); err != nil {
		return errors.Join(err, d.removeIfThere(temp))
	}
	return d.fs.SyncDir(d.path)
}

// Remove deletes a file; an absent one is no error.
func (d *Dir) Remove(name string) error {
	path, err := d.join(name)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.removeIfThere(path); err != nil {
		return err
	}
	return d.fs.SyncDir(d.path)
}

func (d *Dir) join(name string) (string, error) {
	if name == "" || name == "." || name == ".." || name != filepath.Base(name) {
		return "", fmt.Errorf("%w: %q is not a file name", ErrUnsafePath, name)
	}
	return filepath.Join(d.path, name), nil
}

func (d *Dir) writeTemp(temp string, data []byte, mode fs.FileMode) error {
	f, err := d.fs.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, mode)
	if err != nil {
		return err
	}
	n, err := f.Write(data)
	if err == nil && n < len(data) {
		err = io.ErrShortWrite
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// clear removes what a crash left behind, but nothing that is not ours.
func (d *Dir) clear(path string) error {
	if err := d.checkReplaceable(path); err != nil {
		return err
	}
	return d.removeIfThere(path)
}

func (d *Dir) checkReplaceable(path string) error {
	info, err := d.fs.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return checkPlain(path, info)
}

func (d *Dir) removeIfThere(path string) error {
	if err := d.fs.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
