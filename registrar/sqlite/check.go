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

// Check looks whether [Open] would take the database in dir, as far as that shows
// without writing: nothing where there is none. It may be called beside a running
// registrar, and leaves the files as they are. Errors: those of Open.
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
	if err := sqlitefile.Look(path, func(db *sql.DB) error { return checkSchema(ctx, db) }); err != nil {
		return fmt.Errorf("opening %s: %w", path, opening(err))
	}
	return nil
}

// checkSchema judges as the migrations and the first statement would.
func checkSchema(ctx context.Context, db *sql.DB) error {
	var ours, versioned bool
	err := db.QueryRowContext(ctx, `SELECT coalesce(sum(name = 'clients'), 0) > 0, coalesce(sum(name = 'goose_db_version'), 0) > 0
		FROM sqlite_schema WHERE type = 'table'`).Scan(&ours, &versioned)
	if err != nil {
		return err
	}
	var version int
	if versioned {
		if err := db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version`).Scan(&version); err != nil {
			return err
		}
	}
	switch migrated := version > 0; { // a start that was killed may leave the versions alone, at 0
	case ours != migrated:
		return fmt.Errorf("%w: its tables are another program's", ErrCorrupt)
	case !ours:
		return nil // made by the migrations
	}
	var epochs int
	return db.QueryRowContext(ctx, `SELECT count(*) FROM head`).Scan(&epochs)
}
