package sqlitefile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Busy is how long another process may lock the file, where nobody has a reason to
// wait less.
const Busy = 5 * time.Second

// Options say how a database is opened.
type Options struct {
	// Connections are how many there are at most.
	Connections int
	// Wait is how long another process may lock the file.
	Wait time.Duration
	// Parameters are those of the driver: Pragma, [TxLock], [ReadOnly].
	Parameters []string
}

// TxLock lets each transaction have the database from its beginning, ReadOnly none
// of them write.
const (
	TxLock   = "_txlock=immediate"
	ReadOnly = "_pragma=query_only(1)"
)

// Pragma is a setting of the connections.
func Pragma(name, value string) string { return "_pragma=" + name + "(" + value + ")" }

// Open opens a database by its absolute path, whatever bytes are in that. Nothing is
// read yet.
func Open(path string, o Options) (*sql.DB, error) {
	all := append([]string{Pragma("busy_timeout", fmt.Sprint(o.Wait.Milliseconds()))}, o.Parameters...)
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path}).String()+"?"+strings.Join(all, "&"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(o.Connections)
	db.SetMaxIdleConns(o.Connections)
	return db, nil
}

// Migrate brings the schema up to date by the numbered files in migrations/ of files.
func Migrate(ctx context.Context, db *sql.DB, files fs.FS, logger *slog.Logger) error {
	numbered, err := fs.Sub(files, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, numbered,
		goose.WithSlog(logger), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// Close closes those that were opened.
func Close(all ...*sql.DB) (err error) {
	for _, db := range all {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}
