package hydra

import (
	"errors"
	"net/http"
	"testing"
)

// TestOneRuleForProxies: a client of ours and one without a transport follow
// HTTPS_PROXY as every authority's does; plain http never goes to a proxy.
func TestOneRuleForProxies(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://proxy.example:3128")
	t.Setenv("HTTP_PROXY", "http://proxy.example:3128")
	t.Setenv("NO_PROXY", "direct.example")
	for name, given := range map[string]*http.Client{"none given": nil, "one without transport": {}} {
		cfg, owned := Config{HTTPClient: given}.withDefaults()
		transport, ok := cfg.HTTPClient.Transport.(*http.Transport)
		if !ok || !owned {
			t.Fatalf("%s: %T, owned %v", name, cfg.HTTPClient.Transport, owned)
		}
		for address, proxied := range map[string]bool{
			"https://hydra.example": true, "http://hydra.example": false, "https://direct.example": false,
			"https://127.0.0.1:4444": false, "https://localhost:4444": false,
		} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
			if err != nil {
				t.Fatal(err)
			}
			if proxy, err := transport.Proxy(req); err != nil || (proxy != nil) != proxied {
				t.Errorf("%s, %s: proxy %v, %v", name, address, proxy, err)
			}
		}
	}
}

func TestGivenClientIsNotChanged(t *testing.T) {
	given := &http.Client{Transport: http.DefaultTransport}
	cfg, owned := Config{HTTPClient: given}.withDefaults()
	if given.CheckRedirect != nil || cfg.HTTPClient.Transport != given.Transport || owned {
		t.Error("the given client was changed or is closed with us")
	}
	if err := cfg.calls.Bounded(1).CheckRedirect(nil, nil); !errors.Is(err, http.ErrUseLastResponse) {
		t.Errorf("redirects: %v", err)
	}
}
