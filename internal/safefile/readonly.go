package safefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ErrReadOnly: who only looks would have had to write.
var ErrReadOnly = errors.New("the directory lacks a file")

// ReadOnly refuses to change anything: the running agent may be writing, and
// two writers would be one too many.
func ReadOnly(fsys FS) FS { return readOnlyFS{fsys} }

type readOnlyFS struct{ FS }

func (f readOnlyFS) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	if flag&(os.O_WRONLY|os.O_RDWR|os.O_CREATE) != 0 {
		return nil, fmt.Errorf("%w: %s", ErrReadOnly, name)
	}
	return f.FS.OpenFile(name, flag, perm)
}

func (readOnlyFS) MkdirAll(name string, _ fs.FileMode) error {
	return &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (readOnlyFS) Rename(_, to string) error { return fmt.Errorf("%w: %s", ErrReadOnly, to) }

// Remove reports that nothing is there: it is only asked to clear the way.
func (readOnlyFS) Remove(name string) error {
	return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
}
