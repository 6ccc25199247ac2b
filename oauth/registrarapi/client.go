package registrarapi

import (
	"crypto/ed25519"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/fetch"
)

// Config says which registrar is asked, and by whom.
type Config struct {
	// URL is where the registrar is: https, without a path.
	URL string
	// Registrar is its DID, the audience of every request.
	Registrar did.DID
	// RegistrarKey is its key where an operator names it. Nil is the key from which
	// its DID follows.
	RegistrarKey ed25519.PublicKey
	// UnboundKeys is true where the registrar's word is enough for a key from which
	// the DID does not follow.
	UnboundKeys bool
	// DID and Key are the agent's.
	DID did.DID
	Key *did.KeyPair
	// HTTPClient carries the requests. Its transport has to verify that the
	// registrar answers: nothing here does, but for the signature of a key.
	HTTPClient *http.Client
	// Timeout bounds one request but an introspection, retry included.
	Timeout time.Duration
	// Rand is the source of nonces; nil is crypto/rand.
	Rand io.Reader
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Client asks a registrar. It owns no goroutine and keeps no answer but the
// registrar's own key; its methods may be called concurrently.
type Client struct {
	cfg   Config
	calls fetch.Client
	key   atomic.Pointer[ed25519.PublicKey] // the registrar's, once it is known
}

// errConfig: a program made a configuration that says nothing.
var errConfig = errors.New("registrarapi: URL, DIDs, key, HTTP client and time are needed")

// New returns a client. It speaks to nobody.
func New(cfg Config) (*Client, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, errConfig
	}
	if cfg.Registrar.IsZero() || cfg.DID.IsZero() || cfg.Key == nil || cfg.HTTPClient == nil || cfg.Timeout <= 0 ||
		cfg.RegistrarKey != nil && len(cfg.RegistrarKey) != ed25519.PublicKeySize {
		return nil, errConfig
	}
	cfg.URL = strings.TrimRight(cfg.URL, "/")
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c := &Client{cfg: cfg, calls: fetch.NewClient(cfg.HTTPClient)}
	if cfg.RegistrarKey != nil {
		c.key.Store(&cfg.RegistrarKey)
	}
	return c, nil
}

// Close closes the connections that are not in use.
func (c *Client) Close() { c.cfg.HTTPClient.CloseIdleConnections() }
