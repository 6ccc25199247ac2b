package hydra

import (
	"errors"
	"net/http"
	"testing"
)

func TestNoProxyFromTheEnvironment(t *testing.T) {
	for name, given := range map[string]*http.Client{"none given": nil, "one without transport": {}} {
		cfg, owned := Config{HTTPClient: given}.withDefaults()
		transport, ok := cfg.HTTPClient.Transport.(*http.Transport)
		if !ok || transport.Proxy != nil || !owned {
			t.Errorf("%s: %T, owned %v", name, cfg.HTTPClient.Transport, owned)
		}
	}
}

func TestGivenClientIsNotChanged(t *testing.T) {
	given := &http.Client{Transport: http.DefaultTransport}
	cfg, owned := Config{HTTPClient: given}.withDefaults()
	if given.CheckRedirect != nil || cfg.HTTPClient.Transport != given.Transport || owned {
		t.Error("the given client was changed or is closed with us")
	}
	if err := cfg.HTTPClient.CheckRedirect(nil, nil); !errors.Is(err, http.ErrUseLastResponse) {
		t.Errorf("redirects: %v", err)
	}
}
