package postgres_test

import (
	"testing"

	"github.com/getbindu/bindu-go/internal/postgrestest"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/postgres"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// A backup does not know what was revoked after it. What was registered then is gone at
// the authorization server, so that it is refused until the operator looks.
func TestARestoredBackupLetsNobodyBack(t *testing.T) {
	server := postgrestest.Shared(t)
	name := server.Database(t)
	backup := name + "_backup"
	fix := registrartest.NewFixture(t, nilStore{}, nil)
	cfg := fix.Config
	open := func(database string) (*registrar.Registrar, func()) {
		store := openOnce(t, parse(t, server.Address(database, nil)))
		cfg.Store, cfg.Mode = store, registrar.ModeOpen
		return fix.Replica(cfg), func() {
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	alice, bob := registrartest.NewAgent(t, "alice"), registrartest.NewAgent(t, "bob")
	before, end := open(name)
	register := func(r *registrar.Registrar, a registrartest.Agent) registrartest.Answer {
		return fix.Register(r, a, a.Body(registrartest.SecretOf("1")))
	}
	for _, a := range []registrartest.Agent{alice, bob} {
		if got := register(before, a); got.State != "registered" {
			t.Fatal(got)
		}
	}
	end()
	server.Exec(t, "postgres", "CREATE DATABASE "+backup+" TEMPLATE "+name)
	after, end := open(name)
	if done, err := after.Revoke(t.Context(), alice.DID, ""); err != nil || !done.Removed {
		t.Fatalf("%+v %v", done, err)
	}
	end()
	restored, end := open(backup)
	defer end()
	if got := register(restored, alice); got.Reason != "foreign_writer" || fix.Clients.Document(alice.DID) != nil {
		t.Errorf("who was revoked after the backup: %s", got)
	}
	if got := register(restored, bob); got.State != "registered" {
		t.Errorf("who was not: %s", got)
	}
	if _, err := restored.Revoke(t.Context(), alice.DID, "again"); err != nil {
		t.Error(err)
	}
	if got := register(restored, alice); got.Reason != "revoked" {
		t.Errorf("who was revoked again: %s", got)
	}
}

// nilStore is in a configuration until there is one.
type nilStore struct{ registrar.Store }

func openOnce(t *testing.T, a postgres.Address) *postgres.Store {
	t.Helper()
	store, err := postgres.Open(t.Context(), a, nil)
	if err != nil {
		t.Fatal(err)
	}
	return store
}
