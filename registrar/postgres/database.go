package postgres

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/sqlrows"
)

// Address is where a database is, and how it is reached. Its text is secret: it may
// have a password.
type Address = postgresdb.Address

// Parse reads an address, postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=MODE, or
// with ?host=DIRECTORY for a Unix socket. Errors: [ErrURL], [ErrInsecure].
func Parse(text string) (Address, error) { return postgresdb.Parse(text) }

// What is wrong with an address, and what a start fails for.
var (
	ErrURL, ErrInsecure              = postgresdb.ErrURL, postgresdb.ErrInsecure
	ErrAway, ErrAccess, ErrTLS       = postgresdb.ErrAway, postgresdb.ErrAccess, postgresdb.ErrTLS
	ErrForeign                 error = postgresdb.ErrForeign
)

// Schema is where all tables are. Who may not make it needs one of that name, made
// beforehand and owned by the registrar's role.
const Schema = "registrar"

// program tells our sessions and locks from those of others.
const program = "bindu registrar"

//go:embed migrations/*.sql
var migrations embed.FS

// room is the registrar's. A new database gets its epoch with the migrations.
func room() (postgresdb.Room, error) {
	files, err := fs.Sub(migrations, "migrations")
	return postgresdb.Room{Name: program, Schema: Schema, Migrations: files, Finish: func(ctx context.Context, db *sql.DB) error {
		_, err := db.ExecContext(ctx, text(sqlrows.InsertHead), rand.Text())
		return err
	}}, err
}

// fault marks whatever the driver reports with [registrar.ErrStorage]: nothing of it is
// the agent's. A transaction whose commit it says that about may have been committed.
func fault(err error) error {
	if err == nil || errors.Is(err, registrar.ErrStorage) {
		return err
	}
	return fmt.Errorf("%w: %w", registrar.ErrStorage, err)
}
