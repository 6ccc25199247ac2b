package postgres

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strconv"
	"strings"

	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/sqlrows"
)

// writers and readers are how many connections one process has at most: who waits for the
// lock of a DID has one meanwhile, and must not keep others from reading.
const writers, readers = 8, 4

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
	room, err := room()
	if err != nil {
		return nil, err
	}
	if err := room.Migrate(ctx, a, logger); err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		return nil, fault(err)
	}
	return &Store{write: room.Pool(a, writers), read: room.Pool(a, readers)}, nil
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
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, postgresdb.Room{Name: program}.LockNumber(name))
	return err
}

// Change implements [registrar.Store]. Waiting for a connection ends with ctx; a
// transaction that has begun is carried through, or given up after a while. fn runs
// once at most: one that failed is never repeated.
func (s *Store) Change(ctx context.Context, fn func(registrar.Tx) error) error {
	return postgresdb.Transactions{DB: s.write, Isolation: sql.LevelReadCommitted, Fault: fault}.Do(ctx,
		func(ctx context.Context, tx *sql.Tx) error { return fn(sqlrows.Change(ctx, tx, dialect)) })
}

// View implements [registrar.Store].
func (s *Store) View(ctx context.Context, fn func(registrar.Reader) error) error {
	return postgresdb.Transactions{DB: s.read, Isolation: sql.LevelRepeatableRead, ReadOnly: true, Fault: fault}.Do(ctx,
		func(ctx context.Context, tx *sql.Tx) error { return fn(sqlrows.View(ctx, tx, dialect)) })
}

// Ping reports whether the database answers. Errors: [registrar.ErrStorage].
func (s *Store) Ping(ctx context.Context) error {
	return s.View(ctx, func(read registrar.Reader) error { _, err := read.Head(); return err })
}
