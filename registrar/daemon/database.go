package daemon

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/retry"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/postgres"
	"github.com/getbindu/bindu-go/registrar/sqlite"
	"github.com/getbindu/bindu-go/settings"
)

// componentDatabase is the database on /readyz, databaseAway the word for a PostgreSQL
// that does not answer.
const (
	componentDatabase = "database"
	databaseAway      = "database_unavailable"
)

// openStore opens the database: PostgreSQL, or the file in our directory.
func (d *Daemon) openStore(ctx context.Context, who self) (registrar.Store, error) {
	if !d.opts.Settings.Registrar.DatabaseURL.IsZero() {
		return d.openPostgres(ctx)
	}
	dir, err := safefile.OpenDir(who.home.Path(), nil)
	if err != nil {
		return nil, err
	}
	file, err := sqlite.Open(ctx, dir, d.log)
	if err != nil {
		return nil, err
	}
	d.life.OnStop(func(context.Context) error { return file.Close() })
	store, err := newStorage(file, d)
	if err != nil {
		return nil, err
	}
	d.life.Background("watch the disk", store.watch)
	return store, nil
}

// openPostgres waits for the server as long as it takes, and looks after it then.
func (d *Daemon) openPostgres(ctx context.Context) (registrar.Store, error) {
	address, err := databaseAddress(d.opts.Settings)
	if err != nil {
		return nil, err
	}
	if address.Warning != "" {
		d.log.Warn("REGISTRAR__DATABASE_URL: " + address.Warning)
	}
	var store *postgres.Store
	away := func(err error) bool { return errors.Is(err, postgres.ErrAway) }
	note := func(err error, pause time.Duration) {
		d.ready.SetReason(componentDatabase, databaseAway)
		d.log.Warn("waiting", "for", componentDatabase, "reason", databaseAway, "error", err, "retry_in", pause)
	}
	err = retry.Do(ctx, retry.NewPauses(rand.Float64), away, note, func(ctx context.Context) (err error) {
		store, err = postgres.Open(ctx, address, d.log)
		return err
	})
	if err != nil {
		return nil, err
	}
	d.ready.SetReason(componentDatabase, "")
	d.life.OnStop(func(context.Context) error { return store.Close() })
	d.life.Background("watch the database", d.watchDatabase(store))
	return store, nil
}

// watchDatabase tells /readyz while the server does not answer.
func (d *Daemon) watchDatabase(store *postgres.Store) func(context.Context) error {
	return func(ctx context.Context) error {
		for retry.Wait(ctx, boot.Jittered(d.opts.ProbeEvery)) == nil {
			err := store.Ping(ctx)
			switch {
			case ctx.Err() != nil:
			case err != nil:
				d.log.Warn("the database does not answer", "reason", databaseAway, "error", err)
				d.ready.SetReason(componentDatabase, databaseAway)
			default:
				d.ready.SetReason(componentDatabase, "")
			}
		}
		return nil
	}
}

// databaseAddress is where PostgreSQL is. The error has nothing secret.
func databaseAddress(set settings.RegistrarSettings) (postgres.Address, error) {
	address, err := postgres.Parse(set.Registrar.DatabaseURL.Reveal())
	if err != nil {
		return address, fmt.Errorf("REGISTRAR__DATABASE_URL: %w", err)
	}
	return address, nil
}

// checkDatabase reads the file in our directory, or looks at the address alone: a server
// that is away may come.
func checkDatabase(ctx context.Context, set settings.RegistrarSettings) error {
	if !set.Registrar.DatabaseURL.IsZero() {
		_, err := databaseAddress(set)
		return err
	}
	dir, err := safefile.OpenDir(string(set.Registrar.Dir), safefile.ReadOnly(safefile.OS()))
	if err != nil {
		return nil // told by checkDirectory, or made by the start
	}
	return inDirectory(set, sqlite.Check(ctx, dir))
}
