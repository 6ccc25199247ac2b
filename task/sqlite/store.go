package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"log/slog"
	"time"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/internal/sqlitefile"
	"github.com/getbindu/bindu-go/internal/turns"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlrows"
)

// FileName is the database file in the agent's directory. SQLite keeps two
// more beside it, with -wal and -shm appended.
const FileName = "tasks.db"

// readers is how many queries may run beside the one writer.
const readers = 4

//go:embed migrations/*.sql
var migrations embed.FS

// Store is a [task.Store] in a SQLite file.
type Store struct {
	*sqlrows.Store
	path        string
	logger      *slog.Logger
	write, read *sql.DB
	checkpoints *sql.DB
	stmt        statements

	// Whose turn it is: database/sql would choose among those who wait by chance.
	readers *turns.Semaphore
	commits *committer

	log writeAheadLog // of whoever carries changes out
}

var (
	_ task.Store  = (*Store)(nil)
	_ task.Outbox = (*Store)(nil)
)

// Open opens the database in dir, making or migrating it first. An existing
// file that others may read is [safefile.ErrInsecurePermissions], one that is a
// link or no plain file [safefile.ErrUnsafePath], one that is damaged [ErrCorrupt].
func Open(ctx context.Context, dir *safefile.Dir, logger *slog.Logger) (*Store, error) {
	if err := sqlitefile.Prepare(dir, FileName); err != nil {
		return nil, err
	}
	path, err := sqlitefile.Path(dir, FileName)
	if err != nil {
		return nil, err
	}
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	s := &Store{
		path: path, logger: logger, readers: turns.NewSemaphore(readers), commits: newCommitter(),
	}
	s.Store = sqlrows.New(sqlrows.Database{Change: s.change, View: s.view, Now: now, Statements: &s.stmt.Statements})
	s.log.limit = checkpointAt
	if s.write, err = open(path, 1, sqlitefile.TxLock+"&"+partsInMemory, sqlitefile.Busy); err != nil {
		return nil, err
	}
	if s.checkpoints, err = open(path, 1, sqlitefile.TxLock, 0); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if s.read, err = open(path, readers, sqlitefile.ReadOnly, sqlitefile.Busy); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(opening(path, err), s.Close())
	}
	s.measure()
	s.keepLogSmall(ctx) // what the last process left
	return s, nil
}

// open leaves checkpoints to [Store.keepLogSmall].
func open(path string, connections int, option string, wait time.Duration) (*sql.DB, error) {
	pragma := sqlitefile.Pragma
	return sqlitefile.Open(path, sqlitefile.Options{Connections: connections, Wait: wait, Parameters: []string{
		pragma("journal_mode", "WAL"), pragma("synchronous", "NORMAL"), pragma("wal_autocheckpoint", "0"), pragma("foreign_keys", "1"), option,
	}})
}

// partsInMemory has SQLite keep what a part of a transaction may have to undo in memory:
// in files that is a write for each page that any of them changes.
var partsInMemory = sqlitefile.Pragma("temp_store", "MEMORY")

// migrate uses a connection of its own, which sorts in files: indexes may be large.
func (s *Store) migrate(ctx context.Context) (err error) {
	db, err := open(s.path, 1, sqlitefile.TxLock, sqlitefile.Busy)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := sqlitefile.Migrate(ctx, db, migrations, s.logger); err != nil {
		return err
	}
	return s.stmt.prepare(ctx, s.write, s.read) // before db is closed: the last to close copies the log
}

// Close closes the file. No other method may be called afterwards.
func (s *Store) Close() error {
	return errors.Join(s.stmt.close(), sqlitefile.Close(s.read, s.checkpoints, s.write))
}

// The store's time is that of its process: what has the file open is on one machine.
func now(context.Context, *sql.Tx) (int64, error) { return time.Now().UnixMilli(), nil }

// change runs fn in a transaction that writes, which others' changes may be part of: fn
// may be run again after a run that is undone, and sets anew whatever it returns. Waiting for the owner's turn ends with ctx; what has its turn is
// brief and is carried through.
func (s *Store) change(ctx context.Context, owner string, fn sqlrows.Tx) error {
	return fault(s.commit(ctx, owner, fn))
}

// view runs fn in a transaction that sees one state of the database. It must not
// wait for a writer or for a peer: checkpoints wait for it.
func (s *Store) view(ctx context.Context, owner string, fn sqlrows.Tx) error {
	if err := s.readers.Acquire(ctx, owner); err != nil {
		return err
	}
	defer s.readers.Release(owner)
	return fault(inTx(context.WithoutCancel(ctx), s.read, &sql.TxOptions{ReadOnly: true}, fn))
}

func inTx(ctx context.Context, db *sql.DB, opt *sql.TxOptions, fn func(context.Context, *sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, opt)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // of what panics: else it is over by then
	if err := fn(ctx, tx); err != nil {
		if rollback := tx.Rollback(); rollback != nil {
			return errors.Join(err, rollback)
		}
		return err
	}
	return tx.Commit()
}
