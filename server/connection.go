package server

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"
)

// connection is one as its requests see it.
type connection struct {
	conn   io.Closer
	since  time.Time // when it was opened
	peer   netip.Prefix
	tls    *tls.ConnectionState // nil without TLS
	below  *watched             // what is below TLS
	resets atomic.Int64
	// writeBy is the deadline of writing, zero before the first answer. It belongs to
	// whoever answers the current request of HTTP/1.
	writeBy time.Time
}

type connKey struct{}

// connContext lets the handler see its connection.
func (s *Server) connContext(ctx context.Context, c net.Conn) context.Context {
	w := below(c)
	if w != nil {
		w.follow(c)
	}
	return context.WithValue(ctx, connKey{}, &connection{conn: c, since: s.config.Now(), peer: peerOf(c), tls: tlsState(c), below: w})
}

// connectionOf returns the connection that a context belongs to, nil if it
// belongs to none.
func connectionOf(ctx context.Context) *connection {
	c, _ := ctx.Value(connKey{}).(*connection)
	return c
}

// countReset closes the connection of an HTTP/2 client that asks only to cancel
// (rapid reset, CVE-2023-44487). net/http bounds how many of its requests run or
// wait at once, but not how many it may make us begin for nothing.
func (s *Server) countReset(c *connection, r *http.Request) {
	if r.ProtoMajor < 2 || r.Context().Err() == nil {
		return
	}
	if limit := s.config.Limits.Resets; c.resets.Add(1) == int64(limit)+1 {
		s.config.Log.Warn("connection closed: too many of its requests were cancelled", "remote", r.RemoteAddr, "limit", limit)
		_ = c.conn.Close() // what it still asks for is cancelled too
	}
}
