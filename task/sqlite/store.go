package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"path/filepath"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/task"
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
	write, read *sql.DB
	stmt        statements
}

var _ task.Store = (*Store)(nil)

// Open opens the database in dir, making or migrating it first. An existing
// file that others may read is [safefile.ErrInsecurePermissions], one that is a
// link or no plain file [safefile.ErrUnsafePath].
func Open(ctx context.Context, dir *safefile.Dir, logger *slog.Logger) (*Store, error) {
	if err := prepareFiles(dir); err != nil {
		return nil, err
	}
	path, err := filepath.Abs(filepath.Join(dir.Path(), FileName))
	if err != nil {
		return nil, err
	}
	s := &Store{}
	if s.write, err = open(path, 1, "_txlock=immediate"); err != nil {
		return nil, err
	}
	if s.read, err = open(path, readers, "_pragma=query_only(1)"); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.migrate(ctx, logger); err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", path, err), s.Close())
	}
	return s, nil
}

// prepareFiles makes an empty database with private permissions, which SQLite
// gives its other files too, and checks those that exist.
func prepareFiles(dir *safefile.Dir) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		// Nothing is read: the checks before reading are what is wanted.
		_, err := dir.ReadFile(FileName+suffix, 0o600, 0)
		switch {
		case err == nil, errors.Is(err, safefile.ErrTooLarge):
		case errors.Is(err, fs.ErrNotExist) && suffix == "":
			if err := dir.WriteFile(FileName, nil, 0o600); err != nil {
				return err
			}
		case errors.Is(err, fs.ErrNotExist):
		default:
			return err
		}
	}
	return nil
}

// open lets the write-ahead log grow to 32 MiB before it is copied into the
// database, which is when the disk is waited for.
func open(path string, connections int, option string) (*sql.DB, error) {
	dsn := (&url.URL{Scheme: "file", Path: path}).String() +
		"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=wal_autocheckpoint(8000)&_pragma=foreign_keys(1)&" + option
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

func (s *Store) migrate(ctx context.Context, logger *slog.Logger) error {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, s.write, files,
		goose.WithSlog(logger), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	return s.stmt.prepare(ctx, s.write, s.read)
}

// Close closes the file. No other method may be called afterwards.
func (s *Store) Close() error {
	err := s.stmt.close()
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}

// change runs fn in a transaction that writes. Waiting for the writer ends with
// ctx; a transaction that has begun is brief and is carried through.
func (s *Store) change(ctx context.Context, fn func(ctx context.Context, tx *sql.Tx) error) error {
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return inTx(context.WithoutCancel(ctx), conn, nil, fn)
}

// view runs fn in a transaction that sees one state of the database.
func (s *Store) view(ctx context.Context, fn func(ctx context.Context, tx *sql.Tx) error) error {
	conn, err := s.read.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return inTx(context.WithoutCancel(ctx), conn, &sql.TxOptions{ReadOnly: true}, fn)
}

func inTx(ctx context.Context, conn *sql.Conn, opt *sql.TxOptions, fn func(context.Context, *sql.Tx) error) error {
	tx, err := conn.BeginTx(ctx, opt)
	if err != nil {
		return err
	}
	if err := fn(ctx, tx); err != nil {
		if rollback := tx.Rollback(); rollback != nil {
			return errors.Join(err, rollback)
		}
		return err
	}
	return tx.Commit()
}
