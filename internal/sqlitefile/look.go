package sqlitefile

import (
	"context"
	"database/sql"
	"errors"
	"os"
)

// Look has a database read by its absolute path without changing its files, which may
// be beside a process that has it open.
func Look(path string, read func(*sql.DB) error) error {
	open := hasLog(path)
	err := look(path, open, read)
	if err != nil && !open && hasLog(path) {
		err = look(path, true, read) // a process opened it just now
	}
	return err
}

func hasLog(path string) bool {
	_, err := os.Lstat(path + "-wal")
	return err == nil
}

// look reads. Without a write-ahead log nobody has the file open: read as one that
// cannot change it needs no files beside it.
func look(path string, log bool, read func(*sql.DB) error) error {
	option := "immutable=1"
	if log {
		option = "mode=ro"
	}
	db, err := Open(path, Options{Connections: 1, Wait: Busy, Parameters: []string{option, ReadOnly}})
	if err != nil {
		return err
	}
	return errors.Join(read(db), db.Close())
}

// ErrOtherTables: the tables of a file are not those of its program.
var ErrOtherTables = errors.New("its tables are another program's")

// Version returns the number of the last migration of a database of which the first
// makes table, and 0 where all have yet to run: a start that was killed may leave
// nothing but their own table. Errors: [ErrOtherTables], and those of the database.
func Version(ctx context.Context, db *sql.DB, table string) (version int, err error) {
	var ours, versioned bool
	err = db.QueryRowContext(ctx, `SELECT coalesce(sum(name = ?), 0) > 0, coalesce(sum(name = 'goose_db_version'), 0) > 0
		FROM sqlite_schema WHERE type = 'table'`, table).Scan(&ours, &versioned)
	if err == nil && versioned {
		err = db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version`).Scan(&version)
	}
	if err == nil && ours != (version > 0) {
		err = ErrOtherTables
	}
	return version, err
}
