package hydratest

import (
	"bytes"
	"compress/gzip"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"
)

// Endpoint names a group of routes, for counting and for faults.
type Endpoint string

// The endpoints.
const (
	Clients    Endpoint = "clients"
	Introspect Endpoint = "introspect"
	Token      Endpoint = "token"
	Revoke     Endpoint = "revoke"
	Discovery  Endpoint = "discovery"
	KeySet     Endpoint = "jwks"
	Health     Endpoint = "health"
	Other      Endpoint = "other"
)

// Fault is one way to go wrong. After Latency, the first of the others that is
// set takes the place of the answer.
type Fault struct {
	// Latency delays the answer.
	Latency time.Duration
	// Hang never answers.
	Hang bool
	// Reset closes the connection, with RST where there is a socket.
	Reset bool
	// LoseAnswer does what was asked and then closes the connection like Reset.
	LoseAnswer bool
	// Truncate promises an answer and closes the connection in the middle of it.
	Truncate bool
	// SlowBody is the pause before each byte of an endless answer.
	SlowBody time.Duration
	// HugeBody is the length of an answer made of one JSON string.
	HugeBody int64
	// GzipBomb is the length of such an answer once it is decompressed.
	GzipBomb int64
	// Status answers with this status, Header, and Body.
	Status int
	// Header is added to the answer; the media type is JSON if it names none.
	Header http.Header
	// Body is the answer's body.
	Body string
	// Times is how many requests it concerns, 0 for all.
	Times int
}

// Fail makes requests to the endpoint go wrong until [Server.Heal].
func (s *Server) Fail(e Endpoint, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[e] = f
}

// Heal ends the faults of the endpoint.
func (s *Server) Heal(e Endpoint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.faults, e)
}

// Before has f called with each request to the endpoint before it is answered,
// which waits for it: for what others do at that moment, or to make this very
// request fail. A nil f ends it.
func (s *Server) Before(e Endpoint, f func(*http.Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before[e] = f
}

// Requests returns how many requests the endpoint got.
func (s *Server) Requests(e Endpoint) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[e]
}

// at counts requests and lets what others do, and faults, come first.
func (s *Server) at(e Endpoint, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests[e]++
		before := s.before[e]
		s.mu.Unlock()
		if before != nil {
			before(r)
		}
		fault, broken := s.nextFault(e)
		switch {
		case broken && fault.LoseAnswer:
			h(httptest.NewRecorder(), r)
			hangUp(w)
		case broken && s.breakDown(w, r, fault):
		default:
			h(w, r)
		}
	}
}

func (s *Server) nextFault(e Endpoint) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fault, broken := s.faults[e]
	if broken && fault.Times > 0 {
		rest := fault
		if rest.Times--; rest.Times == 0 {
			delete(s.faults, e)
		} else {
			s.faults[e] = rest
		}
	}
	return fault, broken
}

// breakDown does what the fault says and reports whether that was the answer.
func (s *Server) breakDown(w http.ResponseWriter, r *http.Request, f Fault) bool {
	// Reading the body lets the server notice when the client goes away.
	_ = r.ParseForm()
	if f.Latency > 0 && !s.pause(r, f.Latency) {
		panic(http.ErrAbortHandler) // returning would be an empty 200
	}
	switch {
	case f.Hang:
		s.pause(r, 0)
		panic(http.ErrAbortHandler)
	case f.Reset:
		hangUp(w)
	case f.Truncate:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte(`{"active":`))
		_ = http.NewResponseController(w).Flush()
		hangUp(w)
	case f.SlowBody > 0:
		s.drip(w, r, f.SlowBody)
	case f.HugeBody > 0:
		writeHuge(w, f.HugeBody)
	case f.GzipBomb > 0:
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "application/json")
		zip := gzip.NewWriter(w)
		writeHuge(zip, f.GzipBomb)
		_ = zip.Close()
	case f.Status != 0:
		f.answer(w)
	default:
		return false
	}
	return true
}

func (f Fault) answer(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	for name, values := range f.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(f.Status)
	_, _ = w.Write([]byte(f.Body))
}

// pause waits for d, for ever if it is zero; false means that the client or
// the server went away.
func (s *Server) pause(r *http.Request, d time.Duration) bool {
	var over <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-over:
		return true
	case <-r.Context().Done():
	case <-s.quit:
	}
	return false
}

func (s *Server) drip(w http.ResponseWriter, r *http.Request, every time.Duration) {
	w.Header().Set("Content-Type", "application/json")
	for s.pause(r, every) {
		if _, err := w.Write([]byte(" ")); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
	}
	panic(http.ErrAbortHandler) // returning would be the end of an endless answer
}

func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func writeHuge(w interface{ Write([]byte) (int, error) }, length int64) {
	if rw, ok := w.(http.ResponseWriter); ok {
		rw.Header().Set("Content-Type", "application/json")
		rw.Header().Set("Content-Length", strconv.FormatInt(length, 10))
	}
	block := bytes.Repeat([]byte("a"), 64<<10)
	block[0] = '"'
	for length > 0 {
		n := min(length, int64(len(block)))
		if _, err := w.Write(block[:n]); err != nil {
			return
		}
		length -= n
		block[0] = 'a'
	}
}
