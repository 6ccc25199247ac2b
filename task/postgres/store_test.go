package postgres_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/internal/postgrestest"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/postgres"
	"github.com/getbindu/bindu-go/task/tasktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func address(t testing.TB, text string) postgresdb.Address {
	t.Helper()
	a, err := postgresdb.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// agent is whose tasks are kept.
func agent(t testing.TB) did.DID {
	t.Helper()
	d, err := did.Parse("did:bindu:a_at_example_com:agent:00000000-0000-0000-0000-000000000001")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func open(t testing.TB, a postgresdb.Address) *postgres.Store {
	t.Helper()
	store, err := postgres.Open(t.Context(), a, agent(t), nil)
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
	tasktest.Run(t, func(t *testing.T) task.Store { return open(t, address(t, server.Address(server.Database(t), nil))) })
}

func TestOutbox(t *testing.T) {
	server := postgrestest.Shared(t)
	tasktest.RunOutbox(t, func(t *testing.T) tasktest.OutboxStore {
		return open(t, address(t, server.Address(server.Database(t), nil)))
	})
}
