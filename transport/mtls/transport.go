package mtls

import (
	"errors"
	"net/http"
	"sync"

	"github.com/getbindu/bindu-go/identity/did"
)

// ErrPlaintext: the URL of a request through a [Transport] is not https.
var ErrPlaintext = errors.New("refusing to speak without TLS; the peer's URL must begin with https://")

// Transport is an [http.RoundTripper] to one peer that follows rotations: once
// a new identity is published, requests go out on new connections that present
// it, and the old connections close as their requests end. So no request ever
// travels on a connection whose certificate has been replaced, and none fails
// because of a rotation.
type Transport struct {
	source *Source
	peer   did.DID
	base   *http.Transport

	mu      sync.Mutex
	current *http.Transport
	built   uint64 // generation of current
}

// NewTransport returns a Transport to peer (the zero DID accepts any agent of
// our issuer) with the timeouts, limits and dialler of base, which is copied;
// nil means the zero http.Transport, which uses no proxy. When done, close what
// is idle.
func (s *Source) NewTransport(peer did.DID, base *http.Transport) *Transport {
	if base == nil {
		base = &http.Transport{}
	}
	return &Transport{source: s, peer: peer, base: base.Clone()}
}

// RoundTrip implements [http.RoundTripper]. A peer that proves another DID is
// a [*PeerMismatchError], and nothing of the request has left by then.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" {
		return nil, ErrPlaintext
	}
	tr := t.transport()
	resp, err := tr.RoundTrip(req)
	if t.replaced(tr) {
		// Starting a request lets connections go idle again; no request
		// will come back for this one.
		tr.CloseIdleConnections()
	}
	return resp, err
}

func (t *Transport) replaced(tr *http.Transport) bool {
	generation := t.source.state.Load().generation
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.current != tr || t.built != generation
}

func (t *Transport) transport() *http.Transport {
	st := t.source.state.Load()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current != nil && t.built >= st.generation {
		return t.current
	}
	next := t.base.Clone()
	next.TLSClientConfig = st.clientConfig(t.peer)
	if t.current != nil {
		// It gets no further request, so connections that come back idle close too.
		t.current.CloseIdleConnections()
	}
	t.current, t.built = next, st.generation
	return next
}

// CloseIdleConnections closes connections that carry no request now.
func (t *Transport) CloseIdleConnections() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current != nil {
		t.current.CloseIdleConnections()
	}
}
