package sqlrows

import (
	"context"
	"database/sql"

	"github.com/getbindu/bindu-go/task"
)

// Tx is what happens in a transaction. It may be run again after a run that is undone,
// and sets anew whatever it returns.
type Tx func(ctx context.Context, tx *sql.Tx) error

// Database carries transactions out.
type Database struct {
	// Change and View run a transaction that writes, or one that sees one state of the
	// database, in an owner's turn; "" is nobody's. Waiting for it ends with ctx; what
	// has begun is carried through.
	Change, View func(ctx context.Context, owner string, fn Tx) error
	// Now is the time of leases, in milliseconds since 1970.
	Now func(ctx context.Context, tx *sql.Tx) (int64, error)
	// Statements must be prepared before the first call.
	Statements *Statements
}

// Store is a [task.Store] and a [task.Outbox] in rows.
type Store struct {
	db   Database
	stmt *Statements
}

var (
	_ task.Store  = (*Store)(nil)
	_ task.Outbox = (*Store)(nil)
)

// New returns the tasks of a database.
func New(db Database) *Store { return &Store{db, db.Statements} }

// everybody takes the turns of what is asked in nobody's name.
const everybody = ""

func (s *Store) change(ctx context.Context, owner string, fn Tx) error {
	return s.db.Change(ctx, owner, fn)
}

func (s *Store) view(ctx context.Context, owner string, fn Tx) error {
	return s.db.View(ctx, owner, fn)
}

// probeBytes is what has to fit for the database to count as writable: some
// messages. Much less might fit into what a log has of old pages.
const probeBytes = 64 << 10

// Probe implements [task.Store]. Both transactions are committed: what is rolled
// back need not have reached the disk.
func (s *Store) Probe(ctx context.Context) error {
	err := s.change(ctx, everybody, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.StmtContext(ctx, s.stmt.InsertProbe).ExecContext(ctx, probeBytes)
		return err
	})
	if err != nil {
		return err
	}
	return s.change(ctx, everybody, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.StmtContext(ctx, s.stmt.DeleteProbe).ExecContext(ctx)
		return err
	})
}
