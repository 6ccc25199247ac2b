package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/postgrestest"
	"github.com/getbindu/bindu-go/task/postgres"
)

// An operator sees what is kept for whom, and deletes what nobody works on.
func TestAnOperatorClearsTasks(t *testing.T) {
	server := postgrestest.Shared(t)
	a := address(t, server.Address(server.Database(t), nil))
	if all, err := postgres.Usages(t.Context(), a, agent(t)); err != nil || len(all) != 0 {
		t.Errorf("before there are tables: %v, %v", all, err)
	}
	store := open(t, a)
	for i := range 3 {
		submit(t, store, submission(fmt.Sprint("t", i), fmt.Sprint("x", i), "h"))
	}
	for i := range 2 {
		if err := store.Transition(t.Context(), owner, fmt.Sprint("t", i), transition(a2a.TaskStateCompleted)); err != nil {
			t.Fatal(err)
		}
	}
	want := func(tasks, atRest int64) {
		t.Helper()
		all, err := postgres.Usages(t.Context(), a, agent(t))
		if err != nil || len(all) != 1 || all[0].Owner != owner || all[0].Tasks != tasks || all[0].AtRest != atRest || all[0].Bytes <= 0 {
			t.Errorf("usages %+v, %v", all, err)
		}
	}
	want(3, 2)
	if n, err := postgres.Clear(t.Context(), a, agent(t), owner, time.UnixMilli(2)); n != 0 || err != nil {
		t.Errorf("cleared %d younger ones, %v", n, err)
	}
	if n, err := postgres.Clear(t.Context(), a, agent(t), owner, time.UnixMilli(3)); n != 2 || err != nil {
		t.Errorf("cleared %d, %v", n, err)
	}
	want(1, 0)
	other, err := did.Parse("did:bindu:a_at_example_com:agent:00000000-0000-0000-0000-000000000002")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := postgres.Clear(t.Context(), a, other, owner, time.UnixMilli(3)); !errors.Is(err, postgres.ErrOtherAgent) {
		t.Errorf("another agent's operator: %v", err)
	}
}

// A process that serves alone keeps all others out, and is kept out by them. Who loses its
// connection and finds somebody in its place whom it may not be beside must not go on.
func TestOneProcessServes(t *testing.T) {
	server := postgrestest.Shared(t)
	for who, theirs := range map[string]postgres.Company{"alone": postgres.Alone, "together": postgres.Together} {
		t.Run(who, func(t *testing.T) {
			name := server.Database(t)
			a := address(t, server.Address(name, nil))
			first, second := open(t, a), open(t, a)
			if err := first.Serve(t.Context(), postgres.Alone); err != nil {
				t.Fatal(err)
			}
			if err := second.Serve(t.Context(), theirs); !errors.Is(err, postgres.ErrServed) {
				t.Fatalf("a second one serves: %v", err)
			}
			server.Exec(t, "postgres", `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '`+name+`'`)
			if err := second.Serve(t.Context(), theirs); err != nil {
				t.Fatalf("in the place of one that is gone: %v", err)
			}
			if err := first.Watch(t.Context(), func(error) {}); !errors.Is(err, postgres.ErrServed) {
				t.Errorf("the first goes on: %v", err)
			}
		})
	}
}

// Processes that share what they remember serve at once, and are noticed by one that does not.
func TestProcessesServeTogether(t *testing.T) {
	server := postgrestest.Shared(t)
	a := address(t, server.Address(server.Database(t), nil))
	for range 3 {
		if err := open(t, a).Serve(t.Context(), postgres.Together); err != nil {
			t.Error(err)
		}
	}
	if err := open(t, a).Serve(t.Context(), postgres.Alone); !errors.Is(err, postgres.ErrServed) {
		t.Errorf("beside them: %v", err)
	}
}

// Who serves learns that the server is away, and that it is back.
func TestAWatchTellsOfTheServer(t *testing.T) {
	server := postgrestest.Start(t)
	store := open(t, address(t, server.Address(server.Database(t), nil)))
	if err := store.Serve(t.Context(), postgres.Alone); err != nil {
		t.Fatal(err)
	}
	told := make(chan error)
	ctx, cancel := context.WithCancel(t.Context())
	var watch sync.WaitGroup
	watch.Go(func() {
		if err := store.Watch(ctx, func(err error) {
			select {
			case told <- err:
			case <-ctx.Done():
			}
		}); err != nil {
			t.Error(err)
		}
	})
	defer watch.Wait()
	defer cancel()
	if err := <-told; err != nil {
		t.Errorf("it answers: %v", err)
	}
	server.Stop()
	if err := <-told; err == nil || strings.Contains(err.Error(), postgrestest.Password) {
		t.Errorf("it is away: %v", err)
	}
	server.Restart(t)
	for err := range told { // it may still have been away
		if err == nil {
			break
		}
	}
}
