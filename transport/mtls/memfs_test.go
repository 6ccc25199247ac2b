package mtls_test

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"syscall"
	"time"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// memoryFS is a read-only directory in memory, for fuzzing.
type memoryFS struct {
	safefile.FS // what reading does not need
	files       map[string][]byte
}

func (m memoryFS) OpenFile(name string, flag int, _ fs.FileMode) (safefile.File, error) {
	if flag&(syscall.O_WRONLY|syscall.O_RDWR) != 0 {
		return nil, syscall.EROFS
	}
	data, ok := m.files[filepath.Base(name)]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return &memoryFile{Reader: bytes.NewReader(data), size: int64(len(data))}, nil
}

func (m memoryFS) Lstat(name string) (fs.FileInfo, error) {
	if _, ok := m.files[filepath.Base(name)]; ok {
		return memoryInfo{}, nil
	}
	if filepath.Ext(name) != "" {
		return nil, fs.ErrNotExist
	}
	return memoryInfo{mode: fs.ModeDir | 0o700}, nil
}

func (memoryFS) MkdirAll(string, fs.FileMode) error { return syscall.EROFS }
func (memoryFS) Rename(string, string) error        { return syscall.EROFS }
func (memoryFS) Remove(string) error                { return syscall.EROFS }
func (memoryFS) SyncDir(string) error               { return syscall.EROFS }

type memoryFile struct {
	*bytes.Reader
	size int64
}

func (f *memoryFile) Write([]byte) (int, error)  { return 0, syscall.EROFS }
func (f *memoryFile) Close() error               { return nil }
func (f *memoryFile) Stat() (fs.FileInfo, error) { return memoryInfo{size: f.size, mode: 0o600}, nil }
func (f *memoryFile) Sync() error                { return nil }
func (f *memoryFile) Fd() uintptr                { return 0 }

type memoryInfo struct {
	size int64
	mode fs.FileMode
}

func (i memoryInfo) Name() string       { return "" }
func (i memoryInfo) Size() int64        { return i.size }
func (i memoryInfo) Mode() fs.FileMode  { return i.mode }
func (i memoryInfo) ModTime() time.Time { return time.Time{} }
func (i memoryInfo) IsDir() bool        { return i.mode.IsDir() }
func (i memoryInfo) Sys() any           { return nil }
