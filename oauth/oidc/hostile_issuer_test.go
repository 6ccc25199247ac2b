package oidc_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/oidctest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/oidc"
)

// TestHostileHeaderKeys shows that a key or an address in the token's header is
// never used.
func TestHostileHeaderKeys(t *testing.T) {
	w := newWorld(t, nil)
	asked := false
	w.issuer.Discovery.Fail(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	evil := oidctest.NewKey(t, "key-1", "RS256")
	for _, header := range []map[string]any{
		{"jwk": evil.Public},
		{"jku": testIssuer + "/.well-known/openid-configuration"},
		{"x5u": testIssuer + "/.well-known/openid-configuration"},
		{"x5c": []string{"MIIB"}},
	} {
		full := map[string]any{"alg": "RS256", "kid": "key-1"}
		for name, v := range header {
			full[name] = v
		}
		token := oidctest.SignRaw(t, evil, mustJSON(full), mustJSON(claims(nil)))
		if _, err := w.verifier.Verify(t.Context(), token); !errors.Is(err, oauth.ErrSignature) {
			t.Errorf("%v: %v, want ErrSignature", header, err)
		}
	}
	if asked {
		t.Error("an address from a header was fetched")
	}
}

// TestHostile047Rotation is row 47: a new key id is fetched once, for all who wait.
func TestHostile047Rotation(t *testing.T) {
	w := newWorld(t, nil)
	fetched := w.issuer.Keys.Requests()
	w.issuer.SetKeys(w.issuer.Key(), oidctest.NewKey(t, "key-2", "RS256"))
	token := w.issuer.Mint(claims(nil))
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := w.verifier.Verify(t.Context(), token); err != nil {
				t.Errorf("Verify after the rotation: %v", err)
			}
		})
	}
	wg.Wait()
	if n := w.issuer.Keys.Requests() - fetched; n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
}

// TestHostile048KidFlood is row 48.
func TestHostile048KidFlood(t *testing.T) {
	w := newWorld(t, nil)
	fetched := w.issuer.Keys.Requests()
	good := w.issuer.Mint(claims(nil))
	payload := b64(string(mustJSON(claims(nil))))
	var wg sync.WaitGroup
	for worker := range 20 {
		wg.Go(func() {
			for n := range 500 {
				token := b64(fmt.Sprintf(`{"alg":"RS256","kid":"%d-%d"}`, worker, n)) + "." + payload + ".AA"
				if _, err := w.verifier.Verify(t.Context(), token); !errors.Is(err, oauth.ErrUnknownKey) {
					t.Errorf("Verify: %v, want ErrUnknownKey", err)
					return
				}
			}
		})
	}
	wg.Wait()
	if n := w.issuer.Keys.Requests() - fetched; n > 1 {
		t.Errorf("10,000 unknown key ids caused %d fetches within 30 s, want at most 1", n)
	}
	if _, err := w.verifier.Verify(t.Context(), good); err != nil {
		t.Errorf("a good token after the flood: %v", err)
	}
}

// TestHostileIssuer shows a verifier against an issuer that misbehaves at boot.
func TestHostileIssuer(t *testing.T) {
	elsewhere := oidctest.Redirect("https://elsewhere.example/keys")
	for name, c := range map[string]struct {
		discovery, keys http.Handler
		want            error
	}{
		"keys redirect":              {keys: elsewhere, want: oauth.ErrUnavailable},
		"discovery redirects":        {discovery: oidctest.Redirect("https://elsewhere.example/.well-known/openid-configuration"), want: oauth.ErrUnavailable},
		"keys redirect to plaintext": {keys: oidctest.Redirect("http://issuer.example/jwks.json"), want: oauth.ErrUnavailable},
		"keys 500":                   {keys: oidctest.Status(500), want: oauth.ErrUnavailable},
		"keys 429":                   {keys: oidctest.Status(429), want: oauth.ErrUnavailable},
		"keys 204":                   {keys: oidctest.Status(204), want: oauth.ErrUnavailable},
		"keys dropped":               {keys: oidctest.Drop(), want: oauth.ErrUnavailable},
		"keys hang":                  {keys: oidctest.Hang(), want: oauth.ErrUnavailable},
		"discovery hangs":            {discovery: oidctest.Hang(), want: oauth.ErrUnavailable},
		"keys as HTML":               {keys: oidctest.Body("text/html", `{"keys":[]}`), want: oauth.ErrInvalidResponse},
		"keys without content type":  {keys: oidctest.Body("", `{"keys":[]}`), want: oauth.ErrInvalidResponse},
		"keys garbage":               {keys: oidctest.Body("application/json", `<html>`), want: oauth.ErrInvalidResponse},
		"keys empty answer":          {keys: oidctest.Body("application/json", ``), want: oauth.ErrInvalidResponse},
		"keys array":                 {keys: oidctest.Body("application/json", `[]`), want: oauth.ErrInvalidResponse},
		"keys null":                  {keys: oidctest.Body("application/json", `{"keys":null}`), want: oauth.ErrInvalidResponse},
		"keys none":                  {keys: oidctest.Body("application/json", `{"keys":[]}`), want: oauth.ErrInvalidResponse},
		"keys twice":                 {keys: oidctest.Body("application/json", `{"keys":[],"keys":[]}`), want: oauth.ErrInvalidResponse},
		"keys deep":                  {keys: oidctest.Body("application/json", `{"keys":`+strings.Repeat("[", 1e5)), want: oauth.ErrInvalidResponse},
		"keys huge":                  {keys: oidctest.Huge(64 << 20), want: oauth.ErrInvalidResponse},
		"discovery huge":             {discovery: oidctest.Huge(64 << 20), want: oauth.ErrInvalidResponse},
		"issuer mismatch":            {discovery: metadata(`"issuer":"https://evil.example","jwks_uri":"https://issuer.example/.well-known/jwks.json"`), want: oauth.ErrInvalidResponse},
		"issuer with a slash":        {discovery: metadata(`"issuer":"https://issuer.example/","jwks_uri":"https://issuer.example/.well-known/jwks.json"`), want: oauth.ErrInvalidResponse},
		"keys over plaintext":        {discovery: metadata(`"issuer":"https://issuer.example","jwks_uri":"http://issuer.example/.well-known/jwks.json"`), want: oauth.ErrInvalidResponse},
		"keys from a file":           {discovery: metadata(`"issuer":"https://issuer.example","jwks_uri":"file:///etc/passwd"`), want: oauth.ErrInvalidResponse},
		"keys address missing":       {discovery: metadata(`"issuer":"https://issuer.example"`), want: oauth.ErrInvalidResponse},
	} {
		t.Run(name, func(t *testing.T) {
			server := oidctest.NewServer(t)
			issuer := server.Issuer(testIssuer, "")
			issuer.Discovery.Fail(c.discovery)
			issuer.Keys.Fail(c.keys)
			other := server.Issuer("https://elsewhere.example", "https://elsewhere.example/keys") // good keys
			timeout := time.Minute
			if strings.Contains(name, "hang") {
				timeout = 50 * time.Millisecond
			}
			v, err := oidc.New(t.Context(), oidc.Config{
				Issuers:    []oidc.Issuer{{Issuer: testIssuer, Audiences: []string{testAudience}}},
				HTTPClient: server.Client(), FetchTimeout: timeout,
			})
			if !errors.Is(err, c.want) {
				t.Errorf("New: %v, want %v", err, c.want)
			}
			if v != nil {
				t.Error("a verifier came with the error")
			}
			if other.Keys.Requests() != 0 {
				t.Error("a redirect was followed")
			}
		})
	}
}

func metadata(members string) http.Handler {
	return oidctest.Body("application/json", "{"+members+"}")
}

// TestHostileHugeAnswer bounds the memory that an endless answer takes.
func TestHostileHugeAnswer(t *testing.T) {
	w := newWorld(t, nil)
	w.issuer.Keys.Fail(oidctest.Huge(1 << 30))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	token := w.issuer.MintWith(map[string]any{"kid": "new"}, claims(nil))
	if _, err := w.verifier.Verify(t.Context(), token); !errors.Is(err, oauth.ErrInvalidResponse) {
		t.Errorf("Verify: %v, want ErrInvalidResponse", err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
		t.Errorf("allocated %d MiB for an answer that is cut at 1 MiB", grown>>20)
	}
}

// TestUntrustedCertificate shows that an issuer whose TLS certificate does not
// verify is not believed.
func TestUntrustedCertificate(t *testing.T) {
	server, other := oidctest.NewServer(t), oidctest.NewServer(t)
	issuer := server.Issuer("", "")
	_, err := oidc.New(t.Context(), oidc.Config{
		Issuers:    []oidc.Issuer{{Issuer: issuer.URL, Audiences: []string{testAudience}}},
		HTTPClient: other.TrustingClientFor(server),
	})
	if !errors.Is(err, oauth.ErrUnavailable) {
		t.Errorf("New: %v, want ErrUnavailable", err)
	}
	if n := issuer.Discovery.Requests() + issuer.Keys.Requests(); n != 0 {
		t.Errorf("%d requests were sent over the untrusted connection", n)
	}
}

// TestErrorsHoldNoToken keeps parts of a refused token out of errors.
func TestErrorsHoldNoToken(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issuer.Mint(claims(map[string]any{"aud": "other"}))
	for _, bad := range []string{token, token + "x", token[:len(token)-4] + "AAAA", "x" + token, token + "." + token} {
		_, err := w.verifier.Verify(t.Context(), bad)
		if err == nil {
			t.Fatal("accepted")
		}
		for segment := range strings.SplitSeq(token, ".") {
			if bytes.Contains([]byte(err.Error()), []byte(segment)) {
				t.Errorf("the error holds a segment of the token: %v", err)
			}
		}
	}
}
