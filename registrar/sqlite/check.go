package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/internal/sqlitefile"
	"github.com/getbindu/bindu-go/registrar"
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
	version, err := sqlitefile.Version(ctx, db, "clients")
	switch {
	case errors.Is(err, sqlitefile.ErrOtherTables):
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	case err != nil || version == 0:
		return err // made by the migrations
	}
	var epochs int
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM head`).Scan(&epochs); err != nil {
		return err
	}
	return sound(ctx, db)
}

// sound reads all of the file: one that was copied into the place of another, whose log of
// pages was left beside it, is a mixture of both, which few statements would meet.
func sound(ctx context.Context, db *sql.DB) error {
	var found string
	err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&found)
	if err == nil && found != "ok" {
		err = fmt.Errorf("%w: %w: %s", registrar.ErrStorage, ErrCorrupt, found)
	}
	return err
}
