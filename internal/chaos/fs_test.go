package chaos

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// fault is a way in which a disk fails.
type fault struct {
	name  string
	err   error
	reads bool   // reading fails too
	short bool   // a write takes half of what it is given and says so
	once  bool   // one operation only; otherwise from there on
	only  string // prefix of the files it concerns
}

func faults() []fault {
	return []fault{
		{name: "ENOSPC", err: syscall.ENOSPC},
		{name: "EROFS", err: syscall.EROFS},
		{name: "EIO", err: syscall.EIO, reads: true, once: true},
		{name: "short write", short: true, once: true},
		// Whatever was not done by then is never done, as when the power goes.
		{name: "dead disk", err: syscall.EIO, reads: true},
	}
}

// disk is the real file system until operation number at.
type disk struct {
	safefile.FS
	fault fault

	mu    sync.Mutex
	at    int // 0: never
	count int
	fired bool
}

func newDisk(f fault, at int) *disk { return &disk{FS: safefile.OS(), fault: f, at: at} }

// fails counts an operation and reports whether it is to fail.
func (d *disk) fails(name string, write bool) bool {
	if !strings.HasPrefix(filepath.Base(name), d.fault.only) {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count++
	if d.at == 0 || d.count < d.at || (d.fault.once && d.fired) || (!write && !d.fault.reads) {
		return false
	}
	if d.fault.once && d.count > d.at {
		return false // the one operation was of the other kind
	}
	d.fired = true
	return true
}

// operations returns how many there were.
func (d *disk) operations() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.count
}

// failFrom makes the n-th operation from now fail.
func (d *disk) failFrom(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at, d.fired = d.count+n, false
}

// heal ends the fault.
func (d *disk) heal() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at, d.fired = 0, false
}

func (d *disk) struck() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.fired
}

func (d *disk) do(name string, write bool, operation func() error) error {
	if d.fails(name, write) && d.fault.err != nil {
		return d.fault.err
	}
	return operation()
}

func (d *disk) OpenFile(name string, flag int, perm fs.FileMode) (file safefile.File, err error) {
	err = d.do(name, flag&(os.O_CREATE|os.O_WRONLY|os.O_RDWR) != 0, func() (err error) {
		file, err = d.FS.OpenFile(name, flag, perm)
		return err
	})
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &diskFile{file, d, name}, nil
}

func (d *disk) Lstat(name string) (info fs.FileInfo, err error) {
	err = d.do(name, false, func() (err error) { info, err = d.FS.Lstat(name); return err })
	return info, err
}

func (d *disk) MkdirAll(name string, perm fs.FileMode) error {
	return d.do(name, true, func() error { return d.FS.MkdirAll(name, perm) })
}

func (d *disk) Rename(from, to string) error {
	return d.do(to, true, func() error { return d.FS.Rename(from, to) })
}

func (d *disk) Remove(name string) error {
	return d.do(name, true, func() error { return d.FS.Remove(name) })
}

func (d *disk) SyncDir(name string) error {
	return d.do(name, true, func() error { return d.FS.SyncDir(name) })
}

// diskFile is a file on it.
type diskFile struct {
	safefile.File
	disk *disk
	name string
}

func (f *diskFile) Read(p []byte) (n int, err error) {
	err = f.disk.do(f.name, false, func() (err error) { n, err = f.File.Read(p); return err })
	return n, err
}

func (f *diskFile) Write(p []byte) (int, error) {
	if !f.disk.fails(f.name, true) {
		return f.File.Write(p)
	}
	n, err := f.File.Write(p[:len(p)/2])
	if err == nil {
		err = f.disk.fault.err
	}
	return n, err
}

func (f *diskFile) Sync() error { return f.disk.do(f.name, true, f.File.Sync) }
