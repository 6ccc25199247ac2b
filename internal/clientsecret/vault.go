// Package clientsecret keeps in PostgreSQL what an agent authenticates with at Hydra, for
// all processes that serve as it. Only who has the agent's key can read it. Who is about to
// change the registration does so alone: a process that did not know the secret of the
// others would set it aside.
package clientsecret

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/postgresdb"
)

const (
	// connections: one of who has the lock, one of who reads meanwhile.
	connections = 2
	// patience is how long reading or writing takes at most. How long somebody waits
	// for the lock says the session.
	patience = 10 * time.Second
)

// ErrUnavailable: the database does not answer, or another process holds the lock for too
// long. That may end by itself.
var ErrUnavailable = errors.New("the client secret that the processes of this agent share cannot be had")

// Vault is where it is kept.
type Vault struct {
	db     *sql.DB
	key    *did.KeyPair
	name   did.DID
	number int64 // of the lock
}

// Open returns the vault of an agent in a room whose tables are there. It asks nobody.
func Open(room postgresdb.Room, a postgresdb.Address, name did.DID, key *did.KeyPair) *Vault {
	return &Vault{db: room.Pool(a, connections), key: key, name: name, number: room.LockNumber("client secret")}
}

// Close closes the connections.
func (v *Vault) Close() error { return v.db.Close() }

// Load returns what is kept, nil where nothing is. Errors: [ErrUnavailable], [did.ErrSealed]
// where another key has sealed it.
func (v *Vault) Load(ctx context.Context) ([]byte, error) { return v.load(ctx, v.db) }

// row is a connection, or a pool of them.
type row interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func (v *Vault) load(ctx context.Context, from row) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var sealed []byte
	err := from.QueryRowContext(ctx, `SELECT sealed FROM client`).Scan(&sealed)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, unavailable(err)
	}
	text, err := v.key.Unseal(v.purpose(), sealed)
	if err != nil {
		return nil, fmt.Errorf("the shared client secret: %w", err)
	}
	return text, nil
}

// purpose keeps what is sealed here from being taken for anything else.
func (v *Vault) purpose() string { return "client secret of " + v.name.String() }

func unavailable(err error) error {
	return fmt.Errorf("%w: %w", ErrUnavailable, postgresdb.Opening(err))
}

// Held is the vault while this process alone may change it.
type Held struct {
	vault *Vault
	conn  *sql.Conn
}

// Alone runs fn while no other process is in here. If the connection is lost meanwhile
// another may come in, and [Held.Save] fails. Errors: [ErrUnavailable], that of fn.
func (v *Vault) Alone(ctx context.Context, fn func(ctx context.Context, h *Held) error) error {
	conn, err := v.db.Conn(ctx)
	if err != nil {
		return unavailable(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, postgresdb.Keepalives); err != nil {
		return unavailable(err)
	}
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, v.number); err != nil {
		return unavailable(err)
	}
	defer v.release(context.WithoutCancel(ctx), conn)
	return fn(ctx, &Held{v, conn})
}

// release gives the lock back: where it cannot, the connection ends, and the lock with it.
func (v *Vault) release(ctx context.Context, conn *sql.Conn) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var released bool
	err := conn.QueryRowContext(ctx, `SELECT pg_advisory_unlock($1)`, v.number).Scan(&released)
	if err != nil || !released {
		_ = conn.Raw(func(any) error { return errDiscard })
	}
}

// errDiscard has a connection closed rather than given back.
var errDiscard = driver.ErrBadConn

// Load is [Vault.Load].
func (h *Held) Load(ctx context.Context) ([]byte, error) { return h.vault.load(ctx, h.conn) }

// Save keeps a text in place of what is kept. Errors: [ErrUnavailable].
func (h *Held) Save(ctx context.Context, text []byte) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	sealed, err := h.vault.key.Seal(h.vault.purpose(), text)
	if err != nil {
		return err
	}
	_, err = h.conn.ExecContext(ctx, `INSERT INTO client (sealed) VALUES ($1) ON CONFLICT (single) DO UPDATE SET sealed = excluded.sealed`, sealed)
	if err != nil {
		return unavailable(err)
	}
	return nil
}
