package keymemory_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
)

func write(t testing.TB, dir *safefile.Dir, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir.Path(), keymemory.File), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func content(t testing.TB, dir *safefile.Dir) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir.Path(), keymemory.File))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// What was being written when the machine stopped never counted, and the next
// line must not be written behind it.
func TestALineThatWasNotFinishedIsDropped(t *testing.T) {
	dir := openDir(t, nil)
	d, e, k := named(t, "poet"), named(t, "critic"), key(t)
	m := open(t, dir, 10)
	remember(t, m, d, k)
	whole := content(t, dir)
	for cut := range len(whole) {
		write(t, dir, whole+strings.Replace(whole, d.String(), e.String(), 1)[:cut])
		m := open(t, dir, 10)
		refuses(t, m, d, key(t))
		if n, _ := m.Len(); n != 1 {
			t.Fatalf("cut at %d: %d remembered", cut, n)
		}
		remember(t, m, e, k)
		if entries, err := keymemory.Read(dir); err != nil || len(entries) != 2 {
			t.Fatalf("cut at %d: %v, %v", cut, entries, err)
		}
	}
}

func TestADamagedFileIsNotGuessedAt(t *testing.T) {
	good := fmt.Sprintf(`{"did":"did:x:y","public_key":%q,"since":"2026-11-29T12:00:00Z"}`, did.EncodePublicKey(key(t)))
	for name, line := range map[string]string{
		"no JSON":        "did:x:y",
		"empty line":     "",
		"no key":         `{"did":"did:x:y","since":"2026-11-29T12:00:00Z"}`,
		"no DID":         strings.Replace(good, "did:x:y", "poet", 1),
		"weak key":       `{"did":"did:x:y","public_key":"11111111111111111111111111111111","since":"2026-11-29T12:00:00Z"}`,
		"unknown member": strings.Replace(good, `"since"`, `"untill":1,"since"`, 1),
		"a name twice":   strings.Replace(good, `{`, `{"did":"did:x:z",`, 1),
		"both":           strings.Replace(good, `{`, `{"forgotten":true,`, 1),
		"two on a line":  good + good,
	} {
		t.Run(name, func(t *testing.T) {
			dir := openDir(t, nil)
			bad := good + "\n" + line + "\n" + good + "\n"
			write(t, dir, bad)
			if _, err := keymemory.Open(dir, keymemory.Config{}); err == nil || errors.Is(err, keymemory.ErrCorrupt) {
				t.Errorf("a memory without a limit: %v", err)
			}
			if _, err := keymemory.Open(dir, keymemory.Config{Limit: 10}); !errors.Is(err, keymemory.ErrCorrupt) {
				t.Errorf("%v, want ErrCorrupt", err)
			}
			if content(t, dir) != bad {
				t.Error("the file was touched")
			}
		})
	}
}

func TestAFileThatOthersCanReadOrWriteIsRefused(t *testing.T) {
	dir := openDir(t, nil)
	write(t, dir, "")
	if err := os.Chmod(filepath.Join(dir.Path(), keymemory.File), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := keymemory.Open(dir, keymemory.Config{Limit: 10}); !errors.Is(err, safefile.ErrInsecurePermissions) {
		t.Errorf("%v, want ErrInsecurePermissions", err)
	}
}

// fullDisk takes part of a line and no more while it is full.
type fullDisk struct {
	safefile.FS
	full atomic.Bool
}

type fullFile struct {
	safefile.File
	disk *fullDisk
}

func (d *fullDisk) OpenFile(name string, flag int, perm fs.FileMode) (safefile.File, error) {
	f, err := d.FS.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return fullFile{f, d}, nil
}

func (f fullFile) Write(p []byte) (int, error) {
	if f.disk.full.Load() {
		n, _ := f.File.Write(p[:len(p)/2])
		return n, syscall.ENOSPC
	}
	return f.File.Write(p)
}

func TestAKeyThatCannotBeWrittenIsNotRemembered(t *testing.T) {
	disk := &fullDisk{FS: safefile.OS()}
	dir := openDir(t, disk)
	m := open(t, dir, 10)
	d, k, e := named(t, "poet"), key(t), named(t, "critic")
	remember(t, m, e, k)
	disk.full.Store(true)
	for range 2 {
		if err := m.Remember(t.Context(), d, k); !errors.Is(err, syscall.ENOSPC) || m.Err() == nil {
			t.Errorf("%v, Err %v", err, m.Err())
		}
	}
	accepts(t, m, d, key(t)) // nothing is remembered of it
	refuses(t, m, e, key(t))
	disk.full.Store(false)
	remember(t, m, d, k)
	if m.Err() != nil {
		t.Error(m.Err())
	}
	if entries, err := keymemory.Read(dir); err != nil || len(entries) != 2 {
		t.Errorf("%+v, %v", entries, err)
	}
	refuses(t, open(t, dir, 10), d, key(t))
}

func TestADecisionThatCannotBeWrittenWaits(t *testing.T) {
	disk := &fullDisk{FS: safefile.OS()}
	dir := openDir(t, disk)
	m := open(t, dir, 10)
	d, first, second := named(t, "poet"), key(t), key(t)
	remember(t, m, d, first)
	taken, err := keymemory.Submit(dir, keymemory.Request{DID: d, Key: second})
	if err != nil {
		t.Fatal(err)
	}
	disk.full.Store(true)
	if err := m.TakeRequests(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%v, want ENOSPC", err)
	}
	if done, err := taken(); done || err != nil {
		t.Errorf("taken: %t, %v", done, err)
	}
	accepts(t, m, d, first)
	disk.full.Store(false)
	if err := m.TakeRequests(); err != nil {
		t.Fatal(err)
	}
	accepts(t, m, d, second)
}
