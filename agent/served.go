package agent

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/server"
)

// served is a connection as its requests see it.
type served struct {
	conn   io.Closer
	since  time.Time // when it was opened
	peer   netip.Prefix
	tls    *tls.ConnectionState // nil without TLS
	below  *server.Watched      // nil where nobody listened on a network
	resets atomic.Int64
}

type connKey struct{}

// connContext lets the handler see its connection.
func (a *Agent) connContext(ctx context.Context, c net.Conn) context.Context {
	below := server.Below(c)
	if below != nil {
		below.Follow(c)
	}
	return context.WithValue(ctx, connKey{}, &served{conn: c, since: a.opts.Now(), peer: peerOf(c), tls: server.ConnectionState(c), below: below})
}

// countReset closes the connection of an HTTP/2 client that asks only to cancel
// (rapid reset, CVE-2023-44487). net/http bounds how many of its requests run or
// wait at once, but not how many it may make us begin for nothing.
func (a *Agent) countReset(c *served, r *http.Request) {
	if r.ProtoMajor < 2 || r.Context().Err() == nil {
		return
	}
	if c.resets.Add(1) == int64(a.set.Limits.ResetsPerConnection)+1 {
		a.log.Warn("connection closed: too many of its requests were cancelled", "remote", r.RemoteAddr, "limit", a.set.Limits.ResetsPerConnection)
		_ = c.conn.Close() // what it still asks for is cancelled too
	}
}
