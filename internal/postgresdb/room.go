package postgresdb

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// lifetime ends a connection after a while, so that servers that come and go share
	// the load; spare ends one that nobody uses.
	lifetime, spare = 30 * time.Minute, 5 * time.Minute
	// queueing is how long a request waits for one.
	queueing = 5 * time.Second
)

// Room is what a program of ours has in a database.
type Room struct {
	// Name tells the program's sessions and locks from those of others.
	Name string
	// Schema is where all its tables are. Who may not make it needs one of that name,
	// made beforehand and owned by the program's role.
	Schema string
	// Migrations are the files that make them, and bring them up to date.
	Migrations fs.FS
	// Finish is done after them, before anybody else opens the database.
	Finish func(ctx context.Context, db *sql.DB) error
}

// Pool returns so many connections to a database, which are made when they are needed.
func (r Room) Pool(a Address, connections int) *sql.DB {
	db := stdlib.OpenDB(*r.config(a), stdlib.OptionAfterConnect(durable))
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxLifetime(lifetime)
	db.SetConnMaxIdleTime(spare)
	return db
}

func (r Room) config(a Address) *pgx.ConnConfig {
	config := a.config.Copy()
	config.RuntimeParams = r.sessionSettings()
	return config
}

// LockNumber is the number by which PostgreSQL knows a lock. It is of a hash for which
// nobody finds two names, so that no agent makes another wait.
func (r Room) LockNumber(name string) int64 {
	sum := sha256.Sum256([]byte(r.Name + "\x00" + name))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}
