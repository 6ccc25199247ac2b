package peer

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// Config says as whom a [Client] calls, and how. DID, Key and the timeouts are
// required.
type Config struct {
	// DID is the caller's name, Key what it signs with.
	DID did.DID
	Key *did.KeyPair
	// Token returns the bearer token for protected calls; nil or "" calls without one.
	Token func(context.Context) (string, error)
	// Replace has Token return another token than one that a peer says is not active, and
	// fails where there is none; Token then returns what it did. It is asked once for a
	// call. A nil Replace knows no other.
	Replace func(ctx context.Context, refused string) error
	// ForbiddenAudiences are those of which no token leaves: with one for the certificate
	// authority, whom we call could obtain our certificate. Of an opaque token only who
	// issued it knows the audience.
	ForbiddenAudiences []string
	// Keys returns the key that is registered for a peer, by which its card is verified
	// where its DID is not derived from its key; nil without an error where none is
	// known. A nil Keys knows none.
	Keys func(context.Context, did.DID) (ed25519.PublicKey, error)
	// Source presents our certificate and says whose we accept; calls follow its
	// rotations. nil calls peers over plain HTTP, on loopback addresses only.
	Source *mtls.Source
	// Binding is how peers are spoken to; "" is JSON-RPC, which all understand. Of a peer
	// whose card does not declare another one [Client.Discover] is [ErrBinding].
	Binding Binding
	// DialTimeout bounds connecting, and the TLS handshake after it.
	DialTimeout time.Duration
	// RequestTimeout bounds one HTTP request; a message may take several.
	RequestTimeout time.Duration
	// Silence is how long a stream may bring nothing, not even a comment, before it is
	// taken for broken; zero is a minute.
	Silence time.Duration
	// DialContext makes connections; nil is a net.Dialer.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// Now is the clock of signatures; nil is time.Now.
	Now func() time.Time
	// Rand is the source of nonces and ids; nil is crypto/rand.
	Rand io.Reader
	// Logger takes retries, at debug level; nil discards them.
	Logger *slog.Logger
}

func (c Config) withDefaults() (Config, error) {
	switch {
	case c.DID.IsZero() || c.Key == nil:
		return Config{}, errors.New("peer: a client needs a DID and its key")
	case c.DialTimeout <= 0 || c.RequestTimeout <= 0:
		return Config{}, errors.New("peer: a client needs a timeout for connecting and one for requests")
	}
	if c.DialContext == nil {
		c.DialContext = (&net.Dialer{Timeout: c.DialTimeout}).DialContext
	}
	if c.Silence <= 0 {
		c.Silence = time.Minute
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}
