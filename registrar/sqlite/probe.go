package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// probeBytes is what has to fit for the database to count as writable: some changes.
// Much less might fit into what the log has of old pages.
const probeBytes = 64 << 10

// Probe writes something of the size of some changes and takes it away again.
// [registrar.ErrStorage] says that the database cannot be written now. Both transactions
// are committed: what is rolled back need not have reached the disk.
func (s *Store) Probe(ctx context.Context) error {
	for _, statement := range []string{
		fmt.Sprintf(`INSERT INTO probe (content) VALUES (randomblob(%d))`, probeBytes),
		`DELETE FROM probe`,
	} {
		err := inTx(ctx, s.write, nil, func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, statement)
			return fault(err)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
