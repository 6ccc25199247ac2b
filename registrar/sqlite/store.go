package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/internal/sqlitefile"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/sqlrows"
)

// FileName is the database file in the registrar's directory. SQLite keeps two
// more beside it, with -wal and -shm appended.
const FileName = "registrar.db"

// readers is how many may read beside the one writer.
const readers = 4

//go:embed migrations/*.sql
var migrations embed.FS

// Store is a [registrar.Store] in a SQLite file. Processes on one machine may
// share it.
type Store struct {
	write, read *sql.DB
}

var _ registrar.Store = (*Store)(nil)

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
	s := &Store{}
	if s.write, err = open(path, 1, sqlitefile.TxLock); err != nil {
		return nil, err
	}
	if s.read, err = open(path, readers, sqlitefile.ReadOnly); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.migrate(ctx, logger); err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", path, opening(err)), s.Close())
	}
	return s, nil
}

func open(path string, connections int, option string) (*sql.DB, error) {
	pragma := sqlitefile.Pragma
	return sqlitefile.Open(path, sqlitefile.Options{Connections: connections, Wait: sqlitefile.Busy, Parameters: []string{
		pragma("journal_mode", "WAL"), pragma("synchronous", "FULL"), pragma("foreign_keys", "1"), option,
	}})
}

// migrate brings the schema up to date, and gives a new database its epoch.
func (s *Store) migrate(ctx context.Context, logger *slog.Logger) error {
	if err := sqlitefile.Migrate(ctx, s.write, migrations, logger); err != nil {
		return err
	}
	if _, err := s.write.ExecContext(ctx, sqlrows.InsertHead, rand.Text()); err != nil {
		return err
	}
	return sound(ctx, s.write)
}

// Close closes the file. No other method may be called afterwards.
func (s *Store) Close() error { return sqlitefile.Close(s.read, s.write) }

// dialect is SQLite's: rows are locked with the whole database.
var dialect = &sqlrows.Dialect{
	Text:  strings.NewReplacer(sqlrows.ForUpdate, "", sqlrows.SkipLocked, "").Replace,
	Fault: fault,
}

// Change implements [registrar.Store]. Waiting for one's turn ends with ctx; a
// transaction that has begun is brief and is carried through.
func (s *Store) Change(ctx context.Context, fn func(registrar.Tx) error) error {
	return inTx(ctx, s.write, nil, func(ctx context.Context, tx *sql.Tx) error { return fn(sqlrows.Change(ctx, tx, dialect)) })
}

// View implements [registrar.Store].
func (s *Store) View(ctx context.Context, fn func(registrar.Reader) error) error {
	return inTx(ctx, s.read, &sql.TxOptions{ReadOnly: true},
		func(ctx context.Context, tx *sql.Tx) error { return fn(sqlrows.View(ctx, tx, dialect)) })
}

func inTx(ctx context.Context, db *sql.DB, opt *sql.TxOptions, fn func(context.Context, *sql.Tx) error) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return fault(err)
	}
	defer conn.Close()
	ctx = context.WithoutCancel(ctx)
	began, err := conn.BeginTx(ctx, opt)
	if err != nil {
		return fault(err)
	}
	defer began.Rollback() // also if fn panics; after Commit it does nothing
	if err := fn(ctx, began); err != nil {
		return err
	}
	return fault(began.Commit())
}
