package server

import (
	"net"
	"sync"
	"time"
)

// watched is a connection of a listener, below TLS. It fails to read when the
// peer does not finish in time what it began: a TLS record, or over HTTP/1 a
// request. http.Server notices the first bytes of a request on a connection that
// was served before only when there are four of them, and TLS shows nothing of a
// record before it is complete: until then such a connection would be idle.
type watched struct {
	net.Conn
	timeouts Timeouts
	tls      bool
	records  records // of the one goroutine that reads
	came     int     // of the preface of HTTP/2, by the same

	mu        sync.Mutex
	following bool // requests are followed: [watched.follow]
	http1     bool
	requests  int       // in progress
	within    bool      // a record
	begun     bool      // a request of HTTP/1
	outer     time.Time // deadline that was set by whoever reads
	own       time.Time // ours, zero for none
}

// watch returns a watched connection. encrypted says that the peer speaks TLS.
func watch(c net.Conn, t Timeouts, encrypted bool) *watched {
	return &watched{Conn: c, timeouts: t, tls: encrypted}
}

// below returns the watched connection below another one, nil if there is none.
func below(c net.Conn) *watched {
	for {
		switch conn := c.(type) {
		case *watched:
			return conn
		case *http2Conn:
			c = conn.Conn
		case interface{ NetConn() net.Conn }:
			c = conn.NetConn()
		default:
			return nil
		}
	}
}

// follow begins to watch, when the handshake is over. top is the connection as
// http.Server sees it.
func (w *watched) follow(top net.Conn) {
	_, two := top.(*http2Conn)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.following, w.http1 = true, !two
	w.wind()
}

// count tells that so many requests more are in progress, fewer where n is below zero.
func (w *watched) count(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests += n
	w.begun = false
	w.wind()
}

// Read reads what the peer sent.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if n > 0 {
		within := w.tls && w.records.feed(p[:n])
		http2 := !w.tls && w.beginsHTTP2(p[:n])
		w.mu.Lock()
		defer w.mu.Unlock()
		if http2 { // its requests are no bytes of the connection's own
			w.http1, w.begun = false, false
		}
		w.within = within
		w.begun = w.begun || w.http1 && w.requests == 0
		w.wind()
	}
	return n, err
}

// beginsHTTP2 reports, once, that a connection without TLS has begun with the preface.
func (w *watched) beginsHTTP2(p []byte) bool {
	if w.came < 0 || w.came == len(preface) {
		return false
	}
	n := min(len(p), len(preface)-w.came)
	if string(p[:n]) != preface[w.came:w.came+n] {
		w.came = -1
		return false
	}
	w.came += n
	return w.came == len(preface)
}

// SetReadDeadline sets the deadline of whoever reads.
func (w *watched) SetReadDeadline(t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.outer = t
	return w.set()
}

// SetDeadline sets the deadlines of whoever reads and writes.
func (w *watched) SetDeadline(t time.Time) error {
	if err := w.SetWriteDeadline(t); err != nil {
		return err
	}
	return w.SetReadDeadline(t)
}

// wind sets or takes off our deadline, which runs from the first byte.
func (w *watched) wind() {
	unfinished := w.following && (w.within || w.begun)
	if unfinished == !w.own.IsZero() {
		return
	}
	w.own = time.Time{}
	if unfinished {
		limit := w.timeouts.Header
		if w.requests > 0 {
			limit = w.timeouts.Body
		}
		w.own = time.Now().Add(limit)
	}
	_ = w.set() // fails on a closed connection only, which the reader sees itself
}

func (w *watched) set() error {
	t := w.outer
	if !w.own.IsZero() && (t.IsZero() || w.own.Before(t)) {
		t = w.own
	}
	return w.Conn.SetReadDeadline(t)
}
