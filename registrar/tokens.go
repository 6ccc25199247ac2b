package registrar

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// tokenPrefix begins every enrolment token, so that scanners for secrets know it.
const tokenPrefix = "bindu-enrol-"

// tokenText is how long a token is, in bytes: 256 bits in base64url.
const tokenText = len(tokenPrefix) + 43

func isTokenText(s string) bool { return len(s) == tokenText && strings.HasPrefix(s, tokenPrefix) }

// TokenRequest is what an enrolment token shall allow.
type TokenRequest struct {
	// Author and Name are patterns (package path) for the segments of
	// did:bindu:AUTHOR:NAME:UUID, or what becomes those: you@example.com is the
	// segment you_at_example_com, as in the DID of an agent. A DID of another form needs "*" in both. Only where
	// both are plain names does the token bind a DID that does not follow from the key:
	// with a pattern, its holder could take the DIDs of others before they come.
	Author, Name string
	// MaxUses is how many DIDs it binds at most.
	MaxUses int
	// Lifetime from now on, at most [MaxEnrolment].
	Lifetime time.Duration
}

// MaxEnrolment is the longest for which an enrolment token lives.
const MaxEnrolment = 30 * 24 * time.Hour

// ErrTokenRequest: an enrolment token cannot be made so.
var ErrTokenRequest = errors.New("malformed request for an enrolment token")

// checked returns the request with author and name as DIDs have them.
func (q TokenRequest) checked() (TokenRequest, error) {
	switch {
	case q.MaxUses < 1 || q.Lifetime <= 0:
		return q, fmt.Errorf("%w: uses and lifetime must be positive", ErrTokenRequest)
	case q.Lifetime > MaxEnrolment:
		return q, fmt.Errorf("%w: a lifetime of %s is longer than %s, which are 30 days", ErrTokenRequest, q.Lifetime, MaxEnrolment)
	}
	author, err := patternOf("author", q.Author)
	if err != nil {
		return q, err
	}
	name, err := patternOf("name", q.Name)
	q.Author, q.Name = author, name
	return q, err
}

// signs are what means something in the patterns that are taken. In a DID there is
// nothing to be escaped.
const signs = `*?[]^`

// patternOf returns a pattern with all that is no sign as a DID has it, so that it can
// fit. A pattern that can fit none is refused.
func patternOf(what, text string) (string, error) {
	var b strings.Builder
	for rest := text; rest != ""; {
		n := strings.IndexAny(rest, signs)
		switch {
		case n == 0:
			b.WriteString(rest[:1])
			rest = rest[1:]
			continue
		case n < 0:
			n = len(rest)
		}
		plain, err := did.Segment(what, rest[:n])
		if err != nil {
			return "", fmt.Errorf("%w: %v", ErrTokenRequest, err)
		}
		b.WriteString(plain)
		rest = rest[n:]
	}
	if _, err := path.Match(b.String(), ""); err != nil || text == "" {
		return "", fmt.Errorf("%w: %q is no pattern for the %s of a DID", ErrTokenRequest, text, what)
	}
	return b.String(), nil
}

// CreateToken makes an enrolment token. Its text is returned this once, and only its
// hash stored. Errors: [ErrTokenRequest], [ErrStorage].
func (r *Registrar) CreateToken(ctx context.Context, q TokenRequest) (Token, Secret, error) {
	q, err := q.checked()
	if err != nil {
		return Token{}, "", err
	}
	random, err := randomText(r.cfg.Random, 32)
	if err != nil {
		return Token{}, "", err
	}
	text := Secret(tokenPrefix + random)
	now := r.cfg.Now()
	t := Token{
		Hash: tokenHash(text), Author: q.Author, Name: q.Name, MaxUses: q.MaxUses, Created: now, Expires: now.Add(q.Lifetime),
	}
	t.ID = hex.EncodeToString(t.Hash[:8])
	err = r.cfg.Store.Change(ctx, func(tx Tx) error { return tx.SaveToken(t) })
	return t, text, err
}

// Tokens returns all enrolment tokens that were not deleted, used up or not.
func (r *Registrar) Tokens(ctx context.Context) (all []Token, err error) {
	err = r.cfg.Store.View(ctx, func(read Reader) (err error) {
		all, err = read.Tokens()
		return err
	})
	return all, err
}

var errNoToken = errors.New("no enrolment token has that id")

// DeleteToken ends an enrolment token; false if there is none with that id. What was
// bound by it stays bound.
func (r *Registrar) DeleteToken(ctx context.Context, id string) (found bool, err error) {
	err = r.operate(ctx, func(tx Tx) error {
		found, err := tx.DeleteToken(id)
		if err == nil && !found {
			err = errNoToken
		}
		return err
	})
	if errors.Is(err, errNoToken) {
		return false, nil
	}
	return err == nil, err
}

// tokenHash is enough against who reads the database: the text has 256 random bits.
func tokenHash(text Secret) [32]byte { return sha256.Sum256([]byte(text)) }

// fault says why the token binds nothing, if it does not.
func (t *Token) fault(d did.DID, key ed25519.PublicKey, now time.Time) string {
	author, name := segments(d)
	authorFits, _ := path.Match(t.Author, author)
	nameFits, _ := path.Match(t.Name, name)
	switch {
	case !t.Reference.IsZero():
		return "the credential of an agent of the reference"
	case t.Uses >= t.MaxUses:
		return "used up"
	case !now.Before(t.Expires):
		return "expired"
	case !authorFits || !nameFits:
		return "made for other names"
	case !d.BoundTo(key) && strings.ContainsAny(t.Author+t.Name, patternBytes):
		return "a pattern, and the DID does not follow from the key"
	}
	return ""
}

// patternBytes are those that mean something in a pattern.
const patternBytes = `*?[\`

// segments returns author and name of a DID that has them.
func segments(d did.DID) (author, name string) {
	s := strings.Split(d.String(), ":")
	if len(s) != 5 || s[1] != "bindu" {
		return "", ""
	}
	return s[2], s[3]
}
