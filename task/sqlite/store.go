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
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/internal/turns"
	"github.com/getbindu/bindu-go/task"
)

// FileName is the database file in the agent's directory. SQLite keeps two
// more beside it, with -wal and -shm appended.
const FileName = "tasks.db"

// busy is how long another process may lock the file.
const busy = 5 * time.Second

// readers is how many queries may run beside the one writer.
const readers = 4

//go:embed migrations/*.sql
var migrations embed.FS

// Store is a [task.Store] in a SQLite file.
type Store struct {
	path        string
	logger      *slog.Logger
	write, read *sql.DB
	checkpoints *sql.DB
	stmt        statements

	// Whose turn it is: database/sql would choose among those who wait by chance.
	writer, readers *turns.Semaphore

	log writeAheadLog // of whoever has the writer's turn
}

var _ task.Store = (*Store)(nil)

// Open opens the database in dir, making or migrating it first. An existing
// file that others may read is [safefile.ErrInsecurePermissions], one that is a
// link or no plain file [safefile.ErrUnsafePath], one that is damaged [ErrCorrupt].
func Open(ctx context.Context, dir *safefile.Dir, logger *slog.Logger) (*Store, error) {
	if err := prepareFiles(dir); err != nil {
		return nil, err
	}
	path, err := filepath.Abs(filepath.Join(dir.Path(), FileName))
	if err != nil {
		return nil, err
	}
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	s := &Store{
		path: path, logger: logger, log: writeAheadLog{limit: checkpointAt},
		writer: turns.NewSemaphore(1), readers: turns.NewSemaphore(readers),
	}
	if s.write, err = open(path, 1, "_txlock=immediate", busy); err != nil {
		return nil, err
	}
	if s.checkpoints, err = open(path, 1, "_txlock=immediate", 0); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if s.read, err = open(path, readers, "_pragma=query_only(1)", busy); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(opening(path, err), s.Close())
	}
	s.keepLogSmall(ctx) // what the last process left
	return s, nil
}

// prepareFiles makes an empty database with private permissions, which SQLite
// gives its other files too, and checks those that exist.
func prepareFiles(dir *safefile.Dir) error {
	err := checkFiles(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return dir.WriteFile(FileName, nil, 0o600)
	}
	return err
}

// checkFiles checks those files that exist: [fs.ErrNotExist] if all is well with
// them and there is no database.
func checkFiles(dir *safefile.Dir) (missing error) {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		// Nothing is read: the checks before reading are what is wanted.
		_, err := dir.ReadFile(FileName+suffix, 0o600, 0)
		switch {
		case err == nil, errors.Is(err, safefile.ErrTooLarge):
		case errors.Is(err, fs.ErrNotExist):
			if suffix == "" {
				missing = err
			}
		default:
			return err
		}
	}
	return missing
}

// open leaves checkpoints to [Store.keepLogSmall].
func open(path string, connections int, option string, wait time.Duration) (*sql.DB, error) {
	dsn := (&url.URL{Scheme: "file", Path: path}).String() + fmt.Sprintf("?_pragma=busy_timeout(%d)", wait.Milliseconds()) +
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=wal_autocheckpoint(0)&_pragma=foreign_keys(1)&" + option
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

func (s *Store) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, s.write, files,
		goose.WithSlog(s.logger), goose.WithDisableGlobalRegistry(true))
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
	for _, db := range []*sql.DB{s.read, s.checkpoints, s.write} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}

// everybody takes the turns of what is asked in nobody's name.
const everybody = ""

// change runs fn in a transaction that writes. Waiting for the owner's turn ends
// with ctx; a transaction that has begun is brief and is carried through.
func (s *Store) change(ctx context.Context, owner string, fn func(ctx context.Context, tx *sql.Tx) error) error {
	if err := s.writer.Acquire(ctx, owner); err != nil {
		return err
	}
	defer s.writer.Release(owner)
	ctx = context.WithoutCancel(ctx)
	if err := inTx(ctx, s.write, nil, fn); err != nil {
		return fault(err)
	}
	s.keepLogSmall(ctx)
	return nil
}

// view runs fn in a transaction that sees one state of the database. It must not
// wait for a writer or for a peer: checkpoints wait for it.
func (s *Store) view(ctx context.Context, owner string, fn func(ctx context.Context, tx *sql.Tx) error) error {
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
	if err := fn(ctx, tx); err != nil {
		if rollback := tx.Rollback(); rollback != nil {
			return errors.Join(err, rollback)
		}
		return err
	}
	return tx.Commit()
}
