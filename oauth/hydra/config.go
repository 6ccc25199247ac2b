package hydra

import (
	"cmp"
	"log/slog"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/internal/fetch"
)

// Defaults of [Config].
const (
	// DefaultAdminTimeout bounds each request except introspection.
	DefaultAdminTimeout = 10 * time.Second
	// DefaultIntrospectTimeout bounds the answer to one Verify, retry included.
	DefaultIntrospectTimeout = 2 * time.Second
)

// Config says where Hydra is and how to talk to it. The zero value of every
// field but the two URLs is a sensible default.
type Config struct {
	// AdminURL is the base of the admin API, without "/admin".
	AdminURL string
	// PublicURL is the base of the public API: token endpoint and discovery.
	PublicURL string
	// HTTPClient carries the requests; nil is [NewHTTPClient]. Whatever its
	// settings, redirects are not followed: a token would leak to their target.
	HTTPClient *http.Client
	// AdminTimeout bounds one request of any kind but introspection.
	AdminTimeout time.Duration
	// IntrospectTimeout bounds one introspection, retry included.
	IntrospectTimeout time.Duration
	// Now is the clock, time.Now if nil.
	Now func() time.Time
	// Logger takes what an operator should know, nothing if nil.
	Logger *slog.Logger

	calls fetch.Client // over HTTPClient
}

// NewHTTPClient returns the HTTP client used when [Config] names none. It
// follows the rule for proxies that all authorities have (HTTPS_PROXY, NO_PROXY;
// plain http never goes to a proxy, which would see client secrets) and expands
// no compressed answers.
func NewHTTPClient() *http.Client {
	t := fetch.NewTransport(nil)
	t.MaxIdleConnsPerHost, t.MaxConnsPerHost = 32, 128
	return &http.Client{Transport: t}
}

// withDefaults returns a copy with every field set, and whether its HTTP
// client belongs to the caller alone.
func (c Config) withDefaults() (_ Config, ownsClient bool) {
	c.AdminTimeout = cmp.Or(c.AdminTimeout, DefaultAdminTimeout)
	c.IntrospectTimeout = cmp.Or(c.IntrospectTimeout, DefaultIntrospectTimeout)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.HTTPClient == nil {
		c.HTTPClient, ownsClient = NewHTTPClient(), true
	} else if c.HTTPClient.Transport == nil { // would be one with another rule for proxies
		client := *c.HTTPClient
		client.Transport = NewHTTPClient().Transport
		c.HTTPClient, ownsClient = &client, true
	}
	c.calls = fetch.NewClient(c.HTTPClient)
	return c, ownsClient
}
