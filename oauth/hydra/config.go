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
}

// NewHTTPClient returns the HTTP client used when [Config] names none. It
// follows the rule for proxies that all authorities have (HTTPS_PROXY, NO_PROXY;
// plain http never goes to a proxy, which would see client secrets), follows no
// redirects and expands no compressed answers.
func NewHTTPClient() *http.Client {
	t := fetch.NewTransport(nil)
	t.MaxIdleConnsPerHost, t.MaxConnsPerHost = 32, 128
	return &http.Client{Transport: t, CheckRedirect: refuseRedirect}
}

func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

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
		c.HTTPClient = NewHTTPClient()
		return c, true
	}
	client := *c.HTTPClient
	client.CheckRedirect = refuseRedirect
	if client.Transport == nil { // would be one with another rule for proxies
		client.Transport = NewHTTPClient().Transport
		ownsClient = true
	}
	c.HTTPClient = &client
	return c, ownsClient
}
