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

// errOtherTables: the tables are not those of this program.
var errOtherTables = errors.New("its tables are another program's")

// checkSchema judges as the migrations and the first queries would.
func checkSchema(ctx context.Context, db *sql.DB) error {
	var ours, versioned bool
	err := db.QueryRowContext(ctx, `SELECT coalesce(sum(name = 'tasks'), 0) > 0, coalesce(sum(name = 'goose_db_version'), 0) > 0
		FROM sqlite_schema WHERE type = 'table'`).Scan(&ours, &versioned)
	if err != nil {
		return err
	}
	var version, unfinishedTasks int
	if versioned {
		if err := db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version`).Scan(&version); err != nil {
			return err
		}
	}
	switch migrated := version > 0; { // a start that was killed may leave the versions alone, at 0
	case ours != migrated:
		return fmt.Errorf("%w: %w", ErrCorrupt, errOtherTables)
	case !ours:
		return nil // made by the migrations
	}
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM tasks WHERE state IN `+unfinished).Scan(&unfinishedTasks); err != nil {
		return err
	}
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || version < len(files) {
		return err // the start brings it up to date
	}
	var s statements
	return errors.Join(s.prepare(ctx, db, db), s.close())
}
