package mtls_test

import (
	"io/fs"
	"sync"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// faultFS fails one operation, or all from one on, as when the process is
// killed there. Reads count too: Load must survive them.
type faultFS struct {
	safefile.FS
	mu      sync.Mutex
	left    int   // operations until the fault
	forever bool  // every later operation fails as well
	short   bool  // the failing write writes half
	err     error // the fault
	hit     bool
}

func (f *faultFS) fail() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left--
	if f.left == 0 || (f.left < 0 && f.forever) {
		f.hit = true
		return true
	}
	return false
}

func (f *faultFS) OpenFile(name string, flag int, perm fs.FileMode) (safefile.File, error) {
	if f.fail() {
		return nil, f.err
	}
	file, err := f.FS.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return &faultFile{file, f}, nil
}

func (f *faultFS) Lstat(name string) (fs.FileInfo, error) {
	if f.fail() {
		return nil, f.err
	}
	return f.FS.Lstat(name)
}

func (f *faultFS) Rename(from, to string) error {
	if f.fail() {
		return f.err
	}
	return f.FS.Rename(from, to)
}

func (f *faultFS) Remove(name string) error {
	if f.fail() {
		return f.err
	}
	return f.FS.Remove(name)
}

func (f *faultFS) SyncDir(name string) error {
	if f.fail() {
		return f.err
	}
	return f.FS.SyncDir(name)
}

type faultFile struct {
	safefile.File
	fs *faultFS
}

func (f *faultFile) Write(p []byte) (int, error) {
	if f.fs.fail() {
		if f.fs.short {
			n, _ := f.File.Write(p[:len(p)/2])
			return n, f.fs.err
		}
		return 0, f.fs.err
	}
	return f.File.Write(p)
}

func (f *faultFile) Read(p []byte) (int, error) {
	if f.fs.fail() {
		return 0, f.fs.err
	}
	return f.File.Read(p)
}

func (f *faultFile) Sync() error {
	if f.fs.fail() {
		return f.fs.err
	}
	return f.File.Sync()
}
