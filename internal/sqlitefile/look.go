package sqlitefile

import (
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
