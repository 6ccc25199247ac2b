package sqlite

import (
	"fmt"

	"github.com/getbindu/bindu-go/internal/sqlitefile"
	"github.com/getbindu/bindu-go/registrar"
)

// ErrCorrupt: the database is damaged, or none of ours. It was not touched.
var ErrCorrupt = fmt.Errorf("%s is corrupt: restore it from a backup; without it no revocation is known", FileName)

// fault marks what the driver reports with [registrar.ErrStorage], and with
// [ErrCorrupt] where it is what the file holds; all other errors are returned as
// they are.
func fault(err error) error {
	switch sqlitefile.FaultOf(err) {
	case sqlitefile.Other:
		return err
	case sqlitefile.Content:
		return fmt.Errorf("%w: %w: %w", registrar.ErrStorage, ErrCorrupt, err)
	}
	return fmt.Errorf("%w: %w", registrar.ErrStorage, err)
}

// opening is fault for a start: a statement that fails there meets tables that
// are not ours.
func opening(err error) error {
	if sqlitefile.FaultOf(err) == sqlitefile.Statement {
		err = fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return fault(err)
}
