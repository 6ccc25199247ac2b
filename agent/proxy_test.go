package agent

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/oauth/oidc"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// TestAuthoritiesAreAskedThroughTheProxy: Hydra, the issuers and step-ca follow
// one rule, and what is on this machine is never asked for through a proxy;
// neither are peers, wherever they are.
func TestAuthoritiesAreAskedThroughTheProxy(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.Host)
		w.WriteHeader(http.StatusForbidden)
	}))
	defer proxy.Close()
	for _, name := range []string{"https_proxy", "no_proxy", "HTTP_PROXY", "http_proxy"} {
		t.Setenv(name, "")
	}
	t.Setenv("HTTPS_PROXY", proxy.URL)
	t.Setenv("NO_PROXY", "")
	for _, c := range []struct {
		domain string
		want   []string
	}{
		{".example", []string{"ca.example:443", "hydra.example:443", "issuer.example:443", "keys.example:443"}},
		{".localhost:1", nil},
	} {
		mu.Lock()
		asked = nil
		mu.Unlock()
		askAll(t, c.domain)
		mu.Lock()
		slices.Sort(asked)
		if got := slices.Compact(asked); !slices.Equal(got, c.want) {
			t.Errorf("%s: the proxy was asked for %q, want %q", c.domain, got, c.want)
		}
		mu.Unlock()
	}
}

// askAll has each client ask; all of them fail.
func askAll(t *testing.T, domain string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	fails := func(what string, err error) {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	_, err := hydra.Discover(ctx, hydra.Config{AdminURL: "https://hydra" + domain, PublicURL: "https://hydra" + domain})
	fails("Hydra", err)
	_, err = oidc.New(ctx, oidc.Config{Issuers: []oidc.Issuer{{
		Issuer: "https://issuer" + domain, JWKSURI: "https://keys" + domain + "/jwks", Audiences: []string{"me"}, Algorithms: []string{"RS256"}, DIDClaim: "did",
	}}})
	fails("the issuer's keys", err)
	source, err := oidc.NewClientCredentials(oidc.ClientCredentialsConfig{TokenURL: "https://issuer" + domain, ClientID: "c", ClientSecret: "s"})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	_, err = source.Token(ctx, "a")
	fails("the issuer's tokens", err)
	d, err := did.Parse("did:example:a")
	if err != nil {
		t.Fatal(err)
	}
	enroller, err := stepca.New(stepca.Config{
		CAURL: "https://ca" + domain, RootURL: "https://ca" + domain + "/roots.pem", Audience: "step-ca", HTTPTimeout: time.Minute, Fingerprint: strings.Repeat("ab", 32), DID: d, Issuer: "https://hydra.example",
		Token: func(context.Context) (string, error) { return "t", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = enroller.Enrol(ctx)
	fails("step-ca", err)
	fails("a peer", askPeer(ctx, t, d, "https://127.0.0.1:1"))
}

func askPeer(ctx context.Context, t *testing.T, d did.DID, address string) error {
	t.Helper()
	key, err := did.KeyPairFromSeed(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	client, err := peer.New(peer.Config{DID: d, Key: key, DialTimeout: time.Minute, RequestTimeout: time.Minute, Token: func(context.Context) (string, error) { return "t", nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_, err = client.Discover(ctx, address, did.DID{})
	return err
}
