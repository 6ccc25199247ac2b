package mtls

import (
	"crypto/tls"
	"crypto/x509"
	"slices"
	"strconv"
	"sync"
	"time"
)

// sessionCacheSize is the number of TLS sessions a client keeps per configuration.
const sessionCacheSize = 64

// sessionCache keeps the TLS sessions of one client configuration, so of one
// peer: an address may change hands. It forgets those of earlier identities of
// ours, since resuming one would present the certificate it was opened with,
// and it offers none of a server one of whose certificates ends: where it does
// not verify the chain itself, crypto/tls looks at the leaf at best, and a
// session that is resumed only to be refused would be in the way for hours.
//
// A session does not show what chain it stands for, so all of them count as
// ending with the first chain that was seen. From just before that end until
// every ticket of that chain has come in, no session is offered or kept, and
// then all are forgotten. Nor does it show which identity of ours opened it, so
// none is kept after a change of that until every earlier ticket has come in.
type sessionCache struct {
	tls.ClientSessionCache
	now        func() time.Time
	generation func() uint64

	mu      sync.Mutex
	epoch   uint64      // counts how often all sessions were forgotten
	ends    []time.Time // of the chains that sessions may stand for, each once
	seen    uint64      // the last generation
	changed time.Time   // when another was first seen than before
}

const (
	// expiryMargin keeps a session from being offered just before the certificate
	// behind it ends, and refused just after: a new handshake would have succeeded.
	expiryMargin = 2 * time.Second
	// ticketDelay is how long after its handshake a connection may still bring
	// a ticket. One of a server's former chain that comes even later costs one
	// refused connection.
	ticketDelay = 10 * time.Second
)

func newSessionCache(now func() time.Time, generation func() uint64) *sessionCache {
	return &sessionCache{
		ClientSessionCache: tls.NewLRUClientSessionCache(sessionCacheSize),
		now:                now, generation: generation, seen: generation(),
	}
}

// observe notes how long a verified chain lasts, and that a session led to one
// that is refused; it returns err.
func (c *sessionCache) observe(cs tls.ConnectionState, err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		if cs.DidResume {
			c.epoch++
		}
		return err
	}
	if len(cs.PeerCertificates) == 0 {
		return nil
	}
	end := slices.MinFunc(cs.PeerCertificates, func(a, b *x509.Certificate) int { return a.NotAfter.Compare(b.NotAfter) }).NotAfter
	if !slices.ContainsFunc(c.ends, end.Equal) {
		c.ends = append(c.ends, end)
	}
	return nil
}

// key returns where sessions are kept now; none are while one may be ending, or
// may be one of an earlier identity of ours.
func (c *sessionCache) key(sessionKey string) (key string, open bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, generation := c.now(), c.generation()
	if generation != c.seen {
		c.seen, c.changed = generation, now
	}
	before := len(c.ends)
	c.ends = slices.DeleteFunc(c.ends, func(end time.Time) bool { return now.Sub(end) > ticketDelay })
	if len(c.ends) < before {
		c.epoch++
	}
	ending := func(end time.Time) bool { return end.Sub(now) < expiryMargin }
	settled := c.changed.IsZero() || now.Sub(c.changed) > ticketDelay
	return strconv.FormatUint(generation, 36) + " " + strconv.FormatUint(c.epoch, 36) + " " + sessionKey,
		settled && !slices.ContainsFunc(c.ends, ending)
}

// Get implements [tls.ClientSessionCache].
func (c *sessionCache) Get(sessionKey string) (*tls.ClientSessionState, bool) {
	key, open := c.key(sessionKey)
	if !open {
		return nil, false
	}
	return c.ClientSessionCache.Get(key)
}

// Put implements [tls.ClientSessionCache].
func (c *sessionCache) Put(sessionKey string, cs *tls.ClientSessionState) {
	if key, open := c.key(sessionKey); open {
		c.ClientSessionCache.Put(key, cs)
	}
}
