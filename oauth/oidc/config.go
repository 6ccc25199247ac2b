package oidc

import (
	"crypto/x509"
	"log/slog"
	"net/http"
	"time"
)

// Defaults of [Config].
const (
	DefaultFetchTimeout    = 5 * time.Second
	DefaultRefreshInterval = 10 * time.Minute
	DefaultMaxStale        = time.Hour
	DefaultUnknownKeyPause = 30 * time.Second
)

// Config is what a [Verifier] needs. Only Issuers is required.
type Config struct {
	// Issuers are told apart by their Issuer field, which must differ.
	Issuers []Issuer
	// DIDMap gives clients their DIDs; nil: none has one by map.
	DIDMap *DIDMap
	// MaxTokenBytes is the longest accepted token; 0: [DefaultMaxTokenBytes].
	MaxTokenBytes int
	// HTTPClient fetches discovery documents and keys; nil: one of our own, which
	// verifies TLS. Its redirect policy and cookies are not used.
	HTTPClient *http.Client
	// Roots vouch for the issuers in place of the system's, where HTTPClient is nil.
	Roots *x509.CertPool
	// FetchTimeout bounds one exchange with an issuer, body included.
	FetchTimeout time.Duration
	// RefreshInterval is the time between fetches of an issuer's keys.
	RefreshInterval time.Duration
	// MaxStale is how old keys may become while their issuer does not answer.
	// After that its tokens are refused with oauth.ErrUnavailable. It is also how
	// long a key that the issuer withdrew may live on if it cannot be reached.
	MaxStale time.Duration
	// UnknownKeyPause is the least time between two fetches that tokens with an
	// unknown key id cause, however many come.
	UnknownKeyPause time.Duration
	// Lazy lets New return before any key was fetched. Until then tokens are
	// refused with oauth.ErrUnavailable.
	Lazy bool
	// AllowInsecureLoopback accepts http addresses on loopback, for an issuer
	// under development on the same machine.
	AllowInsecureLoopback bool
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Logger gets failed refreshes; nil: none.
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	orDefault := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	orDefault(&c.FetchTimeout, DefaultFetchTimeout)
	orDefault(&c.RefreshInterval, DefaultRefreshInterval)
	orDefault(&c.MaxStale, DefaultMaxStale)
	orDefault(&c.UnknownKeyPause, DefaultUnknownKeyPause)
	if c.MaxTokenBytes <= 0 {
		c.MaxTokenBytes = DefaultMaxTokenBytes
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// Check reports what [New] would refuse about c without asking anybody.
// Errors: [ErrConfig].
func (c Config) Check() error {
	c = c.withDefaults()
	if c.HTTPClient == nil {
		c.HTTPClient = &http.Client{}
	}
	v := &Verifier{issuers: make(map[string]*trusted), didMap: c.DIDMap}
	return v.configure(c)
}
