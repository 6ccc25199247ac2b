package agent

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/internal/retry"
	"github.com/getbindu/bindu-go/task/postgres"
)

// componentDatabase is PostgreSQL on /readyz; databaseAway and databaseInUse are why it
// cannot be used.
const (
	componentDatabase = "database"
	databaseAway      = "database_unavailable"
	databaseInUse     = "database_in_use"
)

// checkDatabase looks at the address alone: a server that is away may come.
func (p preflight) checkDatabase() error {
	if p.given.Tasks != nil || p.given.Settings.Task.DatabaseURL.IsZero() {
		return nil
	}
	_, err := configs.TaskDatabase(p.given.Settings)
	return err
}

// openDatabase waits for the server, and for another process that serves from it, as long
// as it takes. It looks after the connection then.
func (a *Agent) openDatabase(ctx context.Context, who self) (*postgres.Store, error) {
	address, err := configs.TaskDatabase(a.opts.Settings)
	if err != nil {
		return nil, err
	}
	if address.Warning != "" {
		a.log.Warn("TASK__DATABASE_URL: " + address.Warning)
	}
	var store *postgres.Store
	note := func(err error, pause time.Duration) {
		reason := databaseReason(err)
		a.ready.set(componentDatabase, reason)
		a.log.Warn("waiting", "for", componentDatabase, "reason", reason, "error", err, "retry_in", pause)
	}
	err = retry.Do(ctx, retry.NewPauses(rand.Float64), passes, note, func(ctx context.Context) (err error) {
		if store, err = postgres.Open(ctx, address, who.DID, a.log); err != nil {
			return err
		}
		if err = store.ServeAlone(ctx); err != nil {
			return errors.Join(err, store.Close())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.ready.set(componentDatabase, "")
	a.onStop(func(context.Context) error { return store.Close() })
	a.background("watch the database", func(ctx context.Context) error { return store.Watch(ctx, a.tellDatabase) })
	return store, nil
}

// passes reports whether waiting helps.
func passes(err error) bool {
	return errors.Is(err, postgresdb.ErrAway) || errors.Is(err, postgres.ErrServed)
}

func databaseReason(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, postgres.ErrServed):
		return databaseInUse
	}
	return databaseAway
}

// tellDatabase tells /readyz and the log how the database is.
func (a *Agent) tellDatabase(err error) {
	if err != nil {
		a.log.Warn("the database does not answer", "reason", databaseAway, "error", err)
	}
	a.ready.set(componentDatabase, databaseReason(err))
}
