package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/getbindu/bindu-go/registrar"
)

var (
	// ErrAccess: the server does not let the registrar in, or does not let it do what it
	// must.
	ErrAccess = errors.New("the database refuses the registrar")
	// ErrForeign: what is in the schema of the registrar is not the registrar's. It was
	// not touched.
	ErrForeign = errors.New("the schema " + Schema + " of the database is not the registrar's")
	// ErrTLS: no safe connection, because of a certificate or because the server has no
	// TLS.
	ErrTLS = errors.New("there is no safe connection to the database")
	// ErrAway: the server cannot be reached, or does not answer in time. That may end by
	// itself.
	ErrAway = errors.New("the database does not answer")
)

// fault marks whatever the driver reports with [registrar.ErrStorage]: nothing of it is
// the agent's. A transaction whose commit it says that about may have been committed.
func fault(err error) error {
	if err == nil || errors.Is(err, registrar.ErrStorage) {
		return err
	}
	return fmt.Errorf("%w: %w", registrar.ErrStorage, err)
}

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

// opening says what a start failed for, beside what fault says.
func opening(err error) error {
	if err == nil {
		return nil
	}
	return fault(fmt.Errorf("%w: %w", meaning(err), err))
}

func meaning(err error) error {
	said, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
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
