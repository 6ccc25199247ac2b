package postgres

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/getbindu/bindu-go/registrar/sqlrows"
)

// Schema is where all tables are. Who may not make it needs one of that name, made
// beforehand and owned by the registrar's role.
const Schema = "registrar"

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date over a connection of its own, whose statements
// may take longer, and gives a new database its epoch.
func migrate(ctx context.Context, a Address, logger *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, migrating)
	defer cancel()
	config := a.config.Copy()
	for _, name := range []string{"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"} {
		config.RuntimeParams[name] = milliseconds(migrating)
	}
	db := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(durable))
	db.SetMaxOpenConns(2) // one of them has the lock
	return errors.Join(alone(ctx, db, func() error { return up(ctx, db, logger) }), db.Close())
}

// alone lets one replica migrate and others wait for it. The lock is not goose's, which
// makes its table of versions and looks at it before it takes one.
func alone(ctx context.Context, db *sql.DB, fn func() error) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, lockNumber("migrations")); err != nil {
		return err
	}
	// The lock ends with the connection, where it is not released.
	return errors.Join(fn(), release(context.WithoutCancel(ctx), conn))
}

func release(ctx context.Context, conn *sql.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, statement)
	defer cancel()
	_, err := conn.ExecContext(ctx, `SELECT pg_advisory_unlock($1)`, lockNumber("migrations"))
	return err
}

func up(ctx context.Context, db *sql.DB, logger *slog.Logger) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	if err := makeSchema(ctx, db); err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSlog(logger), goose.WithDisableGlobalRegistry(true), goose.WithTableName(Schema+".goose_db_version"))
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, dialect.Text(sqlrows.InsertHead), rand.Text())
	return err
}

// makeSchema asks first: who may not make it may use one that is there.
func makeSchema(ctx context.Context, db *sql.DB) error {
	var there bool
	err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)`, Schema).Scan(&there)
	if err == nil && !there {
		_, err = db.ExecContext(ctx, `CREATE SCHEMA `+Schema)
	}
	return err
}
