package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/getbindu/bindu-go/internal/sqlitefile"
	"github.com/getbindu/bindu-go/task"
)

// ErrCorrupt: the database is damaged, or none of ours. It was not touched.
var ErrCorrupt = fmt.Errorf("%s is corrupt: restore it from a backup, or move it away together with %[1]s-wal and %[1]s-shm to begin without tasks", FileName)

// fault marks what the disk or the file is to blame for with [task.ErrStorage],
// and with [ErrCorrupt] where it is what the file holds; all other errors are
// returned as they are.
func fault(err error) error {
	switch sqlitefile.FaultOf(err) {
	case sqlitefile.Content:
		return fmt.Errorf("%w: %w: %w", task.ErrStorage, ErrCorrupt, err)
	case sqlitefile.Disk:
		return fmt.Errorf("%w: %w", task.ErrStorage, err)
	}
	return err
}

// opening says which file could not be opened. A statement that fails there
// meets tables that are not ours.
func opening(path string, err error) error {
	if err == nil {
		return nil
	}
	if sqlitefile.FaultOf(err) == sqlitefile.Statement {
		err = fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return fmt.Errorf("opening %s: %w", path, fault(err))
}

// probeBytes is what has to fit for the database to count as writable: some
// messages. Much less might fit into what the log has of old pages.
const probeBytes = 64 << 10

// Probe implements [task.Store]. Both transactions are committed: what is rolled
// back need not have reached the disk.
func (s *Store) Probe(ctx context.Context) error {
	err := s.change(ctx, everybody, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.StmtContext(ctx, s.stmt.insertProbe).ExecContext(ctx, probeBytes)
		return err
	})
	if err != nil {
		return err
	}
	return s.change(ctx, everybody, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.StmtContext(ctx, s.stmt.deleteProbe).ExecContext(ctx)
		return err
	})
}
