package agent

import (
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// bounded ends connections that are older than LIMITS__CONNECTION_AGE after
// their current request, so that a change of trust reaches all of them. It
// bounds how long a body may take, whether a gate reads it or net/http drains
// it behind a refusal, and how long one write to a slow reader may block.
func (a *Agent) bounded(next http.Handler) http.Handler {
	limits := a.set.Limits
	age, body, write := time.Duration(limits.ConnectionAge), time.Duration(limits.BodyTimeout), time.Duration(limits.WriteTimeout)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := r.Context().Value(connKey{}).(*served); ok {
			if a.opts.Now().Sub(c.since) > age {
				w.Header().Set("Connection", "close")
			}
			if c.below != nil {
				defer c.below.Begin()()
			}
			if r.TLS == nil {
				r.TLS = c.tls
			}
			defer a.countReset(c, r)
		}
		// The gate that reads the whole body takes this deadline off again. A
		// connection that has none is not a network connection.
		ctl := http.NewResponseController(w)
		_ = ctl.SetReadDeadline(time.Now().Add(body))
		read := &watchedBody{ReadCloser: r.Body}
		// A copy: net/http looks at the body of its own request, whether it
		// waits for 100-continue.
		watched := r.WithContext(r.Context())
		watched.Body = read
		next.ServeHTTP(&deadlineWriter{ResponseWriter: w, timeout: write}, watched)
		if r.ProtoMajor == 1 && !read.ended.Load() {
			// net/http waits for the rest before it sends what was answered.
			_ = ctl.SetWriteDeadline(time.Now().Add(body + write))
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
}

// deadlinePiece is what the slowest honest link takes within a deadline.
const deadlinePiece = 64 << 10

func (w *deadlineWriter) Write(p []byte) (written int, err error) {
	ctl := http.NewResponseController(w.ResponseWriter)
	for {
		piece := p[:min(len(p), deadlinePiece)]
		_ = ctl.SetWriteDeadline(time.Now().Add(w.timeout))
		n, err := w.ResponseWriter.Write(piece)
		written += n
		if p = p[n:]; err != nil || len(p) == 0 {
			return written, err
		}
	}
}

// Unwrap gives http.ResponseController the writer's abilities.
func (w *deadlineWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
