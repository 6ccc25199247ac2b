package stepcatest

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/smallstep/certificates/api"
)

// Fault is a way in which the CA misbehaves until the next [Server.SetFault].
type Fault struct {
	path    string // "" for every path
	options []Option
	rewrite func(w http.ResponseWriter, good api.SignResponse, token string)
	serve   func(s *Server, w http.ResponseWriter, r *http.Request)
}

// SetFault replaces the fault; the zero Fault is none.
func (s *Server) SetFault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

func (s *Server) currentFault() Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

// misbehave serves the request when the fault takes over the whole answer.
func (s *Server) misbehave(w http.ResponseWriter, r *http.Request) bool {
	f := s.currentFault()
	if f.serve == nil || (f.path != "" && !strings.HasSuffix(r.URL.Path, f.path)) {
		return false
	}
	f.serve(s, w, r)
	return true
}

// At restricts a fault that takes over the answer to one path.
func (f Fault) At(path string) Fault {
	f.path = path
	return f
}

// SignAs spoils every certificate that is issued.
func SignAs(opts ...Option) Fault { return Fault{options: opts} }

// Hang takes the request and never answers, until the server stops.
func Hang() Fault {
	return Fault{serve: func(s *Server, _ http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		release := s.hangs
		s.mu.Unlock()
		select {
		case <-r.Context().Done():
		case <-release:
		}
		panic(http.ErrAbortHandler) // returning would be an empty 200
	}}
}

// Status answers with this status and text.
func Status(status int, body string) Fault {
	return Fault{serve: func(_ *Server, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}}
}

// Redirect sends the caller elsewhere, keeping method and body (307).
func Redirect(to string) Fault {
	return Fault{serve: func(_ *Server, w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
	}}
}

// Huge answers with so many bytes of one JSON string.
func Huge(size int) Fault {
	return Fault{serve: func(_ *Server, w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		chunk := strings.Repeat("A", 64<<10)
		_, _ = io.WriteString(w, `{"crt":"`)
		for sent := 0; sent < size; sent += len(chunk) {
			if _, err := io.WriteString(w, chunk); err != nil {
				return
			}
		}
		_, _ = io.WriteString(w, `"}`)
	}}
}

// Cut closes the connection in the middle of the answer.
func Cut() Fault {
	return Fault{serve: func(_ *Server, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"crt":"`)
	}}
}

// Rewrite changes a good answer before it is sent; nil entries are allowed.
func Rewrite(change func(*api.SignResponse)) Fault {
	return Fault{rewrite: func(w http.ResponseWriter, good api.SignResponse, _ string) {
		change(&good)
		answer(w, http.StatusCreated, good)
	}}
}

// EchoToken refuses with the caller's token in the text, as a careless proxy might.
func EchoToken() Fault {
	return Fault{rewrite: func(w http.ResponseWriter, _ api.SignResponse, token string) {
		refuse(w, http.StatusForbidden, fmt.Sprintf("token %s is not welcome", token))
	}}
}

const provisionerAbsent = "absent"

// DisableProvisioner leaves the provisioner in the state step-ca shows when the
// issuer was down at its start: 401 to every token, /health ok.
func (s *Server) DisableProvisioner() { s.setProvisioner("Uninitialized") }

// RemoveProvisioner takes it out of the configuration.
func (s *Server) RemoveProvisioner() { s.setProvisioner(provisionerAbsent) }

// EnableProvisioner undoes both.
func (s *Server) EnableProvisioner() { s.setProvisioner("") }

func (s *Server) setProvisioner(state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.disabled = state
}

func (s *Server) provisionerState() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.disabled
}
