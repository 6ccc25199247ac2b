package fetch_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/fetch"
)

func environment(t *testing.T, https, no string) {
	t.Helper()
	for _, name := range []string{"https_proxy", "no_proxy", "http_proxy", "ALL_PROXY", "REQUEST_METHOD"} {
		t.Setenv(name, "")
	}
	t.Setenv("HTTP_PROXY", "http://never.example:1")
	t.Setenv("HTTPS_PROXY", https)
	t.Setenv("NO_PROXY", no)
}

func TestProxyRule(t *testing.T) {
	environment(t, "http://proxy.example:3128", "direct.example,10.0.0.0/8,.internal,other.example:444")
	for target, proxied := range map[string]bool{
		"https://issuer.example":     true,
		"https://203.0.113.7:9000":   true,
		"https://[2001:db8::1]":      true,
		"http://hydra.example:4444":  false, // a proxy would read the secrets
		"https://direct.example":     false,
		"https://a.direct.example":   false,
		"https://10.1.2.3":           false,
		"https://hydra.internal":     false,
		"https://other.example":      true,
		"https://other.example:444":  false,
		"https://localhost:9000":     false,
		"https://LOCALHOST":          false,
		"https://localhost.":         false,
		"https://ca.localhost":       false,
		"https://127.0.0.1":          false,
		"https://127.8.9.10:1":       false,
		"https://[::1]:9000":         false,
		"https://[::ffff:127.0.0.1]": false,
		"https://0.0.0.0:9000":       false,
		"https://localhost.example":  true,
		"https://127.0.0.1.example":  true,
	} {
		u, err := url.Parse(target)
		if err != nil {
			t.Fatal(err)
		}
		p, err := fetch.ProxyFromEnvironment()
		if err != nil {
			t.Fatal(err)
		}
		if proxy, err := p.For(u); err != nil || (proxy != nil) != proxied {
			t.Errorf("%s: %v, %v", target, proxy, err)
		}
	}
}

// TestProxyThatIsNone: who sets a proxy does not want to do without it.
func TestProxyThatIsNone(t *testing.T) {
	for _, value := range []string{"http://user:hunter2@bad:port", "ftp://hunter2.example", "http://", "http://a.example/hunter2", "http://a.example?hunter2", "://hunter2", "hunter2 x"} {
		environment(t, value, "")
		p, err := fetch.ProxyFromEnvironment()
		if !errors.Is(err, fetch.ErrProxy) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", value, err)
		}
		if proxy, err := p.For(&url.URL{Scheme: "https", Host: "issuer.example"}); !errors.Is(err, fetch.ErrProxy) || proxy != nil {
			t.Errorf("%s: a call goes without it: %v, %v", value, proxy, err)
		}
	}
	for _, value := range []string{"", "proxy.example:3128", "http://user:pw@proxy.example:3128/", "https://proxy.example", "socks5://proxy.example:1080"} {
		environment(t, value, "")
		if _, err := fetch.ProxyFromEnvironment(); err != nil {
			t.Errorf("%s: %v", value, err)
		}
	}
}
