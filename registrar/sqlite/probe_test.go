package sqlite_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/sqlite"
)

// A probe tells of a full disk, and of the room that there is again; it leaves nothing.
func TestAProbeTellsOfAFullDisk(t *testing.T) {
	t.Parallel()
	store := openIn(t, filepath.Join(t.TempDir(), "dir")).(*sqlite.Store)
	for _, step := range []struct {
		room int // in pages
		want error
	}{{0, registrar.ErrStorage}, {0, registrar.ErrStorage}, {1 << 20, nil}, {1 << 20, nil}} {
		store.SetRoom(t, step.room)
		if err := store.Probe(t.Context()); !errors.Is(err, step.want) {
			t.Errorf("with room for %d pages: %v, want %v", step.room, err, step.want)
		}
		if n := store.Probes(t); n != 0 {
			t.Errorf("with room for %d pages %d rows are left", step.room, n)
		}
	}
}
