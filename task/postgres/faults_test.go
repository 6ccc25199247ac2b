package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/internal/postgrestest"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/postgres"
)

// What a start fails for has an error of its own, and none has the password.
func TestWhyADatabaseCannotBeOpened(t *testing.T) {
	server := postgrestest.Shared(t)
	foreign, others := server.Database(t), server.Database(t)
	server.Exec(t, foreign, `CREATE SCHEMA agent`, `CREATE TABLE agent.tasks (x int)`)
	other, err := did.Parse("did:bindu:a_at_example_com:agent:00000000-0000-0000-0000-000000000002")
	if err != nil {
		t.Fatal(err)
	}
	store, err := postgres.Open(t.Context(), address(t, server.Address(others, nil)), other, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Error(err)
	}
	wrong := func(change func(u *url.URL)) string {
		u, err := url.Parse(server.Address(others, nil))
		if err != nil {
			t.Fatal(err)
		}
		change(u)
		return u.String()
	}
	for name, tt := range map[string]struct {
		text string
		want error
	}{
		"a wrong password":   {wrong(func(u *url.URL) { u.User = url.UserPassword("postgres", "pass word") }), postgresdb.ErrAccess},
		"no such database":   {server.Address("none", nil), postgresdb.ErrAccess},
		"another's tables":   {server.Address(foreign, nil), postgresdb.ErrForeign},
		"another's tasks":    {server.Address(others, nil), postgres.ErrOtherAgent},
		"nobody listens":     {wrong(func(u *url.URL) { u.Host = "127.0.0.1:1" }), postgresdb.ErrAway},
		"no safe connection": {wrong(func(u *url.URL) { u.RawQuery = "sslmode=verify-full" }), postgresdb.ErrTLS},
	} {
		t.Run(name, func(t *testing.T) {
			store, err := postgres.Open(t.Context(), address(t, tt.text), agent(t), nil)
			if !errors.Is(err, tt.want) || !errors.Is(err, task.ErrStorage) || tt.want != postgresdb.ErrAway && errors.Is(err, postgresdb.ErrAway) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if err == nil {
				_ = store.Close()
			} else if strings.Contains(err.Error(), "pass word") || strings.Contains(err.Error(), postgrestest.Password) {
				t.Errorf("the password is told: %v", err)
			}
		})
	}
}

// While a server is away all that is asked fails, and nothing waits for ever; when it is
// back nothing is missing that was accepted.
func TestAServerThatIsRestarted(t *testing.T) {
	server := postgrestest.Start(t)
	store := open(t, address(t, server.Address(server.Database(t), nil)))
	submit(t, store, submission("before", "before", "h"))
	server.Stop()
	_, submitted := store.Submit(t.Context(), submission("meanwhile", "meanwhile", "h"))
	_, got := store.Get(t.Context(), owner, "before", -1)
	for name, err := range map[string]error{"Submit": submitted, "Get": got, "Probe": store.Probe(t.Context())} {
		if !errors.Is(err, task.ErrStorage) || strings.Contains(err.Error(), postgrestest.Password) {
			t.Errorf("%s: %v", name, err)
		}
	}
	server.Restart(t)
	submit(t, store, submission("after", "after", "h"))
	if _, err := store.Get(t.Context(), owner, "before", -1); err != nil {
		t.Error(err)
	}
	if _, err := store.Get(t.Context(), owner, "meanwhile", -1); !errors.Is(err, task.ErrNotFound) {
		t.Errorf("what was refused is there: %v", err)
	}
}

// A text that the database cannot hold is the caller's fault: the store goes on.
func TestWhatCannotBeStoredIsNoFaultOfTheStore(t *testing.T) {
	server := postgrestest.Shared(t)
	store := open(t, address(t, server.Address(server.Database(t), nil)))
	s := submission("a\x00b", "x", "h")
	if _, err := store.Submit(t.Context(), s); err == nil || errors.Is(err, task.ErrStorage) {
		t.Errorf("Submit: %v", err)
	}
	submit(t, store, submission("t", "x", "h"))
	if err := store.AddFeedback(t.Context(), owner, task.Feedback{TaskID: "t", Text: "a\x00b\xff", MaxBytes: 1 << 20}); err != nil {
		t.Errorf("AddFeedback: %v", err)
	}
}

// Who goes away while waiting for a turn is told that, and not that the store is to blame.
func TestACallerGoesAway(t *testing.T) {
	server := postgrestest.Shared(t)
	store := open(t, address(t, server.Address(server.Database(t), nil)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Get(ctx, owner, "t", -1); !errors.Is(err, context.Canceled) || errors.Is(err, task.ErrStorage) {
		t.Error(err)
	}
}

// Many processes that start at once make one schema.
func TestProcessesMigrateOneAfterTheOther(t *testing.T) {
	server := postgrestest.Shared(t)
	a := address(t, server.Address(server.Database(t), nil))
	failed := make(chan error)
	const processes = 6
	for range processes {
		go func() {
			store, err := postgres.Open(t.Context(), a, agent(t), nil)
			if err == nil {
				err = store.Close()
			}
			failed <- err
		}()
	}
	for range processes {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
}

// TestADatabaseIsOneAgents, whoever comes first.
func TestADatabaseIsOneAgents(t *testing.T) {
	server := postgrestest.Shared(t)
	a := address(t, server.Address(server.Database(t), nil))
	failed := make(chan error)
	const agents = 4
	for i := range agents {
		d, err := did.Parse(fmt.Sprintf("did:bindu:a_at_example_com:agent:00000000-0000-0000-0000-00000000000%d", i))
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			store, err := postgres.Open(t.Context(), a, d, nil)
			if err == nil {
				err = store.Close()
			}
			failed <- err
		}()
	}
	others := 0
	for range agents {
		err := <-failed
		if errors.Is(err, postgres.ErrOtherAgent) {
			others++
		} else if err != nil {
			t.Error(err)
		}
	}
	if others != agents-1 {
		t.Errorf("%d were refused", others)
	}
}
