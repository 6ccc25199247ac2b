package safefile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// volatile loses at a loss of power what was not synced: the content of a file
// without Sync, the names in a directory without SyncDir.
type volatile struct {
	FS
	synced map[string][]byte // content on stable storage, by the name it has now
	stable map[string][]byte // what each name leads to after a loss of power
	each   func()            // called before every operation, when power may fail
}

func newVolatile() *volatile {
	return &volatile{FS: OS(), synced: map[string][]byte{}, stable: map[string][]byte{}, each: func() {}}
}

func (v *volatile) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := v.FS.OpenFile(name, flag, perm)
	if err != nil || flag&os.O_CREATE == 0 {
		return f, err
	}
	v.each()
	delete(v.synced, name)
	return &volatileFile{f, v, name}, nil
}

func (v *volatile) Rename(from, to string) error {
	v.each()
	if err := v.FS.Rename(from, to); err != nil {
		return err
	}
	delete(v.synced, to)
	if content, ok := v.synced[from]; ok {
		v.synced[to] = content
	}
	delete(v.synced, from)
	return nil
}

func (v *volatile) SyncDir(name string) error {
	v.each()
	entries, err := os.ReadDir(name)
	if err != nil {
		return err
	}
	clear(v.stable)
	for _, e := range entries {
		path := filepath.Join(name, e.Name())
		v.stable[path] = v.synced[path]
	}
	return v.FS.SyncDir(name)
}

type volatileFile struct {
	File
	fs   *volatile
	name string
}

func (f *volatileFile) Sync() error {
	f.fs.each()
	content, err := os.ReadFile(f.name)
	if err != nil {
		return err
	}
	f.fs.synced[f.name] = content
	return f.File.Sync()
}

// A machine that loses power before any operation has the old content or the
// new, and once WriteFile has returned it has the new.
func TestHostile137PowerFailsAtAnyMoment(t *testing.T) {
	power := newVolatile()
	d, err := OpenDir(filepath.Join(t.TempDir(), ".bindu"), power)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(d.Path(), "f")
	moments := 0
	last := []byte("first")
	for _, content := range [][]byte{last, []byte("second"), bytes.Repeat([]byte("third"), 1000)} {
		power.each = func() {
			moments++
			if got, there := power.stable[path]; there && !bytes.Equal(got, last) && !bytes.Equal(got, content) {
				t.Errorf("power fails while %.6q is written over %.6q: %.6q of %d bytes", content, last, got, len(got))
			}
		}
		if err := d.WriteFile("f", content, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := power.stable[path]; !bytes.Equal(got, content) {
			t.Errorf("power fails after %.6q was written: %.6q of %d bytes", content, got, len(got))
		}
		last = content
	}
	if moments != 12 { // open, fsync, rename and fsync of the directory, each three times
		t.Errorf("%d moments, want 12", moments)
	}
}

// What was removed does not come back with the power, and neither does a new
// directory go.
func TestHostile137NamesOutliveALossOfPower(t *testing.T) {
	power := newVolatile()
	d, err := OpenDir(filepath.Join(t.TempDir(), ".bindu"), power)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.WriteFile("f", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.Remove("f"); err != nil {
		t.Fatal(err)
	}
	if _, there := power.stable[filepath.Join(d.Path(), "f")]; there {
		t.Error("the removed file is back")
	}
	if _, err := d.Subdir("sub"); err != nil {
		t.Fatal(err)
	}
	if _, there := power.stable[filepath.Join(d.Path(), "sub")]; !there {
		t.Error("the new directory is gone")
	}
	if _, err := d.ReadFile("f", 0o600, 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading it: %v", err)
	}
}
