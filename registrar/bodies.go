package registrar

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

const (
	// maxHeld is how many bytes the bodies of all requests in progress hold together.
	maxHeld = 32 << 20
	// minHeld is what a request with a body counts before any of it has come.
	minHeld = 4 << 10
)

// errHeld: the bodies of an address, or of all, hold as much as they may.
var errHeld = errors.New("too many bytes of bodies held at once")

// bodies bounds what is held for bodies of which nobody knows yet who sent them. An
// address that holds some gets more only while as much is free as it would hold then:
// half stays for others. One that holds nothing gets whatever is free.
type bodies struct {
	mu   sync.Mutex
	free int64
	held map[string]int64
}

func newBodies(free int64) *bodies { return &bodies{free: free, held: make(map[string]int64)} }

func (b *bodies) take(address string, n int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	has := b.held[address]
	if n > b.free || has > 0 && has+n > b.free {
		return false
	}
	b.free -= n
	b.held[address] = has + n
	return true
}

func (b *bodies) give(address string, n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free += n
	if b.held[address] -= n; b.held[address] <= 0 {
		delete(b.held, address)
	}
}

// heldBody counts what came of a body, twice, since the buffer it is read into grows
// ahead of it. What is announced counts nothing.
type heldBody struct {
	io.ReadCloser
	bodies     *bodies
	address    string
	came, held int64
}

// hold lets the body of a request count until release.
func (b *bodies) hold(r *http.Request, address string) (release func(), ok bool) {
	if r.Body == nil || r.Body == http.NoBody {
		return func() {}, true
	}
	h := &heldBody{ReadCloser: r.Body, bodies: b, address: address}
	if !h.grow(minHeld) {
		return func() {}, false
	}
	r.Body = h
	return func() { b.give(address, h.held) }, true
}

func (h *heldBody) grow(n int64) bool {
	ok := h.bodies.take(h.address, n)
	if ok {
		h.held += n
	}
	return ok
}

// Read fails when there is no room for what came.
func (h *heldBody) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	h.came += int64(n)
	if more := 2*h.came - h.held; more > 0 && !h.grow(more) {
		return n, errHeld
	}
	return n, err
}
