package postgres_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/internal/postgrestest"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/postgres"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func parse(t testing.TB, text string) postgres.Address {
	t.Helper()
	a, err := postgres.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func open(t testing.TB, a postgres.Address) *postgres.Store {
	t.Helper()
	store, err := postgres.Open(t.Context(), a, nil)
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
	server := postgrestest.Shared(t)
	registrartest.Run(t, func(t *testing.T) func() registrar.Store {
		a := parse(t, server.Address(server.Database(t), nil))
		return func() registrar.Store { return open(t, a) }
	})
}
