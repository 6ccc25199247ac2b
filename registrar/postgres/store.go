package postgres

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/sqlrows"
)

// Bounds of the connections of one process.
const (
	// writers and readers are how many there are at most: who waits for the lock of a DID
	// has one meanwhile, and must not keep others from reading.
	writers, readers = 8, 4
	// lifetime ends a connection after a while, so that servers that come and go share
	// the load; spare ends one that nobody uses.
	lifetime, spare = 30 * time.Minute, 5 * time.Minute
	// queueing is how long a request waits for one.
	queueing = 5 * time.Second
)

// Store is a [registrar.Store] in PostgreSQL. Any number of processes may share it.
type Store struct {
	write, read *sql.DB
}

var _ registrar.Store = (*Store)(nil)

// Open opens a database, making its tables or migrating them first; others that open it
// meanwhile wait. Errors are [registrar.ErrStorage] and one of [ErrAway], [ErrAccess],
// [ErrTLS], [ErrForeign].
func Open(ctx context.Context, a Address, logger *slog.Logger) (*Store, error) {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	if err := migrate(ctx, a, logger); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, opening(err)
	}
	return &Store{write: pool(a, writers), read: pool(a, readers)}, nil
}

func pool(a Address, connections int) *sql.DB {
	db := stdlib.OpenDB(*a.config, stdlib.OptionAfterConnect(durable))
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxLifetime(lifetime)
	db.SetConnMaxIdleTime(spare)
	return db
}

// Close closes the connections. No other method may be called afterwards.
func (s *Store) Close() error { return errors.Join(s.read.Close(), s.write.Close()) }

// dialect is PostgreSQL's.
var dialect = &sqlrows.Dialect{Text: text, Lock: lockName, Fault: fault}

// locked are what rows are locked with.
var locked = strings.NewReplacer(sqlrows.ForUpdate, "FOR UPDATE", sqlrows.SkipLocked, "FOR UPDATE SKIP LOCKED")

// text numbers the parameters of a statement, of which none is in a literal.
func text(statement string) string {
	parts := strings.Split(locked.Replace(statement), "?")
	var b strings.Builder
	for i, part := range parts[:len(parts)-1] {
		b.WriteString(part + "$" + strconv.Itoa(i+1))
	}
	return b.String() + parts[len(parts)-1]
}

// lockName takes the lock of a name until the transaction ends.
func lockName(ctx context.Context, tx *sql.Tx, name string) error {
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, lockNumber(name))
	return err
}

// lockNumber is the number by which PostgreSQL knows a lock. It is of a hash for which
// nobody finds two names, so that no agent makes another wait.
func lockNumber(name string) int64 {
	sum := sha256.Sum256([]byte("bindu registrar\x00" + name))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// Change implements [registrar.Store]. Waiting for a connection ends with ctx; a
// transaction that has begun is carried through, or given up after a while. fn runs
// once at most: one that failed is never repeated.
func (s *Store) Change(ctx context.Context, fn func(registrar.Tx) error) error {
	return inTx(ctx, s.write, &sql.TxOptions{Isolation: sql.LevelReadCommitted},
		func(ctx context.Context, tx *sql.Tx) error { return fn(sqlrows.Change(ctx, tx, dialect)) })
}

// View implements [registrar.Store].
func (s *Store) View(ctx context.Context, fn func(registrar.Reader) error) error {
	return inTx(ctx, s.read, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
		func(ctx context.Context, tx *sql.Tx) error { return fn(sqlrows.View(ctx, tx, dialect)) })
}

// Ping reports whether the database answers. Errors: [registrar.ErrStorage].
func (s *Store) Ping(ctx context.Context) error {
	return s.View(ctx, func(read registrar.Reader) error { _, err := read.Head(); return err })
}

func inTx(ctx context.Context, db *sql.DB, opt *sql.TxOptions, fn func(context.Context, *sql.Tx) error) error {
	ctx, began, end, err := begin(ctx, db, opt)
	if err != nil {
		return err
	}
	defer end()
	defer began.Rollback() // also if fn panics; after Commit it does nothing
	if err := fn(ctx, began); err != nil {
		return err
	}
	return fault(began.Commit())
}

// begin begins a transaction. Connections that died unnoticed, as all do when the server
// is started anew, are dropped one after the other: nothing was done in them yet.
func begin(ctx context.Context, db *sql.DB, opt *sql.TxOptions) (context.Context, *sql.Tx, func(), error) {
	for attempt := 1; ; attempt++ {
		conn, err := acquire(ctx, db)
		if err != nil {
			return nil, nil, nil, err
		}
		inside, cancel := context.WithTimeout(context.WithoutCancel(ctx), transaction)
		began, err := conn.BeginTx(inside, opt)
		if err == nil {
			return inside, began, func() { cancel(); conn.Close() }, nil
		}
		overdue := inside.Err() != nil
		cancel()
		conn.Close()
		if _, answered := errors.AsType[*pgconn.PgError](err); answered && !isFatal(err) || overdue || attempt > writers {
			return nil, nil, nil, fault(err)
		}
	}
}

// isFatal reports whether the server ended the session.
func isFatal(err error) bool {
	said, ok := errors.AsType[*pgconn.PgError](err)
	return ok && said.Severity == "FATAL"
}

// acquire waits for a connection. A caller who went away is told so, and nobody else.
func acquire(ctx context.Context, db *sql.DB) (*sql.Conn, error) {
	waiting, cancel := context.WithTimeout(ctx, queueing)
	defer cancel()
	conn, err := db.Conn(waiting)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return conn, fault(err)
}
