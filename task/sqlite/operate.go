package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/internal/sqlitefile"
	"github.com/getbindu/bindu-go/task/sqlrows"
)

// Usage is what one owner has in the store.
type Usage = sqlrows.Usage

const usages = `SELECT o.owner, o.tasks, o.bytes, count(t.id), coalesce(sum(t.state NOT IN ` + unfinished + `), 0),
	coalesce(min(t.updated_at), 0), coalesce(max(t.updated_at), 0)
	FROM owners o LEFT JOIN tasks t ON t.owner = o.n GROUP BY o.n ORDER BY o.bytes DESC, o.owner`

// Usages returns what each owner has in the database in dir, who has most first;
// nothing where there is no database. It is for operators: it may be called
// beside a running agent, and changes nothing.
func Usages(ctx context.Context, dir *safefile.Dir) (all []Usage, err error) {
	err = beside(ctx, dir, sqlitefile.ReadOnly, func(db *sql.DB) error {
		rows, err := db.QueryContext(ctx, usages)
		if err != nil {
			return err
		}
		defer rows.Close()
		all, err = sqlrows.Usages(rows)
		return err
	})
	return all, err
}

// clearPause leaves the file to a running agent between two batches.
const clearPause = 50 * time.Millisecond

// Clear deletes the tasks of an owner that no execution works on and that last
// changed before a time, in brief transactions, and returns how many, also with
// an error. It is for operators and may be called beside a running agent.
func Clear(ctx context.Context, dir *safefile.Dir, owner string, before time.Time) (n int, err error) {
	err = beside(ctx, dir, sqlitefile.TxLock, func(db *sql.DB) error {
		for {
			var cleared int
			err := inTx(ctx, db, nil, func(ctx context.Context, tx *sql.Tx) (err error) {
				cleared, err = clearSome(ctx, tx, owner, before.UnixMilli())
				return err
			})
			if err != nil || cleared == 0 {
				return err
			}
			n += cleared
			select {
			case <-time.After(clearPause):
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	})
	return n, err
}

func clearSome(ctx context.Context, tx *sql.Tx, owner string, before int64) (n int, err error) {
	var bytes int64
	err = tx.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(bytes), 0) FROM (`+clearable+`)`, owner, before, sqlrows.Batch).Scan(&n, &bytes)
	if err != nil || n == 0 {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM tasks WHERE n IN (SELECT n FROM (`+clearable+`))`, owner, before, sqlrows.Batch); err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE owners SET tasks = tasks - ?, bytes = bytes - ? WHERE owner = ?`, n, bytes, owner); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM owners WHERE owner = ? AND tasks = 0 AND bytes = 0`, owner)
	return n, err
}

const clearable = `SELECT n, bytes FROM tasks WHERE owner = ` + ours + ` AND updated_at < ?2 AND state NOT IN ` + unfinished + `
	ORDER BY updated_at, id LIMIT ?3`

// beside opens the database in dir as a second process does, if there is one.
func beside(ctx context.Context, dir *safefile.Dir, option string, fn func(*sql.DB) error) error {
	if err := sqlitefile.Check(dir, FileName); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	path, err := sqlitefile.Path(dir, FileName)
	if err != nil {
		return err
	}
	db, err := open(path, 1, option, sqlitefile.Busy)
	if err != nil {
		return err
	}
	err = upToDate(ctx, db)
	if err == nil {
		err = fn(db)
	}
	return errors.Join(fault(err), db.Close())
}

// ErrEarlier: an earlier version made the file, and this one has not been started since.
var ErrEarlier = fmt.Errorf("%s is of an earlier version: the next start of the agent brings it up to date", FileName)

func upToDate(ctx context.Context, db *sql.DB) error {
	version, err := sqlitefile.Version(ctx, db, "tasks")
	if err != nil {
		return err
	}
	if version < schema() {
		return ErrEarlier
	}
	return nil
}

// schema is the number of the last migration.
func schema() int {
	files, _ := fs.Glob(migrations, "migrations/*.sql") // the pattern is well-formed
	return len(files)
}
