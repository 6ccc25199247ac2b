package clientsecret_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/agentdb"
	"github.com/getbindu/bindu-go/internal/clientsecret"
	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/internal/postgrestest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "s3cret"

func newKey(t *testing.T) *did.KeyPair {
	t.Helper()
	key, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func vault(t *testing.T, text string, key *did.KeyPair) *clientsecret.Vault {
	t.Helper()
	a, err := postgresdb.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	d, err := did.Parse("did:bindu:test:agent")
	if err != nil {
		t.Fatal(err)
	}
	room, err := agentdb.Room(d)
	if err != nil {
		t.Fatal(err)
	}
	if err := room.Migrate(t.Context(), a, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	v := clientsecret.Open(room, a, d, key)
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	})
	return v
}

func save(t *testing.T, v *clientsecret.Vault, text string) {
	t.Helper()
	if err := v.Alone(t.Context(), func(ctx context.Context, h *clientsecret.Held) error { return h.Save(ctx, []byte(text)) }); err != nil {
		t.Fatal(err)
	}
}

// What one process keeps all others of the agent read, and nobody without its key.
func TestTheSecretIsSharedUnderTheKey(t *testing.T) {
	server := postgrestest.Shared(t)
	database := server.Database(t)
	text, key := server.Address(database, nil), newKey(t)
	here, there, thief := vault(t, text, key), vault(t, text, key), vault(t, text, newKey(t))
	if got, err := there.Load(t.Context()); err != nil || got != nil {
		t.Errorf("before there is one: %q, %v", got, err)
	}
	for _, s := range []string{"first", secret} {
		save(t, here, s)
	}
	if got, err := there.Load(t.Context()); err != nil || string(got) != secret {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := thief.Load(t.Context()); !errors.Is(err, did.ErrSealed) || got != nil {
		t.Errorf("another key: %q, %v", got, err)
	}
	server.Exec(t, database, `DO $$ BEGIN ASSERT (SELECT position('`+secret+`'::bytea in sealed) = 0 FROM agent.client); END $$`)
}

// Whoever comes finds what the one before left, however many come at once.
func TestOneAtATimeIsInside(t *testing.T) {
	server := postgrestest.Shared(t)
	text, key := server.Address(server.Database(t), nil), newKey(t)
	const processes, each = 4, 5
	var all sync.WaitGroup
	for range processes {
		v := vault(t, text, key)
		all.Go(func() {
			for range each {
				if err := v.Alone(t.Context(), func(ctx context.Context, h *clientsecret.Held) error {
					before, err := h.Load(ctx)
					if err != nil {
						return err
					}
					return h.Save(ctx, append(before, 'x'))
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	got, err := vault(t, text, key).Load(t.Context())
	if err != nil || !bytes.Equal(got, bytes.Repeat([]byte("x"), processes*each)) {
		t.Errorf("%q, %v", got, err)
	}
}

// A process that dies inside lets the next one in, and one that lost its connection there
// changes nothing.
func TestWhoLosesTheConnectionChangesNothing(t *testing.T) {
	server := postgrestest.Shared(t)
	database := server.Database(t)
	text, key := server.Address(database, nil), newKey(t)
	here, there := vault(t, text, key), vault(t, text, key)
	err := here.Alone(t.Context(), func(ctx context.Context, h *clientsecret.Held) error {
		server.Exec(t, "postgres", fmt.Sprintf(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'`, database))
		save(t, there, "theirs")
		return h.Save(ctx, []byte("ours"))
	})
	if !errors.Is(err, clientsecret.ErrUnavailable) || strings.Contains(err.Error(), postgrestest.Password) {
		t.Errorf("%v", err)
	}
	if got, err := here.Load(t.Context()); err != nil || string(got) != "theirs" {
		t.Errorf("%q, %v", got, err)
	}
	failed := errors.New("failed")
	if err := here.Alone(t.Context(), func(context.Context, *clientsecret.Held) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("%v", err)
	}
	save(t, there, "again")
}
