package postgresdb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// connecting is how long a connection may take to be made, TLS and password included.
	connecting = 5 * time.Second
	// statement is how long one may take, waiting for a lock how much of that.
	statement, locking = 10 * time.Second, 5 * time.Second
	// transaction is how long one may take in all; the server ends one sooner in which
	// nothing happens, since who has begun it may be gone, and others wait for its locks.
	transaction, idle = 20 * time.Second, 10 * time.Second
	// migrating is how long a start waits for the migrations, its own or another's.
	migrating = 2 * time.Minute
)

// sessionSettings are what every session has, whatever the server or the role says.
func (r Room) sessionSettings() map[string]string {
	return map[string]string{
		"application_name":                    r.Name,
		"client_encoding":                     "UTF8",
		"search_path":                         r.Schema,
		"statement_timeout":                   milliseconds(statement),
		"lock_timeout":                        milliseconds(locking),
		"idle_in_transaction_session_timeout": milliseconds(idle),
	}
}

// Keepalives has the server notice within half a minute that the machine is gone of a
// session that has a lock.
const Keepalives = `SELECT set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false)`

func milliseconds(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }

// durable makes a commit wait for the disk where that was switched off: what was
// told must not be lost. Who made it wait for more keeps that.
func durable(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`)
	return err
}
