package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/agentdb"
	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/task/sqlrows"
)

const usages = `SELECT o.owner, o.tasks, o.bytes, count(t.id), count(t.id) FILTER (WHERE t.state NOT IN ` + unfinished + `),
	coalesce(min(t.updated_at), 0), coalesce(max(t.updated_at), 0)
	FROM owners o LEFT JOIN tasks t ON t.owner = o.n GROUP BY o.n ORDER BY o.bytes DESC, o.owner`

// Usages returns what each owner has in the database of an agent, who has most first;
// nothing where there are no tables yet. It is for operators: it may be called beside
// agents that run, and changes nothing. Errors: those of [Open].
func Usages(ctx context.Context, a postgresdb.Address, agent did.DID) (all []sqlrows.Usage, err error) {
	err = beside(ctx, a, agent, func(ctx context.Context, tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, usages)
		if err != nil {
			return err
		}
		defer rows.Close()
		all, err = sqlrows.Usages(rows)
		return err
	})
	return all, err
}

// clearSome deletes some of an owner's tasks that nobody has at the moment.
const clearSome = `WITH doomed AS (
		SELECT n, bytes FROM tasks WHERE owner = ` + ours + ` AND updated_at < $2 AND state NOT IN ` + unfinished + `
		ORDER BY updated_at, id LIMIT $3 FOR UPDATE SKIP LOCKED),
	charged AS (
		UPDATE owners SET tasks = tasks - (SELECT count(*) FROM doomed), bytes = bytes - (SELECT coalesce(sum(bytes), 0)::bigint FROM doomed)
		WHERE owner = $1 AND EXISTS (SELECT 1 FROM doomed))
	DELETE FROM tasks WHERE n IN (SELECT n FROM doomed)`

const forgetNamed = `DELETE FROM owners WHERE owner = $1 AND tasks = 0 AND bytes = 0`

// Clear deletes the tasks of an owner that no execution works on and that last changed
// before a time, in brief transactions, and returns how many, also with an error. It is for
// operators and may be called beside agents that run.
func Clear(ctx context.Context, a postgresdb.Address, agent did.DID, owner string, before time.Time) (n int, err error) {
	for {
		var cleared int64
		err := beside(ctx, a, agent, func(ctx context.Context, tx *sql.Tx) error {
			result, err := tx.ExecContext(ctx, clearSome, owner, before.UnixMilli(), sqlrows.Batch)
			if err == nil {
				cleared, err = result.RowsAffected()
			}
			if err == nil {
				_, err = tx.ExecContext(ctx, forgetNamed, owner)
			}
			return err
		})
		if n += int(cleared); err != nil || cleared == 0 {
			return n, err
		}
	}
}

// beside runs fn over a connection of its own, in the database of that agent. Where there
// are no tables nothing is done.
func beside(ctx context.Context, a postgresdb.Address, agent did.DID, fn sqlrows.Tx) error {
	room, err := agentdb.Room(agent)
	if err != nil {
		return err
	}
	db := room.Pool(a, 1)
	classified := func(err error) error { // what a command says of it, too
		if err == nil {
			return nil
		}
		return fault(postgresdb.Opening(err))
	}
	err = postgresdb.Transactions{DB: db, Isolation: sql.LevelReadCommitted, Fault: classified}.Do(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var there bool
		if err := tx.QueryRowContext(ctx, `SELECT to_regclass($1) IS NOT NULL`, Schema+".agent").Scan(&there); err != nil || !there {
			return err
		}
		var has string
		if err := tx.QueryRowContext(ctx, `SELECT did FROM agent`).Scan(&has); err != nil {
			return err
		}
		if has != agent.String() {
			return fault(agentdb.OthersAgent(has))
		}
		return fn(ctx, tx)
	})
	return errors.Join(err, db.Close())
}
