package sqlite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
	"github.com/getbindu/bindu-go/registrar/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openDir(t *testing.T, path string) *safefile.Dir {
	t.Helper()
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func openIn(t *testing.T, path string) registrar.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), openDir(t, path), nil)
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
	registrartest.Run(t, func(t *testing.T) func() registrar.Store {
		path := filepath.Join(t.TempDir(), "a ?#%b")
		return func() registrar.Store { return openIn(t, path) }
	})
}

func TestFilesArePrivate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dir")
	store := openIn(t, path)
	if err := store.Change(t.Context(), func(tx registrar.Tx) error { _, err := tx.Advance(); return err }); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(filepath.Join(path, sqlite.FileName+suffix))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", suffix, info.Mode().Perm())
		}
	}
}

func TestWhatIsNotOursIsRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		make func(t *testing.T, file string)
		want error
	}{
		"no database": {func(t *testing.T, file string) {
			write(t, file, "this is no database, however long it is; it goes on for a while without being one", 0o600)
		}, sqlite.ErrCorrupt},
		"readable by all": {func(t *testing.T, file string) { write(t, file, "", 0o644) }, safefile.ErrInsecurePermissions},
		"a link": {func(t *testing.T, file string) {
			write(t, file+".other", "", 0o600)
			if err := os.Symlink(file+".other", file); err != nil {
				t.Fatal(err)
			}
		}, safefile.ErrUnsafePath},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "dir")
			dir := openDir(t, path)
			tt.make(t, filepath.Join(path, sqlite.FileName))
			store, err := sqlite.Open(t.Context(), dir, nil)
			if !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if err == nil {
				_ = store.Close()
			}
		})
	}
}

func write(t *testing.T, file, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// What the driver says is the database's fault, and not the agent's.
func TestAFaultOfTheDatabaseIsTold(t *testing.T) {
	t.Parallel()
	store := openIn(t, filepath.Join(t.TempDir(), "dir"))
	err := store.View(context.Background(), func(read registrar.Reader) error {
		return read.(registrar.Tx).SaveClient(&registrar.Client{DID: registrartest.NewAgent(t, "alice").DID})
	})
	if !errors.Is(err, registrar.ErrStorage) {
		t.Errorf("%v, want ErrStorage", err)
	}
}
