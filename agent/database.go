package agent

import (
	"context"
	"errors"

	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/internal/postgresdb"
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
	if !p.given.isShared() {
		return nil
	}
	_, err := configs.TaskDatabase(p.given.Settings)
	return err
}

// openDatabase waits for the server, and for a process that serves from it and may not be
// beside this one, as long as it takes. It looks after the connection then.
func (a *Agent) openDatabase(ctx context.Context, address postgresdb.Address, who self) (*postgres.Store, error) {
	var store *postgres.Store
	err := a.persistDatabase(ctx, func(ctx context.Context) (err error) {
		if store, err = postgres.Open(ctx, address, who.DID, a.log); err != nil {
			return err
		}
		if err = store.Serve(ctx, a.company()); err != nil {
			return errors.Join(err, store.Close())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.onStop(func(context.Context) error { return store.Close() })
	a.background("watch the database", func(ctx context.Context) error { return store.Watch(ctx, a.tellDatabase) })
	return store, nil
}

// company is who may serve beside us: whoever remembers keys in its directory, or what was
// accepted elsewhere than in the database, serves alone.
func (a *Agent) company() postgres.Company {
	if configs.RemembersKeys(a.opts.Settings) || a.opts.Replay != nil {
		return postgres.Alone
	}
	return postgres.Together
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
