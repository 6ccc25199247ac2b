package postgresdb

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// Migrate brings the schema up to date over connections of its own, whose statements
// may take longer. Other processes that migrate it meanwhile wait. Errors are one of
// [ErrAway], [ErrAccess], [ErrTLS], [ErrForeign], or why ctx ended.
func (r Room) Migrate(ctx context.Context, a Address, logger *slog.Logger) error {
	err := r.migrate(ctx, a, logger)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return Opening(err)
}

func (r Room) migrate(ctx context.Context, a Address, logger *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, migrating)
	defer cancel()
	config := r.config(a)
	for _, name := range []string{"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"} {
		config.RuntimeParams[name] = milliseconds(migrating)
	}
	db := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(durable))
	db.SetMaxOpenConns(2) // one of them has the lock
	return errors.Join(r.alone(ctx, db, func() error { return r.up(ctx, db, logger) }), db.Close())
}

// alone lets one replica migrate and others wait for it. The lock is not goose's, which
// makes its table of versions and looks at it before it takes one.
func (r Room) alone(ctx context.Context, db *sql.DB, fn func() error) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, r.LockNumber("migrations")); err != nil {
		return err
	}
	// The lock ends with the connection, where it is not released.
	return errors.Join(fn(), r.release(context.WithoutCancel(ctx), conn))
}

func (r Room) release(ctx context.Context, conn *sql.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, statement)
	defer cancel()
	_, err := conn.ExecContext(ctx, `SELECT pg_advisory_unlock($1)`, r.LockNumber("migrations"))
	return err
}

func (r Room) up(ctx context.Context, db *sql.DB, logger *slog.Logger) error {
	if err := r.makeSchema(ctx, db); err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, r.Migrations,
		goose.WithSlog(logger), goose.WithDisableGlobalRegistry(true), goose.WithTableName(r.Schema+".goose_db_version"))
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil || r.Finish == nil {
		return err
	}
	return r.Finish(ctx, db)
}

// makeSchema asks first: who may not make it may use one that is there.
func (r Room) makeSchema(ctx context.Context, db *sql.DB) error {
	var there bool
	err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)`, r.Schema).Scan(&there)
	if err == nil && !there {
		_, err = db.ExecContext(ctx, `CREATE SCHEMA `+r.Schema)
	}
	return err
}
