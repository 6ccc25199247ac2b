package safefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestLogIsAppendedTo(t *testing.T) {
	d := open(t)
	for range 2 { // the second one replaces what the first left behind
		log, err := d.CreateLog("l", 0o600)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"one ", "two"} {
			if _, err := log.Write([]byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
		if got, err := d.ReadFile("l", 0o600, 100); err != nil || string(got) != "one two" {
			t.Fatalf("%q, %v", got, err)
		}
	}
}

func TestLogRefusesWhatIsNotOurs(t *testing.T) {
	d := open(t)
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, plant := range map[string]func(path string) error{
		"symlink":   func(p string) error { return os.Symlink(outside, p) },
		"hard link": func(p string) error { return os.Link(outside, p) },
		"directory": func(p string) error { return os.Mkdir(p, 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(d.Path(), "l")
			if err := plant(path); err != nil {
				t.Fatal(err)
			}
			if _, err := d.CreateLog("l", 0o600); !errors.Is(err, ErrUnsafePath) {
				t.Errorf("create: %v", err)
			}
			if _, err := d.Open("l", 0o600); !errors.Is(err, ErrUnsafePath) {
				t.Errorf("open: %v", err)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		})
	}
	if _, err := d.CreateLog("../l", 0o600); !errors.Is(err, ErrUnsafePath) {
		t.Errorf("outside: %v", err)
	}
}

func TestSubdirIsCheckedLikeADirectory(t *testing.T) {
	d := open(t)
	sub, err := d.Subdir("s")
	if err != nil {
		t.Fatal(err)
	}
	if err := sub.WriteFile("f", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if names, err := sub.Names(); err != nil || !slices.Equal(names, []string{"f"}) {
		t.Fatalf("names %v, %v", names, err)
	}
	if err := os.Chmod(sub.Path(), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Subdir("s"); !errors.Is(err, ErrInsecurePermissions) {
		t.Errorf("mode 0777: %v", err)
	}
	if err := os.Symlink(t.TempDir(), filepath.Join(d.Path(), "link")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Subdir("link"); !errors.Is(err, ErrUnsafePath) {
		t.Errorf("symlink: %v", err)
	}
	if _, err := d.Subdir(".."); !errors.Is(err, ErrUnsafePath) {
		t.Errorf("outside: %v", err)
	}
	if _, err := sub.Open("absent", 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
}
