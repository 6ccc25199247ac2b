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
				c.below.count(1)
				defer c.below.count(-1)
			}
			if r.TLS == nil {
				r.TLS = c.tls
			}
			defer s.countReset(c, r)
		}
		// Whoever reads the whole body may take this deadline off again. A
		// connection that has none is not a network connection.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(t.Body))
		x := &exchange{read: watchedBody{ReadCloser: r.Body}, answer: newDeadlineWriter(w, r, t)}
		// A copy: net/http looks at the body of its own request, whether it
		// waits for 100-continue.
		own := r.WithContext(r.Context())
		own.Body = &x.read
		next.ServeHTTP(&x.answer, own)
		if r.ProtoMajor == 1 && !x.read.ended.Load() {
			// net/http waits for the rest before it sends what was answered.
			x.answer.within(t.Body + t.Write)
		}
	})
}

// exchange is what a request and its answer go through, allocated together.
type exchange struct {
	read   watchedBody
	answer deadlineWriter
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
	// conn is that of HTTP/1, where nobody else sets deadlines for answers; else nil.
	conn *connection
}

// deadlinePiece is what the slowest honest link takes within a deadline.
const deadlinePiece = 64 << 10

func newDeadlineWriter(w http.ResponseWriter, r *http.Request, t Timeouts) deadlineWriter {
	d := deadlineWriter{ResponseWriter: w, timeout: t.Write}
	if t.Answer > 0 { // and net/http has set it too
		d.end = time.Now().Add(t.Answer)
	} else if r.ProtoMajor == 1 {
		d.conn = connectionOf(r.Context())
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

// sparing is the share of a deadline by which one may come early that was set for an
// answer before on the same connection. Most answers then set none.
const sparing = 64

// within sets the deadline of what is written next. It is never later than asked.
func (w *deadlineWriter) within(d time.Duration) {
	deadline := time.Now().Add(d)
	if !w.end.IsZero() && w.end.Before(deadline) {
		deadline = w.end
	}
	if c := w.conn; c != nil {
		if early := deadline.Sub(c.writeBy); 0 <= early && early <= d/sparing {
			return
		}
		c.writeBy = deadline
	}
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(deadline)
}

// Unwrap gives http.ResponseController the writer's abilities.
func (w *deadlineWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
