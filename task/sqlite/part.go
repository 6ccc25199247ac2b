package sqlite

import (
	"context"
	"database/sql"

	"github.com/getbindu/bindu-go/internal/sqlitefile"
)

// part carries a change out as a part of a transaction. What the change itself has to say
// undoes the part alone; the error that part returns is one of the database.
func (s *Store) part(tx *sql.Tx, p *pending) error {
	if _, err := tx.StmtContext(p.ctx, s.stmt.savepoint).ExecContext(p.ctx); err != nil {
		return err
	}
	p.own = p.run(tx)
	if p.own != nil {
		if sqlitefile.FaultOf(p.own) != sqlitefile.Other {
			return p.own // and the database may have ended the transaction with it
		}
		if _, err := tx.StmtContext(p.ctx, s.stmt.rollbackPart).ExecContext(p.ctx); err != nil {
			return err
		}
	}
	_, err := tx.StmtContext(p.ctx, s.stmt.releasePart).ExecContext(p.ctx)
	return err
}

// apart tells each change its own error after a transaction failed: whose fault it was,
// or whether the disk has room for some of them, shows when each has one of its own.
func (s *Store) apart(taken []*pending, err error) {
	if len(taken) == 1 {
		taken[0].err = err
		return
	}
	for _, p := range taken {
		p.err = inTx(p.ctx, s.write, nil, func(_ context.Context, tx *sql.Tx) error { return p.run(tx) })
	}
}

// run calls fn, and keeps its panic for who waits for it.
func (p *pending) run(tx *sql.Tx) (err error) {
	p.panicked = nil
	defer func() {
		if v := recover(); v != nil {
			p.panicked, err = v, errPanic
		}
	}()
	return p.fn(p.ctx, tx)
}
