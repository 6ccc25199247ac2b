package oidctest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// Issuer is one authority of a [Server].
type Issuer struct {
	// URL is the iss claim, exactly.
	URL string
	// JWKSURI and TokenURL are the addresses that discovery names.
	JWKSURI, TokenURL string
	// Discovery, Keys and Tokens are the endpoints, for counting and failing.
	Discovery, Keys, Tokens Endpoint

	t testing.TB

	mu      sync.Mutex
	keys    []*Key // published; the last one signs
	clients map[string]*Client
}

// Client is registered at an issuer's token endpoint.
type Client struct {
	ID, Secret string
	// Lifetime of its tokens; 0: one hour. Negative: the answer has no expires_in.
	Lifetime time.Duration
	// Audiences it may ask for; empty: any.
	Audiences []string
	// Claims are added to its tokens.
	Claims map[string]any
}

// Issuer adds an issuer with one RS256 key. URL "" stands for the address of the
// server itself; JWKSURI "" for URL/.well-known/jwks.json.
func (s *Server) Issuer(url, jwksURI string) *Issuer {
	s.t.Helper()
	if url == "" {
		url = s.URL()
	}
	base := strings.TrimSuffix(url, "/")
	if jwksURI == "" {
		jwksURI = base + "/.well-known/jwks.json"
	}
	i := &Issuer{
		URL: url, JWKSURI: jwksURI, TokenURL: base + "/oauth/token",
		t: s.t, clients: make(map[string]*Client),
		keys: []*Key{NewKey(s.t, "key-1", "RS256")},
	}
	i.Discovery.normal = http.HandlerFunc(i.serveDiscovery)
	i.Keys.normal = http.HandlerFunc(i.serveKeys)
	i.Tokens.normal = http.HandlerFunc(i.serveTokens)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issuers = append(s.issuers, i)
	return i
}

// T is the test that the issuer belongs to.
func (i *Issuer) T() testing.TB { return i.t }

// SetKeys replaces the published keys; the last one signs.
func (i *Issuer) SetKeys(keys ...*Key) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = keys
}

// Key is the key that signs.
func (i *Issuer) Key() *Key {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.keys[len(i.keys)-1]
}

// Register adds a client to the token endpoint.
func (i *Issuer) Register(c Client) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.clients[c.ID] = &c
}

// JWKS is the published key set.
func (i *Issuer) JWKS() []byte {
	i.mu.Lock()
	defer i.mu.Unlock()
	public := make([]map[string]any, 0, len(i.keys))
	for _, k := range i.keys {
		public = append(public, k.Public)
	}
	return marshal(i.t, map[string]any{"keys": public})
}

// Mint signs claims with the signing key under the usual header.
func (i *Issuer) Mint(claims map[string]any) string {
	i.t.Helper()
	return i.MintWith(nil, claims)
}

// MintWith is Mint with header values of the test's choice; a nil value removes
// the parameter.
func (i *Issuer) MintWith(header, claims map[string]any) string {
	i.t.Helper()
	k := i.Key()
	full := map[string]any{"alg": k.Algorithm, "typ": "JWT", "kid": k.ID}
	for name, v := range header {
		if full[name] = v; v == nil {
			delete(full, name)
		}
	}
	return SignRaw(i.t, k, marshal(i.t, full), marshal(i.t, claims))
}

// SignRaw signs a header and a payload that need not be JSON.
func SignRaw(t testing.TB, k *Key, header, payload []byte) string {
	t.Helper()
	input := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(payload)
	return input + "." + base64.RawURLEncoding.EncodeToString(k.sign(t, k.Algorithm, input))
}

func (i *Issuer) serveDiscovery(w http.ResponseWriter, _ *http.Request) {
	writeJSON(i.t, w, http.StatusOK, map[string]any{
		"issuer": i.URL, "jwks_uri": i.JWKSURI, "token_endpoint": i.TokenURL,
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

func (i *Issuer) serveKeys(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(i.JWKS())
}

func writeJSON(t testing.TB, w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(marshal(t, v))
}

func marshal(t testing.TB, v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		t.Errorf("oidctest: %v", err)
	}
	return data
}
