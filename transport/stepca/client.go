package stepca

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// Config says who asks which CA for what.
type Config struct {
	// CAURL is the https URL of step-ca.
	CAURL string
	// RootURL is where the CA publishes its roots as PEM, fetched over TLS that
	// is already trusted. It is required.
	RootURL string
	// Fingerprint is the SHA-256 of the CA's root certificate in hexadecimal,
	// or several with commas between while the root is being replaced. With it,
	// trust starts from the roots the CA serves under those names.
	Fingerprint string
	// RootFile is a PEM file with the CA's roots. Without it and without
	// Fingerprint the CA's TLS certificate must verify against SystemRoots.
	RootFile string
	// SystemRoots is the trust of last resort; nil means the system's.
	SystemRoots *x509.CertPool

	// DID is the name the certificate must carry, Issuer the text in front of it.
	DID    did.DID
	Issuer string
	// Audience is the OIDC client id of the CA's provisioner; it is required.
	Audience string
	// Token returns a fresh one-time token for the CA. It is called once for
	// each attempt; the CA burns a token even when it refuses to sign.
	Token func(context.Context) (string, error)

	// Announce, if set, is told for which public key a certificate is about to be
	// asked, once for each attempt. Without its consent the CA is not asked.
	Announce func(ctx context.Context, key crypto.PublicKey) error

	// TTL is the lifetime to ask for; zero leaves it to the CA.
	TTL time.Duration
	// HTTPTimeout bounds each request to the CA. It is required.
	HTTPTimeout time.Duration
	// DialContext opens connections to the CA; nil means a plain net.Dialer.
	// HTTPS_PROXY and NO_PROXY are followed, as with every authority.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)
	// Rand is the source of keys; crypto/rand by default.
	Rand io.Reader
	// Now is the clock; time.Now by default.
	Now func() time.Time
	// Logger receives what was issued; nothing is logged by default.
	Logger *slog.Logger
}

// Client obtains certificates from step-ca. It keeps no token and no key of
// its own and is safe for concurrent use.
type Client struct {
	cfg    Config
	caURL  *url.URL
	anchor anchor
	mu     sync.Mutex
	trust  *trust // nil until established
	skew   atomic.Pointer[time.Duration]
}

// New checks the configuration and reads RootFile; it does not speak to
// the CA. Errors: [ErrConfig], [mtls.ErrFingerprintMismatch] when RootFile has no
// certificate with the given fingerprint.
func New(cfg Config) (*Client, error) {
	caURL, err := secureURL("MTLS__CA_URL", cfg.CAURL)
	if err != nil {
		return nil, err
	}
	if _, err := secureURL("MTLS__CA_ROOT_URL", cfg.RootURL); err != nil {
		return nil, err
	}
	switch {
	case cfg.DID.IsZero():
		return nil, fmt.Errorf("%w: no DID to enrol", ErrConfig)
	case cfg.Issuer == "":
		return nil, fmt.Errorf("%w: MTLS__DID_ISSUER is empty", ErrConfig)
	case cfg.Token == nil:
		return nil, fmt.Errorf("%w: no source of tokens", ErrConfig)
	case cfg.Audience == "":
		return nil, fmt.Errorf("%w: MTLS__OIDC_AUDIENCE is empty", ErrConfig)
	case cfg.HTTPTimeout <= 0:
		return nil, fmt.Errorf("%w: no time for a request to the CA", ErrConfig)
	case cfg.TTL < 0:
		return nil, fmt.Errorf("%w: the certificate lifetime %s is negative", ErrConfig, cfg.TTL)
	}
	anchor, err := newAnchor(cfg)
	if err != nil {
		return nil, err
	}
	cfg.setDefaults()
	return &Client{cfg: cfg, caURL: caURL, anchor: anchor}, nil
}

func (cfg *Config) setDefaults() {
	if cfg.DialContext == nil {
		cfg.DialContext = new(net.Dialer).DialContext
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
}

// secureURL refuses anything that would send a token or fetch a root without TLS.
func secureURL(variable, raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%w: %s must be a URL like https://ca.example.com:9000", ErrConfig, variable)
	}
	return u, nil
}

// Enrol makes a new key, asks for a certificate with a fresh token, and checks
// what comes back: our key, our DID and nothing else, both usages, no CA, a
// chain to a trusted root, a sane lifetime. It makes one attempt.
//
// Errors: [mtls.ErrCAUnavailable], [mtls.ErrToken] and [mtls.ErrAnnouncement] (try again), [mtls.ErrCAUntrusted],
// [mtls.ErrFingerprintMismatch], [mtls.ErrCARefused] with [mtls.ErrProvisionerDisabled],
// [mtls.ErrTokenRefused], [mtls.ErrJWKSStale], [mtls.ErrWebhook] or [mtls.ErrClockSkew] where the cause can be
// told, [mtls.ErrCABadCertificate].
func (c *Client) Enrol(ctx context.Context) (*mtls.Identity, error) {
	roots, err := c.Roots(ctx)
	if err != nil {
		return nil, err
	}
	key, csr, err := c.request()
	if err != nil {
		return nil, err
	}
	token, err := c.token(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.announce(ctx, key); err != nil {
		return nil, err
	}
	answer, err := c.sign(ctx, csr, token)
	if err != nil {
		return nil, err
	}
	id, err := c.accept(answer, key, roots)
	if err != nil {
		return nil, err
	}
	c.cfg.Logger.Info("certificate issued", "did", c.cfg.DID.String(), "serial", id.Serial(), "not_after", id.NotAfter())
	return id, nil
}

// announce is the last thing before the CA is asked: it counts for a minute.
func (c *Client) announce(ctx context.Context, key crypto.Signer) error {
	if c.cfg.Announce == nil {
		return nil
	}
	if err := c.cfg.Announce(ctx, key.Public()); err != nil {
		return fmt.Errorf("%w: %w", mtls.ErrAnnouncement, err)
	}
	return nil
}

func (c *Client) token(ctx context.Context) (string, error) {
	token, err := c.cfg.Token(ctx)
	if err != nil {
		return "", fmt.Errorf("%w: %w", mtls.ErrToken, err)
	}
	if token = strings.TrimSpace(token); token == "" {
		return "", fmt.Errorf("%w: it is empty", mtls.ErrToken)
	}
	return token, nil
}
