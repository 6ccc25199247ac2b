package postgres

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/agentdb"
	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/internal/turns"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlrows"
)

// writers and readers are how many connections one process has at most.
const writers, readers = 12, 6

// attempts is how often a transaction is begun that the server undoes because of another.
const attempts = 5

// Store is a [task.Store] in PostgreSQL. Any number of processes may share it.
type Store struct {
	*sqlrows.Store
	write, read *sql.DB
	stmt        statements
	sole        *sole
	hints       *hints

	// Whose turn it is: database/sql would choose among those who wait by chance.
	writing, viewing *turns.Semaphore
}

var (
	_ task.Store  = (*Store)(nil)
	_ task.Outbox = (*Store)(nil)
	_ task.Hinter = (*Store)(nil)
)

// Open opens the tasks of an agent in a database, making the tables or migrating them
// first; others that open it meanwhile wait. Errors are [task.ErrStorage] and one of
// [postgresdb.ErrAway], [postgresdb.ErrAccess], [postgresdb.ErrTLS], [postgresdb.ErrForeign]
// and [ErrOtherAgent].
func Open(ctx context.Context, a postgresdb.Address, agent did.DID, logger *slog.Logger) (*Store, error) {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	room, err := agentdb.Room(agent)
	if err != nil {
		return nil, err
	}
	if err := room.Migrate(ctx, a, logger); err != nil {
		return nil, opening(ctx, err)
	}
	s := &Store{
		write: room.Pool(a, writers), read: room.Pool(a, readers),
		writing: turns.NewSemaphore(writers), viewing: turns.NewSemaphore(readers),
		sole:  &sole{db: room.Pool(a, 1), number: room.LockNumber("serving")},
		hints: newHints(room.Pool(a, hinting)),
	}
	s.Store = sqlrows.New(sqlrows.Database{Change: s.change, View: s.view, Now: now, Statements: &s.stmt.Statements})
	if err := s.stmt.prepare(ctx, s.write, s.read); err != nil {
		return nil, errors.Join(opening(ctx, postgresdb.Opening(err)), s.Close())
	}
	return s, nil
}

// opening says what a start failed for, unless who starts has gone.
func opening(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fault(err)
}

// Close closes the connections. No other method may be called afterwards.
func (s *Store) Close() error {
	return errors.Join(s.stmt.close(), s.sole.close(), s.hints.db.Close(), s.read.Close(), s.write.Close())
}

// now is the time of the server.
func now(ctx context.Context, tx *sql.Tx) (ms int64, err error) {
	err = tx.QueryRowContext(ctx, clock).Scan(&ms)
	return ms, err
}

// change runs fn in a transaction that writes, and once more where the server undid it
// because of another one. Waiting for the owner's turn ends with ctx.
func (s *Store) change(ctx context.Context, owner string, fn sqlrows.Tx) error {
	if err := s.writing.Acquire(ctx, owner); err != nil {
		return err
	}
	defer s.writing.Release(owner)
	for attempt := 1; ; attempt++ {
		err := postgresdb.Transactions{DB: s.write, Isolation: sql.LevelReadCommitted, Fault: fault}.Do(ctx, fn)
		if attempt == attempts || !isUndone(err) {
			return err
		}
	}
}

// view runs fn in a transaction that sees one state of the database.
func (s *Store) view(ctx context.Context, owner string, fn sqlrows.Tx) error {
	if err := s.viewing.Acquire(ctx, owner); err != nil {
		return err
	}
	defer s.viewing.Release(owner)
	return postgresdb.Transactions{DB: s.read, Isolation: sql.LevelRepeatableRead, ReadOnly: true, Fault: fault}.Do(ctx, fn)
}

// AddFeedback implements [task.Store]. A text that PostgreSQL does not take is no reason
// to lose all of it.
func (s *Store) AddFeedback(ctx context.Context, owner string, f task.Feedback) error {
	f.Text = strings.ReplaceAll(strings.ToValidUTF8(f.Text, "\uFFFD"), "\x00", "\uFFFD")
	return s.Store.AddFeedback(ctx, owner, f)
}
