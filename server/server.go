package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server serves one port. Make it with [Start].
type Server struct {
	config  Config
	http    *http.Server
	serving sync.WaitGroup
}

// Start serves a port until [Server.Shutdown]. An error says what the
// configuration lacks; the listener is then still its owner's.
func Start(c Config) (*Server, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Server{config: c}
	s.http = s.newHTTP()
	ln := s.listener()
	s.serving.Go(func() {
		if err := s.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) && c.Failed != nil {
			c.Failed(err)
		}
	})
	return s, nil
}

func (s *Server) newHTTP() *http.Server {
	c := s.config
	srv := &http.Server{
		Handler:           s.bounded(c.Handler),
		ReadHeaderTimeout: c.Timeouts.Header,
		WriteTimeout:      c.Timeouts.Answer,
		IdleTimeout:       c.Timeouts.Idle,
		MaxHeaderBytes:    c.Limits.HeaderBytes,
		ErrorLog:          slog.NewLogLogger(c.Log.With("component", c.Name).Handler(), slog.LevelDebug),
		ConnContext:       s.connContext,
		Protocols:         new(http.Protocols),
		// Otherwise net/http answers OPTIONS * itself, with 200.
		DisableGeneralOptionsHandler: true,
	}
	srv.Protocols.SetHTTP1(true)
	if c.TLS != nil || c.HTTP2 {
		srv.Protocols.SetUnencryptedHTTP2(true) // over TLS all the same: see http2Listener
		srv.HTTP2 = http2Config(c.Timeouts.Write)
	}
	return srv
}

// listener has the connections that get a place, watched, and their TLS done.
func (s *Server) listener() net.Listener {
	c := s.config
	places := newListener(c.Listener, c.Limits, c.Refused)
	places.watch = func(inner net.Conn) net.Conn { return watch(inner, c.Timeouts, c.TLS != nil) }
	if c.TLS == nil {
		return places
	}
	return &http2Listener{Listener: c.TLS(places), timeouts: c.Timeouts}
}

// Shutdown accepts no more connections, waits until the requests in progress are
// answered or ctx ends, and cuts off what is left then. That requests were cut
// off is logged and no error. A handler that does not end with its request may
// still run afterwards.
func (s *Server) Shutdown(ctx context.Context) error {
	defer s.serving.Wait()
	if err := s.http.Shutdown(ctx); err == nil {
		return nil
	}
	s.config.Log.Warn("requests did not end in time and were cut off")
	return s.http.Close()
}
