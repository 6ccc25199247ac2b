package mtls

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

const (
	lingerTime  = 500 * time.Millisecond
	lingerBytes = 64 << 10
)

// Listener accepts connections whose handshake is done, so a client that
// stalls, floods or is refused never reaches the HTTP server, and the reason
// of a refusal is told to OnReject. Its connections are *tls.Conn, as
// http.Server.Serve needs them to see the certificate.
type Listener struct {
	cfg   ListenerConfig
	inner net.Listener
	ctx   context.Context
	stop  context.CancelFunc
	conns chan net.Conn
	errs  chan error
	wg    sync.WaitGroup
}

// ListenerConfig is what a [Listener] needs. TLS and HandshakeTimeout have to be given.
type ListenerConfig struct {
	TLS *tls.Config
	// HandshakeTimeout bounds a handshake.
	HandshakeTimeout time.Duration
	// OnReject is as in [SourceConfig].
	OnReject func(reason, remote string, err error)
	// Now is the clock; time.Now by default.
	Now func() time.Time
}

// Listen takes over inner and starts accepting from it with the certificate and the
// roots of the moment. Close the Listener to stop; that closes inner and waits for
// handshakes under way, which it ends.
func (s *Source) Listen(inner net.Listener) *Listener {
	return Listen(inner, ListenerConfig{
		TLS: s.ServerConfig(), HandshakeTimeout: s.cfg.HandshakeTimeout, OnReject: s.cfg.OnReject, Now: s.cfg.Now,
	})
}

// Listen is [Source.Listen] for a server that presents something else.
func Listen(inner net.Listener, cfg ListenerConfig) *Listener {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	ctx, stop := context.WithCancel(context.Background())
	l := &Listener{
		cfg:   cfg,
		inner: inner,
		ctx:   ctx,
		stop:  stop,
		conns: make(chan net.Conn),
		errs:  make(chan error),
	}
	l.wg.Go(l.acceptAll)
	return l
}

// Accept returns the next connection. After Close it returns [net.ErrClosed].
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case <-l.ctx.Done():
		return nil, net.ErrClosed
	case conn := <-l.conns:
		return conn, nil
	case err := <-l.errs:
		return nil, err
	}
}

// Addr returns the address of the inner listener.
func (l *Listener) Addr() net.Addr { return l.inner.Addr() }

// Close stops accepting and waits for what it started. Connections that were
// accepted stay open.
func (l *Listener) Close() error {
	l.stop()
	err := l.inner.Close()
	l.wg.Wait()
	return err
}

func (l *Listener) acceptAll() {
	for {
		conn, err := l.inner.Accept()
		if err == nil {
			l.wg.Go(func() { l.handshake(conn) })
			continue
		}
		// The caller of Accept decides, as with any listener, whether an
		// error such as too many open files is worth waiting out.
		select {
		case <-l.ctx.Done():
			return
		case l.errs <- err:
		}
		if errors.Is(err, net.ErrClosed) {
			return
		}
	}
}

func (l *Listener) handshake(raw net.Conn) {
	counted := &handshakeConn{Conn: raw}
	conn := tls.Server(counted, l.cfg.TLS)
	ctx, cancel := context.WithTimeout(l.ctx, l.cfg.HandshakeTimeout)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		l.refuse(raw, err, counted.certificate())
		return
	}
	counted.open.Store(true)
	select {
	case <-l.ctx.Done():
		_ = conn.Close()
	case l.conns <- conn:
	}
}

// refuse closes the connection; crypto/tls has sent the alert.
func (l *Listener) refuse(raw net.Conn, err error, cert clientCertificate) {
	defer raw.Close()
	if l.ctx.Err() != nil {
		return
	}
	if record, ok := errors.AsType[tls.RecordHeaderError](err); ok && record.Conn != nil && looksLikeHTTP(record.RecordHeader) {
		// The answer of net/http, for people who typed http://.
		_, _ = io.WriteString(raw, "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
	}
	err = handshakeError(err, cert, l.cfg.Now())
	if l.cfg.OnReject != nil {
		l.cfg.OnReject(Reason(err), raw.RemoteAddr().String(), err)
	}
	if !errors.Is(err, errTLSTimeout) && !errors.Is(err, errPeerClosed) {
		l.linger(raw)
	}
}

// linger lets the client read the alert. A TLS 1.3 client sends its request
// before it knows of the refusal; closing with that unread would reset the
// connection, and the client would learn nothing.
func (l *Listener) linger(raw net.Conn) {
	if half, ok := raw.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // a client that waits for the end sees it
	}
	if raw.SetReadDeadline(time.Now().Add(lingerTime)) != nil {
		return
	}
	defer context.AfterFunc(l.ctx, func() { _ = raw.Close() })()
	_, _ = io.CopyN(io.Discard, raw, lingerBytes)
}

// looksLikeHTTP recognises the first bytes of a request in clear text.
func looksLikeHTTP(header [5]byte) bool {
	switch string(header[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO":
		return true
	}
	return false
}
