package safefile

import (
	"os"
	"path/filepath"
	"testing"
)

// A mark stays with a file that is written, renamed or given another mode, and
// no copy has it, not even one that keeps the times or takes the old name.
func TestMarkTellsAFileFromACopy(t *testing.T) {
	d, err := OpenDir(filepath.Join(t.TempDir(), ".bindu"), nil)
	if err != nil {
		t.Fatal(err)
	}
	mark := func(name string) string {
		t.Helper()
		f, err := d.Open(name, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		m, err := Mark(f)
		if err != nil || m == "" {
			t.Fatalf("%q, %v", m, err)
		}
		return m
	}
	path := func(name string) string { return filepath.Join(d.Path(), name) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(d.WriteFile("a", []byte("x"), 0o600))
	was := mark("a")
	must(os.WriteFile(path("a"), []byte("longer"), 0o600))
	must(os.Chmod(path("a"), 0o400))
	must(os.Rename(path("a"), path("b")))
	if got := mark("b"); got != was {
		t.Errorf("changed in place: %q, it was %q", got, was)
	}
	info, err := os.Stat(path("b"))
	must(err)
	must(os.WriteFile(path("a"), []byte("longer"), 0o400))
	must(os.Chtimes(path("a"), info.ModTime(), info.ModTime()))
	if got := mark("a"); got == was {
		t.Errorf("a copy has the mark %q of its original", got)
	}
	f, err := d.Open("b", 0o600)
	must(err)
	defer f.Close()
	if got, err := inode(f); err != nil || got == "" {
		t.Errorf("inode %q, %v", got, err)
	}
}
