package postgresdb

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// What a start fails for. An error is one of them.
var (
	// ErrAccess: the server does not let us in, or does not let us do what must be done.
	ErrAccess = errors.New("the database refuses the connection, or what has to be done there")
	// ErrForeign: what is in our schema is not ours. It was not touched.
	ErrForeign = errors.New("the schema of the database is that of somebody else")
	// ErrTLS: no safe connection, because of a certificate or because the server has no
	// TLS.
	ErrTLS = errors.New("there is no safe connection to the database")
	// ErrAway: the server cannot be reached, or does not answer in time. That may end by
	// itself.
	ErrAway = errors.New("the database does not answer")
)

// codes are the classes of SQLSTATE, or whole ones, and what they mean at a start. The
// first that fits counts.
var codes = []struct {
	prefix string
	means  error
}{
	{"28", ErrAccess},    // invalid authorization
	{"3D000", ErrAccess}, // no such database
	{"42501", ErrAccess}, // insufficient privilege
	{"57", ErrAway},      // shutting down, starting, cancelled in time
	{"53", ErrAway},      // too many connections, no memory, disk full
	{"55P03", ErrAway},   // lock not available
	{"08", ErrAway},      // connection exceptions
	{"25006", ErrAway},   // read only: a standby that is being promoted
	{"42", ErrForeign},   // no such table or column, or one that is there already
}

// Opening says what a start failed for.
func Opening(err error) error {
	if err == nil {
		return nil
	}
	if m := meaning(err); !errors.Is(err, m) {
		return fmt.Errorf("%w: %w", m, err)
	}
	return err
}

func meaning(err error) error {
	said, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case errors.Is(err, ErrForeign):
		return ErrForeign
	case !ok:
		return connection(err)
	}
	for _, c := range codes {
		if strings.HasPrefix(said.Code, c.prefix) {
			return c.means
		}
	}
	return ErrForeign
}

// connection says why there is none: certificates do not come right by waiting.
func connection(err error) error {
	text := err.Error()
	for _, sign := range []string{"tls: ", "x509: ", "server refused TLS"} {
		if strings.Contains(text, sign) && !errors.Is(err, context.DeadlineExceeded) {
			return ErrTLS
		}
	}
	return ErrAway
}

// Is reports whether the server said one of these SQLSTATEs.
func Is(err error, codes ...string) bool {
	said, ok := errors.AsType[*pgconn.PgError](err)
	for _, code := range codes {
		if ok && said.Code == code {
			return true
		}
	}
	return false
}
