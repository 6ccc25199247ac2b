package library_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"time"
)

// issuer plays the OIDC provider that callers have their tokens from.
type issuer struct {
	*httptest.Server
	key *ecdsa.PrivateKey
}

const audience = "https://agents.example.com"

func newIssuer() *issuer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	i := &issuer{key: key}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	mux.HandleFunc("GET /keys", i.keys)
	mux.HandleFunc("POST /token", i.token)
	i.Server = httptest.NewTLSServer(mux)
	return i
}

func (i *issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{"issuer": i.URL, "jwks_uri": i.URL + "/keys", "token_endpoint": i.URL + "/token"})
}

func (i *issuer) keys(w http.ResponseWriter, _ *http.Request) {
	point, err := i.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		panic(err)
	}
	answer(w, map[string]any{"keys": []any{map[string]any{
		"kty": "EC", "crv": "P-256", "kid": "1", "alg": "ES256", "use": "sig", "x": base64url(point[1:33]), "y": base64url(point[33:]),
	}}})
}

// token gives each client a token with its name as its DID; one that is used for
// anything looks the client and its secret up.
func (i *issuer) token(w http.ResponseWriter, r *http.Request) {
	if r.PostFormValue("client_secret") != "secret" {
		http.Error(w, `{"error":"invalid_client"}`, http.StatusUnauthorized)
		return
	}
	answer(w, map[string]any{"access_token": i.sign(r.PostFormValue("client_id")), "token_type": "Bearer", "expires_in": 300})
}

func (i *issuer) sign(client string) string {
	now := time.Now()
	header := encode(map[string]any{"alg": "ES256", "kid": "1", "typ": "at+jwt"})
	signed := header + "." + encode(map[string]any{
		"iss": i.URL, "sub": client, "client_id": client, "did": client, "aud": audience, "scope": "agent:read agent:write",
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	})
	digest := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, i.key, digest[:])
	if err != nil {
		panic(err)
	}
	return signed + "." + base64url(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
}

// rootFile writes who vouches for the issuer, as AUTH__ISSUER_CA_FILE names it.
func (i *issuer) rootFile(path string) error {
	root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.Certificate().Raw})
	return os.WriteFile(path, root, 0o600)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(err)
	}
}

func encode(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprint("a token: ", err))
	}
	return base64url(raw)
}

func base64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
