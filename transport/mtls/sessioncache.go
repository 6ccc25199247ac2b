package mtls

import (
	"crypto/tls"
	"strconv"
	"sync"
	"time"
)

// sessionCacheSize is the number of TLS sessions a client keeps per configuration.
const sessionCacheSize = 64

// sessionCache keeps the TLS sessions of one client configuration, so of one
// peer: an address may change hands. It forgets those of earlier identities of
// ours, since resuming one would present the certificate it was opened with,
// and those of servers any of whose certificates has expired since: where it
// does not verify the chain itself, crypto/tls looks at the leaf at best, and a
// session that is resumed only to be refused would be in the way for hours.
type sessionCache struct {
	tls.ClientSessionCache
	now        func() time.Time
	generation func() uint64

	mu       sync.Mutex
	epoch    uint64    // counts how often all sessions were forgotten
	notAfter time.Time // when the first of the servers' certificates expires
}

func newSessionCache(now func() time.Time, generation func() uint64) *sessionCache {
	return &sessionCache{
		ClientSessionCache: tls.NewLRUClientSessionCache(sessionCacheSize),
		now:                now, generation: generation,
	}
}

// observe notes how long a verified chain lasts; it returns err.
func (c *sessionCache) observe(cs tls.ConnectionState, err error) error {
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgetExpired()
	for _, cert := range cs.PeerCertificates {
		if c.notAfter.IsZero() || cert.NotAfter.Before(c.notAfter) {
			c.notAfter = cert.NotAfter
		}
	}
	return nil
}

// expiryMargin keeps a session from being offered just before the certificate
// behind it ends, and refused just after: a new handshake would have succeeded.
const expiryMargin = 2 * time.Second

func (c *sessionCache) forgetExpired() {
	if !c.notAfter.IsZero() && c.now().Add(expiryMargin).After(c.notAfter) {
		c.epoch++
		c.notAfter = time.Time{}
	}
}

func (c *sessionCache) key(sessionKey string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgetExpired()
	return strconv.FormatUint(c.generation(), 36) + " " + strconv.FormatUint(c.epoch, 36) + " " + sessionKey
}

// Get implements [tls.ClientSessionCache].
func (c *sessionCache) Get(sessionKey string) (*tls.ClientSessionState, bool) {
	return c.ClientSessionCache.Get(c.key(sessionKey))
}

// Put implements [tls.ClientSessionCache].
func (c *sessionCache) Put(sessionKey string, cs *tls.ClientSessionState) {
	c.ClientSessionCache.Put(c.key(sessionKey), cs)
}
