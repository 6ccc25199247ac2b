package postgres

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/getbindu/bindu-go/internal/agentdb"
	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/task"
)

// Schema is where all tables are. Who may not make it needs one of that name, made
// beforehand and owned by the agent's role.
const Schema = agentdb.Schema

// ErrOtherAgent: the tasks that are kept there are another agent's.
var ErrOtherAgent = agentdb.ErrOtherAgent

// fault marks what the database is to blame for with [task.ErrStorage]: whatever it
// reports but what is wrong with the data that it was given.
func fault(err error) error {
	if err == nil || errors.Is(err, task.ErrStorage) {
		return err
	}
	if said, ok := errors.AsType[*pgconn.PgError](err); ok && len(said.Code) == 5 && said.Code[:2] == "22" {
		return err
	}
	return fmt.Errorf("%w: %w", task.ErrStorage, err)
}

// isUndone reports whether the server undid a transaction because of what another one
// did: it waited for what the other had and the other for it, or both made the same task.
func isUndone(err error) bool {
	const deadlock, serialization, unique = "40P01", "40001", "23505"
	return postgresdb.Is(err, deadlock, serialization, unique)
}
