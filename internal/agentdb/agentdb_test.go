package agentdb_test

import (
	"io/fs"
	"log/slog"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/agentdb"
	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/internal/postgrestest"
)

// before are the migrations without the last one, as the version before has them.
type before struct{ fs.FS }

func (b before) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(b.FS, name)
	if err != nil || name != "." {
		return all, err
	}
	return all[:len(all)-1], nil
}

func (b before) Glob(pattern string) ([]string, error) {
	all, err := fs.Glob(b.FS, pattern)
	if err != nil || !strings.HasSuffix(pattern, ".sql") {
		return all, err
	}
	return all[:len(all)-1], nil
}

// The version before starts beside the one that has migrated.
func TestTheVersionBeforeStartsAfterThisOne(t *testing.T) {
	server := postgrestest.Shared(t)
	a, err := postgresdb.Parse(server.Address(server.Database(t), nil))
	if err != nil {
		t.Fatal(err)
	}
	d, err := did.Parse("did:bindu:test:agent")
	if err != nil {
		t.Fatal(err)
	}
	now, err := agentdb.Room(d)
	if err != nil {
		t.Fatal(err)
	}
	then := now
	then.Migrations = before{now.Migrations}
	for name, room := range []postgresdb.Room{then, now, then, now} {
		if err := room.Migrate(t.Context(), a, slog.New(slog.DiscardHandler)); err != nil {
			t.Errorf("start %d: %v", name, err)
		}
	}
}
