package safefile

import (
	"io"
	"io/fs"
	"os"
)

// File is an open file of an [FS].
type File interface {
	io.Reader
	io.Writer
	io.Closer
	// Stat describes the open file, not whatever has its name by now.
	Stat() (fs.FileInfo, error)
	// Sync commits the content to stable storage.
	Sync() error
	// Fd is the descriptor that flock(2) works on.
	Fd() uintptr
}

// FS is the part of the operating system that this package uses. Tests inject
// one that fails; [OS] is the real one. Names are paths for the system.
type FS interface {
	OpenFile(name string, flag int, perm fs.FileMode) (File, error)
	Lstat(name string) (fs.FileInfo, error)
	MkdirAll(name string, perm fs.FileMode) error
	Rename(from, to string) error
	Remove(name string) error
	// ReadDirNames returns the names in a directory, in any order.
	ReadDirNames(name string) ([]string, error)
	// SyncDir commits the entries of a directory: a rename is durable only after it.
	SyncDir(name string) error
}

// OS returns the real file system.
func OS() FS { return osFS{} }

type osFS struct{}

func (osFS) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	return os.OpenFile(name, flag, perm)
}
func (osFS) Lstat(name string) (fs.FileInfo, error)       { return os.Lstat(name) }
func (osFS) MkdirAll(name string, perm fs.FileMode) error { return os.MkdirAll(name, perm) }
func (osFS) Rename(from, to string) error                 { return os.Rename(from, to) }
func (osFS) Remove(name string) error                     { return os.Remove(name) }

func (osFS) ReadDirNames(name string) ([]string, error) {
	dir, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.Readdirnames(-1)
}

func (osFS) SyncDir(name string) error {
	dir, err := os.Open(name)
	if err != nil {
		return err
	}
	err = dir.Sync()
	if cerr := dir.Close(); err == nil {
		err = cerr
	}
	return err
}
