package sqlite_test

import (
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
	"github.com/getbindu/bindu-go/registrar/sqlite"
)

// A client of a database from before secrets were known again is read as it was.
func TestAClientOfBeforeSecretsWereKept(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "dir")
	store, err := sqlite.Open(t.Context(), openDir(t, dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	alice := &registrar.Client{DID: registrartest.NewAgent(t, "alice").DID, Revision: 3, SecretEnded: true, BoundAt: time.UnixMilli(1).UTC()}
	if err := store.Change(t.Context(), func(tx registrar.Tx) error { return tx.SaveClient(alice) }); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	execute(t, filepath.Join(dir, sqlite.FileName), `ALTER TABLE clients DROP COLUMN ended_at; ALTER TABLE clients DROP COLUMN secrets;
		ALTER TABLE clients DROP COLUMN secrets_ended; ALTER TABLE clients DROP COLUMN removed_at; DROP TABLE buried_keys; DELETE FROM goose_db_version WHERE version_id > 20`)
	err = openIn(t, dir).View(t.Context(), func(read registrar.Reader) error {
		got, err := read.Client(alice.DID)
		if err != nil || !reflect.DeepEqual(got, alice) {
			t.Errorf("%+v, %v, want %+v", got, err, alice)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
