package server

import (
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// bounded ends connections that are too old after their current request, so that
// a change of trust reaches all of them. It bounds how long a body may take,
// whether the handler reads it or net/http drains it behind a refusal, and how
// long an answer to a slow reader may take.
func (s *Server) bounded(next http.Handler) http.Handler {
	t := s.config.Timeouts
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c := connectionOf(r.Context()); c != nil {
			if t.Age > 0 && s.config.Now().Sub(c.since) > t.Age {
				w.Header().Set("Connection", "close")
			}
			if c.below != nil {
				defer c.below.begin()()
			}
			if r.TLS == nil {
				r.TLS = c.tls
			}
			defer s.countReset(c, r)
		}
		// Whoever reads the whole body may take this deadline off again. A
		// connection that has none is not a network connection.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(t.Body))
		read := &watchedBody{ReadCloser: r.Body}
		// A copy: net/http looks at the body of its own request, whether it
		// waits for 100-continue.
		own := r.WithContext(r.Context())
		own.Body = read
		answer := newDeadlineWriter(w, t)
		next.ServeHTTP(answer, own)
		if r.ProtoMajor == 1 && !read.ended.Load() {
			// net/http waits for the rest before it sends what was answered.
			answer.within(t.Body + t.Write)
		}
	})
}

// watchedBody knows whether all of a body was read.
type watchedBody struct {
	io.ReadCloser
	ended atomic.Bool
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.ended.Store(true)
	}
	return n, err
}

// deadlineWriter gives each piece of an answer its own deadline: a stream may
// last and a link may be slow, a reader that takes nothing may not.
type deadlineWriter struct {
	http.ResponseWriter
	timeout time.Duration
	end     time.Time // of the whole answer, zero if it may last
}

// deadlinePiece is what the slowest honest link takes within a deadline.
const deadlinePiece = 64 << 10

func newDeadlineWriter(w http.ResponseWriter, t Timeouts) *deadlineWriter {
	d := &deadlineWriter{ResponseWriter: w, timeout: t.Write}
	if t.Answer > 0 {
		d.end = time.Now().Add(t.Answer)
	}
	return d
}

func (w *deadlineWriter) Write(p []byte) (written int, err error) {
	for {
		piece := p[:min(len(p), deadlinePiece)]
		w.within(w.timeout)
		n, err := w.ResponseWriter.Write(piece)
		written += n
		if p = p[n:]; err != nil || len(p) == 0 {
			return written, err
		}
	}
}

// within sets the deadline of what is written next.
func (w *deadlineWriter) within(d time.Duration) {
	deadline := time.Now().Add(d)
	if !w.end.IsZero() && w.end.Before(deadline) {
		deadline = w.end
	}
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(deadline)
}

// Unwrap gives http.ResponseController the writer's abilities.
func (w *deadlineWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
