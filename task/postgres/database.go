package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/task"
)

// Schema is where all tables are. Who may not make it needs one of that name, made
// beforehand and owned by the agent's role.
const Schema = "agent"

// ErrOtherAgent: the tasks that are kept there are another agent's.
var ErrOtherAgent = errors.New("the database has the tasks of another agent")

//go:embed migrations/*.sql
var migrations embed.FS

// room is what an agent has in a database: no other gets in.
func room(agent did.DID) (postgresdb.Room, error) {
	files, err := fs.Sub(migrations, "migrations")
	return postgresdb.Room{Name: "bindu agent", Schema: Schema, Migrations: files, Finish: func(ctx context.Context, db *sql.DB) error {
		return settle(ctx, db, agent.String())
	}}, err
}

// settle makes the database an agent's if it is nobody's.
func settle(ctx context.Context, db *sql.DB, agent string) error {
	if _, err := db.ExecContext(ctx, `INSERT INTO agent (did) VALUES ($1) ON CONFLICT DO NOTHING`, agent); err != nil {
		return err
	}
	var has string
	err := db.QueryRowContext(ctx, `SELECT did FROM agent`).Scan(&has)
	if err == nil && has != agent {
		err = othersAgent(has)
	}
	return err
}

func othersAgent(has string) error {
	return fmt.Errorf("%w: %w, %s", postgresdb.ErrForeign, ErrOtherAgent, has)
}

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
