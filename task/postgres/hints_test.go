package postgres_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/postgrestest"
	"github.com/getbindu/bindu-go/task/postgres"
)

// hearing returns what a store hears until the test ends.
func hearing(t *testing.T, store *postgres.Store) <-chan string {
	t.Helper()
	heard := make(chan string, 100)
	ctx, cancel := context.WithCancel(t.Context())
	var hints sync.WaitGroup
	hints.Go(func() {
		store.Hints(ctx, func(owner, id string) {
			select {
			case heard <- owner + " " + id:
			default:
			}
		})
	})
	t.Cleanup(func() { cancel(); hints.Wait() })
	return heard
}

// until hints until a store hears it, since one may be lost.
func until(t *testing.T, from *postgres.Store, heard <-chan string, id string) {
	t.Helper()
	deadline, tick := time.After(2*time.Minute), time.NewTicker(50*time.Millisecond)
	defer tick.Stop()
	for {
		from.Hint(owner, id)
		select {
		case got := <-heard:
			if got == owner+" "+id {
				return
			}
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s is never heard", id)
		}
	}
}

// What one process hints at the others hear, and not itself; also after connections broke.
func TestOthersHearOfEvents(t *testing.T) {
	server := postgrestest.Shared(t)
	name := server.Database(t)
	a := address(t, server.Address(name, nil))
	here, there := open(t, a), open(t, a)
	own, others := hearing(t, here), hearing(t, there)
	until(t, here, others, "first")
	server.Exec(t, "postgres", `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '`+name+`'`)
	until(t, here, others, "second")
	here.Hint(owner, strings.Repeat("x", 9000)) // what is too long is dropped
	until(t, here, others, "third")
	until(t, there, own, "fourth")
	select {
	case got := <-own:
		if got != owner+" fourth" {
			t.Errorf("it hears itself: %s", got)
		}
	default:
	}
}
