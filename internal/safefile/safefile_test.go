package safefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func open(t *testing.T) *Dir {
	t.Helper()
	d, err := OpenDir(filepath.Join(t.TempDir(), "a", ".bindu"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWriteThenReadKeepsContentAndMode(t *testing.T) {
	d := open(t)
	for _, content := range []string{"first", "", "third"} {
		if err := d.WriteFile("f", []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := d.ReadFile("f", 0o600, 10)
		if err != nil || string(got) != content {
			t.Fatalf("got %q, %v; want %q", got, err, content)
		}
	}
	info, err := os.Stat(filepath.Join(d.Path(), "f"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	if _, err := os.Stat(filepath.Join(d.Path(), "f.tmp")); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("temporary file left behind: %v", err)
	}
}

func TestOpenDirMakesPrivateDirectory(t *testing.T) {
	d := open(t)
	info, err := os.Stat(d.Path())
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Fatalf("mode %v, %v; want 0700", info.Mode().Perm(), err)
	}
}

func TestHostile133InsecurePermissions(t *testing.T) {
	t.Run("directory", func(t *testing.T) {
		for _, mode := range []fs.FileMode{0o777, 0o770, 0o702} {
			dir := t.TempDir()
			if err := os.Chmod(dir, mode); err != nil {
				t.Fatal(err)
			}
			if _, err := OpenDir(dir, nil); !errors.Is(err, ErrInsecurePermissions) {
				t.Errorf("%04o: %v", mode, err)
			}
		}
	})
	t.Run("file", func(t *testing.T) {
		d := open(t)
		for _, mode := range []fs.FileMode{0o644, 0o666, 0o640, 0o604} {
			path := filepath.Join(d.Path(), "k")
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			if _, err := d.ReadFile("k", 0o600, 1); !errors.Is(err, ErrInsecurePermissions) {
				t.Errorf("%04o: %v", mode, err)
			}
		}
	})
	t.Run("the reference's 0755 directory is accepted", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenDir(dir, nil); err != nil {
			t.Fatal(err)
		}
	})
}

func TestHostile134UnsafePath(t *testing.T) {
	plant := map[string]func(path string) error{
		"symlink": func(p string) error { return os.Symlink("/etc/hostname", p) },
		"dangling symlink": func(p string) error {
			return os.Symlink(filepath.Join(filepath.Dir(p), "nowhere"), p)
		},
		"hard link": func(p string) error {
			other := p + ".other"
			if err := os.WriteFile(other, []byte("x"), 0o600); err != nil {
				return err
			}
			return os.Link(other, p)
		},
		"FIFO":      func(p string) error { return syscall.Mkfifo(p, 0o600) },
		"directory": func(p string) error { return os.Mkdir(p, 0o700) },
	}
	for name, make := range plant {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			for _, planted := range []string{"f", "f.tmp"} {
				if err := make(filepath.Join(d.Path(), planted)); err != nil {
					t.Fatal(err)
				}
				if err := d.WriteFile("f", []byte("secret"), 0o600); !errors.Is(err, ErrUnsafePath) {
					t.Errorf("write with %s planted: %v", planted, err)
				}
				if planted == "f" {
					if _, err := d.ReadFile("f", 0o600, 10); !errors.Is(err, ErrUnsafePath) {
						t.Errorf("read: %v", err)
					}
				}
				if err := os.RemoveAll(filepath.Join(d.Path(), planted)); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestNamesCannotLeaveTheDirectory(t *testing.T) {
	d := open(t)
	for _, name := range []string{"", ".", "..", "../x", "a/b", "/etc/passwd"} {
		if err := d.WriteFile(name, nil, 0o600); !errors.Is(err, ErrUnsafePath) {
			t.Errorf("write %q: %v", name, err)
		}
		if _, err := d.ReadFile(name, 0o600, 1); !errors.Is(err, ErrUnsafePath) {
			t.Errorf("read %q: %v", name, err)
		}
		if err := d.Remove(name); !errors.Is(err, ErrUnsafePath) {
			t.Errorf("remove %q: %v", name, err)
		}
	}
}

func TestStaleTemporaryFileIsReplaced(t *testing.T) {
	d := open(t)
	if err := os.WriteFile(filepath.Join(d.Path(), "f.tmp"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.WriteFile("f", []byte("whole"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := d.ReadFile("f", 0o600, 10); err != nil || string(got) != "whole" {
		t.Fatalf("%q, %v", got, err)
	}
}

func TestReadStopsAtTheLimit(t *testing.T) {
	d := open(t)
	if err := d.WriteFile("f", []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.ReadFile("f", 0o600, 5); err != nil {
		t.Fatal(err)
	}
	if _, err := d.ReadFile("f", 0o600, 4); !errors.Is(err, ErrTooLarge) {
		t.Fatal(err)
	}
}

func TestHostile136SecondLockIsRefused(t *testing.T) {
	d := open(t)
	first, err := d.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Lock(); !errors.Is(err, ErrLocked) {
		t.Fatalf("second lock: %v", err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	if err := first.Release(); err != nil {
		t.Fatalf("second release: %v", err)
	}
	again, err := d.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Release(); err != nil {
		t.Fatal(err)
	}
}

// faulty fails the n-th operation that can fail while writing.
type faulty struct {
	FS
	fail  int
	count int
	err   error
}

type faultyFile struct {
	File
	fs *faulty
}

func (f *faulty) next() error {
	f.count++
	if f.count == f.fail {
		return f.err
	}
	return nil
}

func (f *faulty) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	if flag&os.O_CREATE != 0 {
		if err := f.next(); err != nil {
			return nil, err
		}
	}
	file, err := f.FS.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return faultyFile{file, f}, nil
}
func (f *faulty) Rename(from, to string) error {
	if err := f.next(); err != nil {
		return err
	}
	return f.FS.Rename(from, to)
}
func (f *faulty) SyncDir(name string) error {
	if err := f.next(); err != nil {
		return err
	}
	return f.FS.SyncDir(name)
}
func (f faultyFile) Write(p []byte) (int, error) {
	if err := f.fs.next(); err != nil {
		n, _ := f.File.Write(p[:len(p)/2])
		return n, err
	}
	return f.File.Write(p)
}
func (f faultyFile) Sync() error {
	if err := f.fs.next(); err != nil {
		return err
	}
	return f.File.Sync()
}

func TestHostile135OldOrNewContentAtEveryFault(t *testing.T) {
	for _, fault := range []error{syscall.ENOSPC, syscall.EIO, syscall.EROFS} {
		failures := 0
		for at := 1; at <= 6; at++ {
			d := open(t)
			if err := d.WriteFile("f", []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
			d.fs = &faulty{FS: OS(), fail: at, err: fault}
			werr := d.WriteFile("f", []byte("new-content"), 0o600)
			if werr != nil && !errors.Is(werr, fault) {
				t.Fatalf("fault %d: %v", at, werr)
			}
			d.fs = OS()
			got, err := d.ReadFile("f", 0o600, 100)
			if err != nil || (string(got) != "old" && string(got) != "new-content") {
				t.Fatalf("%v at operation %d: content %q, %v", fault, at, got, err)
			}
			if werr != nil {
				failures++
			} else if string(got) != "new-content" {
				t.Fatalf("operation %d: success reported, content %q", at, got)
			}
			if _, err := os.Stat(filepath.Join(d.Path(), "f.tmp")); !errors.Is(err, fs.ErrNotExist) {
				t.Fatalf("operation %d left the temporary file", at)
			}
		}
		if failures != 5 { // open, write, fsync, rename, fsync of the directory
			t.Fatalf("%v: %d operations failed, want 5", fault, failures)
		}
	}
}
