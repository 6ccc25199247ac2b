package oidctest

import (
	"io"
	"net/http"
	"sync"
)

// Endpoint is one address of an issuer. It counts requests and can be made to
// fail.
type Endpoint struct {
	mu       sync.Mutex
	requests int
	normal   http.Handler
	fault    http.Handler
}

// Requests is how many requests came so far.
func (e *Endpoint) Requests() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.requests
}

// Fail makes h answer instead, until it is called with nil.
func (e *Endpoint) Fail(h http.Handler) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fault = h
}

func (e *Endpoint) serve(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	e.requests++
	h := e.normal
	if e.fault != nil {
		h = e.fault
	}
	e.mu.Unlock()
	h.ServeHTTP(w, r)
}

// Status answers with a status and nothing else.
func Status(code int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
}

// Redirect sends the client elsewhere.
func Redirect(to string) http.Handler {
	return http.RedirectHandler(to, http.StatusFound)
}

// Body answers 200 with the given content.
func Body(contentType, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write([]byte(body))
	})
}

// Huge answers with JSON that does not end before size bytes.
func Huge(size int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"keys":[`))
		block := make([]byte, 64<<10)
		for i := range block {
			block[i] = ' '
		}
		for sent := 0; sent < size; sent += len(block) {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
		_, _ = w.Write([]byte(`]}`))
	})
}

// Hang answers nothing, also when the client gives up: returning would be an
// empty 200, which a client that leaves late could still see.
func Hang() http.Handler {
	return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the server notices a client that left only after the body
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // to return would be an answer, which can win the race with the client's leave
	})
}

// Drop closes the connection without an answer.
func Drop() http.Handler {
	return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
}
