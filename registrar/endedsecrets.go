package registrar

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"slices"
	"time"
)

// SecretHash is the SHA-256 of a client secret, by which one that was ended is known again.
// Secrets are 256 random bits and more: whoever reads the hash cannot find the secret by it,
// and the authorization server takes none for it.
type SecretHash [sha256.Size]byte

func hashSecret(s Secret) SecretHash { return sha256.Sum256([]byte(s)) }

// among reports whether the hash is one of some. How long that takes says nothing of them.
func (h SecretHash) among(all []SecretHash) bool {
	found := 0
	for _, other := range all {
		found |= subtle.ConstantTimeCompare(h[:], other[:])
	}
	return found == 1
}

// checkSecret refuses a secret that was ended, now or ever, and one that may be it. What
// was signed before the ending says nothing of what the agent has made since.
func checkSecret(q request, c *Client) error {
	switch {
	case c == nil:
		return nil
	case hashSecret(q.reg.Secret).among(c.Ended):
		return refuse(SecretEnded, errors.New("the secret is one that was ended"))
	case !q.bearer && !c.EndedAt.IsZero() && q.signed.Unix() <= c.EndedAt.Unix():
		return refuse(SecretEnded, errors.New("the request was signed before the secret was ended"))
	case c.SecretEnded && !q.newSecret:
		return refuse(SecretEnded, nil)
	}
	return nil
}

// beginSecret notes a secret that is about to be written. Each one before may be in force
// until it is known that this one is.
func (c *Client) beginSecret(s Secret) {
	c.SecretEnded = false
	h := hashSecret(s)
	others := slices.DeleteFunc(slices.Clone(c.Secrets), func(other SecretHash) bool { return other == h })
	if len(others) >= maxSecrets { // the first was in force for sure
		others = slices.Delete(others, 1, len(others)-maxSecrets+2)
	}
	c.Secrets = append(others, h)
}

// maxSecrets bounds what is kept of registrations that did not end, one after another.
const maxSecrets = 8

// confirmSecret forgets all but the secret that was begun last, which is in force.
func (c *Client) confirmSecret() {
	if n := len(c.Secrets); n > 0 {
		c.Secrets = c.Secrets[n-1:]
	}
}

// endSecrets ends whatever may be in force. Of two replicas the later clock counts.
func (c *Client) endSecrets(now time.Time) {
	c.SecretEnded = true
	if now.After(c.EndedAt) {
		c.EndedAt = now
	}
	for _, h := range c.Secrets {
		if !h.among(c.Ended) {
			c.Ended = append(c.Ended, h)
		}
	}
	c.Secrets = nil
}
