package state

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func open(t *testing.T) *Dir {
	t.Helper()
	d, err := Open(filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestOpenMakesAPrivateDirectory(t *testing.T) {
	info, err := os.Stat(open(t).Path())
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o700 {
		t.Errorf("mode %04o, want 0700", mode)
	}
}

func TestOpenRefuses(t *testing.T) {
	shared := filepath.Join(t.TempDir(), "shared")
	if err := os.Mkdir(shared, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(shared, 0o755); err != nil { // Mkdir's mode is subject to the umask
		t.Fatal(err)
	}
	if _, err := Open(shared); !errors.Is(err, ErrInsecurePermissions) {
		t.Errorf("a directory that others may enter: %v, want ErrInsecurePermissions", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file); err == nil {
		t.Error("a file was taken for a directory")
	}
}

func TestWriteReplacesAndLeavesNothingElse(t *testing.T) {
	d := open(t)
	for _, content := range []string{"a long first content", "second"} {
		if err := d.Write("file", []byte(content)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(d.Path("file"))
		if err != nil || string(got) != content {
			t.Errorf("read %q, %v; want %q", got, err, content)
		}
	}
	info, err := os.Stat(d.Path("file"))
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("mode %04o, want 0600", mode)
	}
	if entries, err := os.ReadDir(d.Path()); err != nil || len(entries) != 1 {
		t.Errorf("entries %v, %v; want the file alone", entries, err)
	}
}

func TestSecretIsMadeOnce(t *testing.T) {
	d := open(t)
	first, err := d.Secret("secret", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if len(first) != 64 {
		t.Errorf("%d characters, want 64", len(first))
	}
	second, err := d.Secret("secret", strings.NewReader("must not be read"))
	if err != nil || second != first {
		t.Errorf("the second call gives another secret (%v)", err)
	}
}

func TestSecretIsNotMadeOfTooLittleRandomness(t *testing.T) {
	d := open(t)
	if _, err := d.Secret("secret", bytes.NewReader(make([]byte, 31))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error %v, want io.ErrUnexpectedEOF", err)
	}
	if _, err := os.Stat(d.Path("secret")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a secret was written all the same")
	}
}

func TestLockKeepsASecondUserOut(t *testing.T) {
	d := open(t)
	unlock, err := d.Lock("lock")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Lock("lock"); !errors.Is(err, ErrLocked) {
		t.Errorf("second lock: %v, want ErrLocked", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	unlock, err = d.WaitLock("lock")
	if err != nil {
		t.Fatal(err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
}
