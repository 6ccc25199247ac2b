package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
	"github.com/getbindu/bindu-go/task/tasktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openIn(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return store
}

func TestStore(t *testing.T) {
	tasktest.Run(t, func(t *testing.T) task.Store { return openIn(t, filepath.Join(t.TempDir(), "a ?#%b")) })
}

func TestOutbox(t *testing.T) {
	tasktest.RunOutbox(t, func(t *testing.T) tasktest.OutboxStore { return openIn(t, filepath.Join(t.TempDir(), "dir")) })
}

func TestFilesArePrivate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dir")
	openIn(t, path)
	for _, name := range []string{"tasks.db", "tasks.db-wal", "tasks.db-shm"} {
		info, err := os.Stat(filepath.Join(path, name))
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o", name, mode)
		}
	}
}

func TestOpenRefusesFilesThatAreNotOurs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		make func(path string) error
		want error
	}{
		"world-readable": {func(p string) error { return os.WriteFile(p, nil, 0o644) }, safefile.ErrInsecurePermissions},
		"symbolic link":  {func(p string) error { return os.Symlink("/etc/passwd", p) }, safefile.ErrUnsafePath},
		"directory":      {func(p string) error { return os.Mkdir(p, 0o700) }, safefile.ErrUnsafePath},
	} {
		for _, file := range []string{"tasks.db", "tasks.db-wal"} {
			t.Run(name+" "+file, func(t *testing.T) {
				t.Parallel()
				dir, err := safefile.OpenDir(filepath.Join(t.TempDir(), "dir"), nil)
				if err != nil {
					t.Fatal(err)
				}
				if err := tt.make(filepath.Join(dir.Path(), file)); err != nil {
					t.Fatal(err)
				}
				if _, err := sqlite.Open(t.Context(), dir, nil); !errors.Is(err, tt.want) {
					t.Errorf("Open: %v, want %v", err, tt.want)
				}
			})
		}
	}
}

func TestOpenRefusesWhatIsNoDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dir")
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
	content := []byte("this was never a database, and it must stay as it is\n")
	if err := os.WriteFile(filepath.Join(path, sqlite.FileName), content, 0o600); err != nil {
		t.Fatal(err)
	}
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), dir, nil); err == nil {
		t.Fatal("Open took a text file for a database")
	}
	if got, err := os.ReadFile(filepath.Join(path, sqlite.FileName)); err != nil || string(got) != string(content) {
		t.Errorf("file became %q, %v", got, err)
	}
}
