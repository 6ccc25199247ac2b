package fetch

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// ErrProxy: HTTPS_PROXY is not the address of a proxy. The text leaves the
// value out, which may hold a password.
var ErrProxy = errors.New("HTTPS_PROXY is not the URL of a proxy, such as http://proxy.example.com:3128; correct it, or unset it")

// Proxy is the rule for calls of authorities: Hydra, step-ca and the issuers of
// tokens. HTTPS_PROXY names a proxy and NO_PROXY the hosts that are reached
// without it, as usual. What differs from the usual: plain http never goes to a
// proxy, which would read the secrets in it, and this machine is never asked
// for by way of another.
type Proxy struct {
	choose func(*url.URL) (*url.URL, error)
}

// ProxyFromEnvironment reads HTTPS_PROXY and NO_PROXY, or the same in small
// letters. Errors: [ErrProxy], beside a rule that fails every call.
func ProxyFromEnvironment() (*Proxy, error) {
	env := httpproxy.FromEnvironment()
	if !isProxy(env.HTTPSProxy) {
		return &Proxy{func(*url.URL) (*url.URL, error) { return nil, ErrProxy }}, ErrProxy
	}
	return &Proxy{(&httpproxy.Config{HTTPSProxy: env.HTTPSProxy, NoProxy: env.NoProxy}).ProxyFunc()}, nil
}

// isProxy is stricter than the library, which goes without a proxy where it
// cannot read the address of one.
func isProxy(text string) bool {
	if text == "" {
		return true
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	return err == nil && u.Hostname() != "" && strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == "" &&
		slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme)
}

// For returns the proxy for a URL, nil for none. Errors: [ErrProxy].
func (p *Proxy) For(target *url.URL) (*url.URL, error) {
	if target.Scheme != "https" || isLoopback(target.Hostname()) {
		return nil, nil
	}
	proxy, err := p.choose(target)
	if err != nil {
		return nil, ErrProxy
	}
	return proxy, nil
}

func (p *Proxy) forRequest(r *http.Request) (*url.URL, error) { return p.For(r.URL) }

// isLoopback reports whether host is this machine by its very spelling:
// localhost and the names below it (RFC 6761 section 6.3), or a loopback address.
// Other names are not looked up.
func isLoopback(host string) bool {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && (ip.Unmap().IsLoopback() || ip.Unmap().IsUnspecified())
}
