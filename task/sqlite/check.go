package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/internal/sqlitefile"
)

// Check looks whether [Open] would take the database in dir, as far as that
// shows without writing: nothing where there is none. It may be called beside a
// running agent, and leaves the files as they are. Errors: those of Open.
func Check(ctx context.Context, dir *safefile.Dir) error {
	err := sqlitefile.Check(dir, FileName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	path, err := sqlitefile.Path(dir, FileName)
	if err != nil {
		return err
	}
	return opening(path, sqlitefile.Look(path, func(db *sql.DB) error { return checkSchema(ctx, db) }))
}

// checkSchema judges as the migrations and the first queries would.
func checkSchema(ctx context.Context, db *sql.DB) error {
	version, err := sqlitefile.Version(ctx, db, "tasks")
	switch {
	case errors.Is(err, sqlitefile.ErrOtherTables):
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	case err != nil || version == 0:
		return err // made by the migrations
	}
	var unfinishedTasks int
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM tasks WHERE state IN `+unfinished).Scan(&unfinishedTasks); err != nil {
		return err
	}
	if version < schema() {
		return nil // the start brings it up to date
	}
	var s statements
	return errors.Join(s.prepare(ctx, db, db), s.close())
}
