package sqlite

import (
	"context"
	"crypto/rand"
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
	"github.com/getbindu/bindu-go/registrar"
)

// FileName is the database file in the registrar's directory. SQLite keeps two
// more beside it, with -wal and -shm appended.
const FileName = "registrar.db"

const (
	// busy is how long another process may lock the file.
	busy = 5 * time.Second
	// readers is how many may read beside the one writer.
	readers = 4
)

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
	s := &Store{}
	if s.write, err = open(path, 1, "_txlock=immediate"); err != nil {
		return nil, err
	}
	if s.read, err = open(path, readers, "_pragma=query_only(1)"); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.migrate(ctx, logger); err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", path, opening(err)), s.Close())
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
		case !errors.Is(err, fs.ErrNotExist):
			return err
		case suffix == "":
			if err := dir.WriteFile(FileName, nil, 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

func open(path string, connections int, option string) (*sql.DB, error) {
	dsn := (&url.URL{Scheme: "file", Path: path}).String() + fmt.Sprintf("?_pragma=busy_timeout(%d)", busy.Milliseconds()) +
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&" + option
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// migrate brings the schema up to date, and gives a new database its epoch.
func (s *Store) migrate(ctx context.Context, logger *slog.Logger) error {
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
	_, err = s.write.ExecContext(ctx, insertHead, rand.Text())
	return err
}

// Close closes the file. No other method may be called afterwards.
func (s *Store) Close() error {
	var err error
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}

// Change implements [registrar.Store]. Waiting for one's turn ends with ctx; a
// transaction that has begun is brief and is carried through.
func (s *Store) Change(ctx context.Context, fn func(registrar.Tx) error) error {
	return inTx(ctx, s.write, nil, func(t *tx) error { return fn(t) })
}

// View implements [registrar.Store].
func (s *Store) View(ctx context.Context, fn func(registrar.Reader) error) error {
	return inTx(ctx, s.read, &sql.TxOptions{ReadOnly: true}, func(t *tx) error { return fn(t) })
}

func inTx(ctx context.Context, db *sql.DB, opt *sql.TxOptions, fn func(*tx) error) error {
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
	if err := fn(&tx{ctx, began}); err != nil {
		return fault(err)
	}
	return fault(began.Commit())
}
