package postgresdb

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// attempts is how many connections that died are dropped for one transaction.
const attempts = 8

// Transactions carries transactions out over the connections of a pool.
type Transactions struct {
	DB        *sql.DB
	Isolation sql.IsolationLevel
	ReadOnly  bool
	// Fault marks what the database is to blame for. Of an error of Do that it marks the
	// transaction may have been committed.
	Fault func(error) error
}

// Do runs fn in a transaction, once at most. Waiting for a connection ends with ctx; a
// transaction that has begun is carried through, or given up after a while.
func (t Transactions) Do(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	ctx, conn, began, end, err := t.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	defer began.Rollback() // also if fn panics; after Commit it does nothing
	if err := fn(ctx, began); err != nil {
		if _, said := errors.AsType[*pgconn.PgError](err); said || isClosed(conn) {
			return t.Fault(err)
		}
		return err
	}
	return t.Fault(began.Commit())
}

// isClosed reports whether a connection has ended. The driver ends each that fails.
func isClosed(conn *sql.Conn) (closed bool) {
	err := conn.Raw(func(c any) error {
		closed = c.(*stdlib.Conn).Conn().IsClosed()
		return nil
	})
	return closed || err != nil
}

// begin begins a transaction. Connections that died unnoticed, as all do when the server
// is started anew, are dropped one after the other: nothing was done in them yet.
func (t Transactions) begin(ctx context.Context) (context.Context, *sql.Conn, *sql.Tx, func(), error) {
	for attempt := 1; ; attempt++ {
		conn, err := t.acquire(ctx)
		if err != nil {
			return nil, nil, nil, nil, err
		}
		inside, cancel := context.WithTimeout(context.WithoutCancel(ctx), transaction)
		began, err := conn.BeginTx(inside, &sql.TxOptions{Isolation: t.Isolation, ReadOnly: t.ReadOnly})
		if err == nil {
			return inside, conn, began, func() { cancel(); conn.Close() }, nil
		}
		overdue := inside.Err() != nil
		cancel()
		conn.Close()
		if _, answered := errors.AsType[*pgconn.PgError](err); answered && !isFatal(err) || overdue || attempt > attempts {
			return nil, nil, nil, nil, t.Fault(err)
		}
	}
}

// isFatal reports whether the server ended the session.
func isFatal(err error) bool {
	said, ok := errors.AsType[*pgconn.PgError](err)
	return ok && said.Severity == "FATAL"
}

// acquire waits for a connection. A caller who went away is told so, and nobody else.
func (t Transactions) acquire(ctx context.Context) (*sql.Conn, error) {
	waiting, cancel := context.WithTimeout(ctx, queueing)
	defer cancel()
	conn, err := t.DB.Conn(waiting)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, t.Fault(err)
	}
	return conn, nil
}
