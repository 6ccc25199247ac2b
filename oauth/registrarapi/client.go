package registrarapi

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/fetch"
)

// Config says which registrar is asked, and by whom.
type Config struct {
	// URL is where the registrar is: https, without a path.
	URL string
	// Registrar is its DID, the audience of every request. It has to follow from the
	// key with which the registrar signs.
	Registrar did.DID
	// UnboundKeys is true where the registrar's word is enough for a key from which
	// the DID does not follow.
	UnboundKeys bool
	// DID and Key are the agent's.
	DID did.DID
	Key *did.KeyPair
	// HTTPClient carries the requests. Its transport has to verify that the
	// registrar answers: nothing here does, but for the signature of a key.
	HTTPClient *http.Client
	// Streams carries what lasts; nil is HTTPClient. Its transport has to verify the same,
	// and should open a connection for each: one that is dead is left with its stream.
	Streams *http.Client
	// Timeout bounds one request but an introspection, retry included.
	Timeout time.Duration
	// Rand is the source of nonces; nil is crypto/rand.
	Rand io.Reader
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Client asks a registrar. It owns no goroutine and keeps no answer; its methods may
// be called concurrently.
type Client struct {
	cfg            Config
	calls, streams fetch.Client
}

// errConfig: a program made a configuration that says nothing.
var errConfig = errors.New("registrarapi: URL, DIDs, key, HTTP client and time are needed")

// New returns a client. It speaks to nobody.
func New(cfg Config) (*Client, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, errConfig
	}
	if cfg.Registrar.IsZero() || cfg.DID.IsZero() || cfg.Key == nil || cfg.HTTPClient == nil || cfg.Timeout <= 0 {
		return nil, errConfig
	}
	cfg.URL = strings.TrimRight(cfg.URL, "/")
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Streams == nil {
		cfg.Streams = cfg.HTTPClient
	}
	return &Client{cfg: cfg, calls: fetch.NewClient(cfg.HTTPClient), streams: fetch.NewClient(cfg.Streams)}, nil
}

// Close closes the connections that are not in use.
func (c *Client) Close() {
	c.cfg.HTTPClient.CloseIdleConnections()
	c.cfg.Streams.CloseIdleConnections()
}
