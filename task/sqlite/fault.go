package sqlite

import (
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
