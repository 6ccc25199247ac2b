// Package agentdb is what one agent has in PostgreSQL, which all processes that serve as it
// share: the schema, its tables and whose they are. Who reads and writes them is elsewhere:
// task/postgres, gate/replay/postgres and internal/clientsecret.
package agentdb

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/postgresdb"
)

// Schema is where all tables are. Who may not make it needs one of that name, made
// beforehand and owned by the agent's role.
const Schema = "agent"

// ErrOtherAgent: what is kept there is another agent's.
var ErrOtherAgent = errors.New("the database has the tasks of another agent")

//go:embed migrations/*.sql
var migrations embed.FS

// Room is what an agent has in a database: no other gets in.
func Room(agent did.DID) (postgresdb.Room, error) {
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
		err = OthersAgent(has)
	}
	return err
}

// OthersAgent is [ErrOtherAgent] with whose it is.
func OthersAgent(has string) error {
	return fmt.Errorf("%w: %w, %s", postgresdb.ErrForeign, ErrOtherAgent, has)
}
