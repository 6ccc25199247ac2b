package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/task"
)

// ErrServed: another process serves from the database that may not be beside this one.
var ErrServed = errors.New("another process serves from the database")

// Company is who may serve beside a process.
type Company int

const (
	// Alone: nobody. What it remembers for itself stands in the way.
	Alone Company = iota
	// Together: whoever shares what was accepted, too. The version before did not, and
	// served alone.
	Together
)

// soleEvery is the pause between two looks whether this process is the one still.
const soleEvery = 5 * time.Second

// sole is the lock of a process that serves. It is that of a connection, and ends with it.
type sole struct {
	company Company
	db      *sql.DB // of one connection
	number  int64
	conn    *sql.Conn // that has the lock
}

// Serve makes this process one that serves, as long as it has a connection: [ErrServed] if
// somebody else is that who may not be beside it.
func (s *Store) Serve(ctx context.Context, c Company) error {
	s.sole.company = c
	err := s.sole.take(ctx)
	if err == nil || ctx.Err() != nil {
		return err
	}
	if !errors.Is(err, ErrServed) {
		err = postgresdb.Opening(err)
	}
	return fault(err)
}

// takes is how the lock is taken.
var takes = map[Company]string{
	Alone:    `SELECT pg_try_advisory_lock($1)`,
	Together: `SELECT pg_try_advisory_lock_shared($1)`,
}

// take takes the lock: [ErrServed] if another has it.
func (l *sole) take(ctx context.Context) error {
	conn, err := l.db.Conn(ctx)
	if err != nil {
		return err
	}
	var got bool
	if _, err = conn.ExecContext(ctx, postgresdb.Keepalives); err == nil {
		err = conn.QueryRowContext(ctx, takes[l.company], l.number).Scan(&got)
	}
	if err == nil && !got {
		err = ErrServed
	}
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	l.conn = conn
	return nil
}

// look returns nil while the connection with the lock is whole.
func (l *sole) look(ctx context.Context) error {
	_, err := l.conn.ExecContext(ctx, `SELECT 1`)
	return err
}

func (l *sole) close() error {
	if l.conn != nil {
		_ = l.conn.Close() // given back to the pool, which is closed
	}
	return l.db.Close()
}

// Watch tells while the server does not answer, with nil when it does again, until ctx
// ends; it follows [Store.Serve]. It returns [ErrServed] when another process has taken our
// place meanwhile that may not be beside us: this one must not serve on.
func (s *Store) Watch(ctx context.Context, tell func(error)) error {
	tick := time.NewTicker(soleEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		err := s.stillSole(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrServed):
			return fmt.Errorf("%w: %w", task.ErrStorage, err)
		case err != nil:
			err = fault(postgresdb.Opening(err))
		}
		tell(err)
	}
}

func (s *Store) stillSole(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, soleEvery)
	defer cancel()
	if s.sole.conn != nil {
		if s.sole.look(ctx) == nil {
			return nil
		}
		_ = s.sole.conn.Close()
		s.sole.conn = nil
	}
	return s.sole.take(ctx)
}
