package safefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// A path that ends in a slash, or in one and a dot, means what a link leads to.
func TestALinkIsNoDirectoryHoweverItIsSpelt(t *testing.T) {
	parent := t.TempDir()
	target, link := filepath.Join(parent, "target"), filepath.Join(parent, "link")
	if err := errors.Join(os.Mkdir(target, 0o700), os.Symlink(target, link)); err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"", "/", "//", "/.", "/./", "/none/.."} {
		for kind, fsys := range map[string]FS{"for writing": OS(), "for reading": ReadOnly(OS())} {
			if _, err := OpenDir(link+end, fsys); !errors.Is(err, ErrNotDirectory) {
				t.Errorf("link%s %s: %v", end, kind, err)
			}
		}
		d, err := OpenDir(target+end, nil)
		if err != nil || d.Path() != target {
			t.Errorf("target%s: %v, %v", end, d, err)
		}
	}
	if _, err := OpenDir("", nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no path at all: %v", err)
	}
}
