package oidc_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/oidctest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/oidc"
)

// b64 encodes one segment of a token.
func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// row is one hostile token: want nil means that it must be accepted.
type row struct {
	name   string
	token  func(w world) string
	change func(*oidc.Config)
	want   error
}

func minted(changes map[string]any) func(world) string {
	return func(w world) string { return w.issuer.Mint(claims(changes)) }
}

func withHeader(header map[string]any) func(world) string {
	return func(w world) string { return w.issuer.MintWith(header, claims(nil)) }
}

// TestHostile shows what each hostile token gets. The numbers are those of the
// list of hostile inputs that the whole project is tested with.
func TestHostile(t *testing.T) {
	groups := map[string][]row{
		"027_auth_malformed":      malformedRows(),
		"032_token_expired":       expiryRows(),
		"033_token_not_yet_valid": futureRows(),
		"034_035_token_audience":  audienceRows(),
		"038_token_use":           useRows(),
		"039_token_issuer":        issuerRows(),
		"040_client_not_did":      didRows(),
		"044_045_token_alg":       algorithmRows(),
	}
	for name, rows := range groups {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			for _, r := range rows {
				t.Run(r.name, func(t *testing.T) { r.run(t, w) })
			}
		})
	}
}

func (r row) run(t *testing.T, w world) {
	v := w.verifier
	if r.change != nil {
		v = w.newVerifier(t, r.change)
	}
	fetches := w.issuer.Keys.Requests()
	got, err := v.Verify(t.Context(), r.token(w))
	if !errors.Is(err, r.want) || (r.want == nil) != (err == nil) {
		t.Errorf("Verify: %v, want %v", err, r.want)
	}
	if err != nil && (got.ClientID != "" || got.Scopes != nil || got.Extra != nil) {
		t.Errorf("claims beside an error: %+v", got)
	}
	if n := w.issuer.Keys.Requests(); n != fetches {
		t.Errorf("the token caused %d fetches of keys", n-fetches)
	}
}

func malformedRows() []row {
	good := func(w world) string { return w.issuer.Mint(claims(nil)) }
	raw := func(header, payload string) func(world) string {
		return func(w world) string {
			return oidctest.SignRaw(w.issuer.T(), w.issuer.Key(), []byte(header), []byte(payload))
		}
	}
	const header = `{"alg":"RS256","kid":"key-1"}`
	edit := func(f func(string) string) func(world) string { return func(w world) string { return f(good(w)) } }
	return []row{
		{name: "good token", token: good},
		{name: "empty", token: func(world) string { return "" }, want: oauth.ErrMalformed},
		{name: "dots only", token: func(world) string { return ".." }, want: oauth.ErrMalformed},
		{name: "opaque token", token: func(world) string { return "ory_at_8d2b" }, want: oauth.ErrMalformed},
		{name: "four segments", token: edit(func(s string) string { return s + "." }), want: oauth.ErrMalformed},
		{name: "five segments, encrypted", token: edit(func(s string) string { return s + ".YQ.YQ" }), want: oauth.ErrMalformed},
		{name: "one byte too long", token: minted(map[string]any{"pad": strings.Repeat("x", oidc.DefaultMaxTokenBytes)}), want: oauth.ErrMalformed},
		{name: "one megabyte", token: func(world) string { return strings.Repeat("a.", 1<<19) }, want: oauth.ErrMalformed},
		{name: "padding", token: edit(func(s string) string { return s + "==" }), want: oauth.ErrMalformed},
		{name: "line end inside", token: edit(func(s string) string { return s[:5] + "\n" + s[5:] }), want: oauth.ErrMalformed},
		{name: "space before", token: edit(func(s string) string { return " " + s }), want: oauth.ErrMalformed},
		{name: "standard base64 letters", token: edit(func(s string) string { return "+/" + s[2:] }), want: oauth.ErrMalformed},
		{name: "stray bits at the end", token: edit(strayBits), want: oauth.ErrMalformed},
		{name: "duplicate header name", token: raw(`{"alg":"none","alg":"RS256","kid":"key-1"}`, `{}`), want: oauth.ErrMalformed},
		{name: "duplicate claim", token: raw(header, `{"iss":"https://issuer.example","iss":"https://issuer.example"}`), want: oauth.ErrMalformed},
		{name: "duplicate claim by escape", token: raw(header, `{"iss":"a","i\u0073s":"b"}`), want: oauth.ErrMalformed},
		{name: "duplicate claim in a nested object", token: raw(header, `{"a":{"b":1,"b":2}}`), want: oauth.ErrMalformed},
		{name: "data after the header", token: raw(header+`{}`, `{}`), want: oauth.ErrMalformed},
		{name: "data after the payload", token: raw(header, `{} x`), want: oauth.ErrMalformed},
		{name: "header is an array", token: raw(`["RS256"]`, `{}`), want: oauth.ErrMalformed},
		{name: "payload is a string", token: raw(header, `"x"`), want: oauth.ErrMalformed},
		{name: "payload is null", token: raw(header, `null`), want: oauth.ErrMalformed},
		{name: "payload is empty", token: raw(header, ``), want: oauth.ErrMalformed},
		{name: "payload is not UTF-8", token: raw(header, "{\"iss\":\"\xff\"}"), want: oauth.ErrMalformed},
		{name: "byte order mark", token: raw(header, "\ufeff{}"), want: oauth.ErrMalformed},
		{name: "lone surrogate", token: raw(header, `{"iss":"\ud800"}`), want: oauth.ErrMalformed},
		{name: "nested 65 deep", token: raw(header, `{"a":`+strings.Repeat("[", 64)+strings.Repeat("]", 64)+`}`), want: oauth.ErrMalformed},
		{name: "nested 2000 deep", token: raw(header, `{"a":`+strings.Repeat("[", 2000)+strings.Repeat("]", 2000)+`}`), want: oauth.ErrMalformed},
		{name: "nested 64 deep is allowed", token: func(w world) string {
			return w.issuer.Mint(claims(map[string]any{"a": json.RawMessage(strings.Repeat("[", 63) + strings.Repeat("]", 63))}))
		}},
		{name: "crit", token: withHeader(map[string]any{"crit": []string{"exp"}}), want: oauth.ErrMalformed},
		{name: "empty crit", token: withHeader(map[string]any{"crit": []string{}}), want: oauth.ErrMalformed},
		{name: "crit null", token: withHeader(map[string]any{"crit": json.RawMessage("null")}), want: oauth.ErrMalformed},
		{name: "unencoded payload", token: withHeader(map[string]any{"b64": false}), want: oauth.ErrMalformed},
		{name: "key id is a number", token: withHeader(map[string]any{"kid": 1}), want: oauth.ErrMalformed},
		{name: "key id is empty", token: withHeader(map[string]any{"kid": ""}), want: oauth.ErrMalformed},
		{name: "key id of 4 KiB", token: withHeader(map[string]any{"kid": strings.Repeat("k", 4096)}), want: oauth.ErrMalformed},
		{name: "claim names in other case", token: func(w world) string {
			return w.issuer.Mint(claims(map[string]any{"iss": nil, "ISS": testIssuer}))
		}, want: oauth.ErrIssuer},
		{name: "signature missing", token: edit(func(s string) string { return s[:strings.LastIndexByte(s, '.')+1] }), want: oauth.ErrSignature},
		{name: "signature of another token", token: func(w world) string {
			a, b := good(w), w.issuer.Mint(claims(map[string]any{"azp": "other"}))
			return b[:strings.LastIndexByte(b, '.')] + a[strings.LastIndexByte(a, '.'):]
		}, want: oauth.ErrSignature},
	}
}

// strayBits sets bits in the last letter that decode to nothing: another spelling
// of the same signature.
func strayBits(token string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, token[len(token)-1])
	return token[:len(token)-1] + string(alphabet[last|1])
}

func expiryRows() []row {
	exp := func(v any) func(world) string { return minted(map[string]any{"exp": v, "iat": nil}) }
	number := func(s string) func(world) string { return exp(json.RawMessage(s)) }
	fixed := time.Now().Truncate(time.Second)
	at := func(c *oidc.Config) { c.Now = func() time.Time { return fixed } }
	return []row{
		{name: "in the past", token: exp(fixed.Add(-time.Minute).Unix()), want: oauth.ErrExpired},
		{name: "equal to now", token: exp(fixed.Unix()), change: at, want: oauth.ErrExpired},
		{name: "one second from now", token: exp(fixed.Unix() + 1), change: at},
		{name: "in the past by less than the leeway", token: exp(fixed.Unix() - 1), change: func(c *oidc.Config) {
			at(c)
			c.Issuers[0].Leeway = time.Minute
		}, want: oauth.ErrExpired},
		{name: "missing", token: exp(nil), want: oauth.ErrExpired},
		{name: "null", token: number("null"), want: oauth.ErrExpired},
		{name: "negative", token: exp(-1), want: oauth.ErrExpired},
		{name: "zero", token: exp(0), want: oauth.ErrExpired},
		{name: "string", token: exp("2000000000"), want: oauth.ErrMalformed},
		{name: "array", token: exp([]int{2000000000}), want: oauth.ErrMalformed},
		{name: "true", token: exp(true), want: oauth.ErrMalformed},
		{name: "1e308", token: number("1e308"), want: oauth.ErrMalformed},
		{name: "1e400", token: number("1e400"), want: oauth.ErrMalformed},
		{name: "fraction", token: exp(float64(fixed.Unix()) + 60.5)},
	}
}

func futureRows() []row {
	in := func(claim string, d time.Duration) func(world) string {
		return minted(map[string]any{claim: time.Now().Add(d).Unix()})
	}
	lenient := func(c *oidc.Config) { c.Issuers[0].Leeway = time.Minute }
	return []row{
		{name: "nbf in two minutes", token: in("nbf", 2*time.Minute), change: lenient, want: oauth.ErrNotYetValid},
		{name: "nbf in half a minute", token: in("nbf", 30*time.Second), change: lenient},
		{name: "nbf in half a minute without leeway", token: in("nbf", 30*time.Second), want: oauth.ErrNotYetValid},
		{name: "iat in two minutes", token: in("iat", 2*time.Minute), change: lenient, want: oauth.ErrNotYetValid},
		{name: "iat missing", token: minted(map[string]any{"iat": nil})},
		{name: "nbf is a string", token: minted(map[string]any{"nbf": "0"}), want: oauth.ErrMalformed},
	}
}

func audienceRows() []row {
	aud := func(v any) func(world) string { return minted(map[string]any{"aud": v}) }
	noCA := func(c *oidc.Config) { c.Issuers[0].RefusedAudiences = []string{"step-ca"} }
	anyButCA := func(c *oidc.Config) {
		noCA(c)
		c.Issuers[0].Audiences, c.Issuers[0].AllowedClients = nil, []string{"poet"}
	}
	return []row{
		{name: "of the certificate authority only", token: aud("step-ca"), want: oauth.ErrAudience},
		{name: "of the certificate authority too", token: aud([]string{testAudience, "step-ca"}), change: noCA, want: oauth.ErrAudience},
		{name: "of the certificate authority, where the client decides", token: aud([]string{"step-ca"}), change: anyButCA, want: oauth.ErrAudience},
		{name: "of another agent", token: aud("https://other.example"), want: oauth.ErrAudience},
		{name: "with a slash more", token: aud(testAudience + "/"), want: oauth.ErrAudience},
		{name: "empty string", token: aud(""), want: oauth.ErrAudience},
		{name: "empty array", token: aud([]string{}), want: oauth.ErrAudience},
		{name: "missing", token: aud(nil), want: oauth.ErrAudience},
		{name: "null", token: aud(json.RawMessage("null")), want: oauth.ErrAudience},
		{name: "number", token: aud(7), want: oauth.ErrMalformed},
		{name: "array with a number", token: aud([]any{testAudience, 7}), want: oauth.ErrMalformed},
		{name: "string", token: aud(testAudience)},
		{name: "array", token: aud([]string{"x", testAudience})},
		{name: "client not allowed", token: minted(nil), change: func(c *oidc.Config) {
			c.Issuers[0].AllowedClients = []string{"painter"}
		}, want: oauth.ErrAudience},
		{name: "client allowed takes the place of the audience", token: aud(nil), change: func(c *oidc.Config) {
			c.Issuers[0].Audiences, c.Issuers[0].AllowedClients = nil, []string{"poet"}
		}},
	}
}

func useRows() []row {
	return []row{
		{name: "nonce", token: minted(map[string]any{"nonce": "n"}), want: oauth.ErrTokenUse},
		{name: "at_hash", token: minted(map[string]any{"at_hash": "h"}), want: oauth.ErrTokenUse},
		{name: "c_hash null", token: minted(map[string]any{"c_hash": json.RawMessage("null")}), want: oauth.ErrTokenUse},
		{name: "logout token", token: minted(map[string]any{"events": map[string]any{}}), want: oauth.ErrTokenUse},
		{name: "bound to a key", token: minted(map[string]any{"cnf": map[string]any{"jkt": "x"}}), want: oauth.ErrTokenUse},
		{name: "token_use id", token: minted(map[string]any{"token_use": "id"}), want: oauth.ErrTokenUse},
		{name: "token_use is a number", token: minted(map[string]any{"token_use": 1}), want: oauth.ErrTokenUse},
		{name: "token_use access", token: minted(map[string]any{"token_use": "access"})},
		{name: "typ claim ID", token: minted(map[string]any{"typ": "ID"}), want: oauth.ErrTokenUse},
		{name: "typ claim Refresh", token: minted(map[string]any{"typ": "Refresh"}), want: oauth.ErrTokenUse},
		{name: "typ claim Bearer", token: minted(map[string]any{"typ": "Bearer"})},
		{name: "typ header id_token", token: withHeader(map[string]any{"typ": "id_token"}), want: oauth.ErrTokenUse},
		{name: "typ header dpop+jwt", token: withHeader(map[string]any{"typ": "dpop+jwt"}), want: oauth.ErrTokenUse},
		{name: "typ header logout+jwt", token: withHeader(map[string]any{"typ": "logout+jwt"}), want: oauth.ErrTokenUse},
		{name: "typ header at+jwt", token: withHeader(map[string]any{"typ": "at+jwt"})},
		{name: "typ header application/AT+JWT", token: withHeader(map[string]any{"typ": "application/AT+JWT"})},
		{name: "typ header absent", token: withHeader(map[string]any{"typ": nil})},
		{name: "JWT where at+jwt is wanted", token: minted(nil), change: func(c *oidc.Config) {
			c.Issuers[0].Types = []string{"at+jwt"}
		}, want: oauth.ErrTokenUse},
	}
}

func issuerRows() []row {
	iss := func(v any) func(world) string { return minted(map[string]any{"iss": v}) }
	return []row{
		{name: "another", token: iss("https://evil.example"), want: oauth.ErrIssuer},
		{name: "with a slash more", token: iss(testIssuer + "/"), want: oauth.ErrIssuer},
		{name: "in other case", token: iss("https://ISSUER.example"), want: oauth.ErrIssuer},
		{name: "missing", token: iss(nil), want: oauth.ErrIssuer},
		{name: "array", token: iss([]string{testIssuer}), want: oauth.ErrIssuer},
		{name: "signed by another issuer that is trusted too", token: func(w world) string {
			key := oidctest.NewKey(w.issuer.T(), "key-1", "ES256") // same key id, other key
			return oidctest.SignRaw(w.issuer.T(), key, []byte(`{"alg":"ES256","kid":"key-1"}`), mustJSON(claims(nil)))
		}, change: func(c *oidc.Config) { c.Issuers[0].Algorithms = []string{"RS256", "ES256"} }, want: oauth.ErrUnknownKey},
	}
}

func didRows() []row {
	claim := func(c *oidc.Config) { c.Issuers[0].DIDClaim = "did" }
	did := func(v any) func(world) string { return minted(map[string]any{"did": v}) }
	return []row{
		{name: "number", token: did(1), change: claim, want: oauth.ErrMissingClaim},
		{name: "not a DID", token: did("poet"), change: claim, want: oauth.ErrMissingClaim},
		{name: "with a slash", token: did("did:bindu:a/b"), change: claim, want: oauth.ErrMissingClaim},
		{name: "with a fragment", token: did("did:bindu:a#k"), change: claim, want: oauth.ErrMissingClaim},
		{name: "too long", token: did("did:bindu:" + strings.Repeat("a", 512)), change: claim, want: oauth.ErrMissingClaim},
		{name: "line end", token: did("did:bindu:a\n"), change: claim, want: oauth.ErrMissingClaim},
		{name: "none names nobody", token: did(nil), change: claim},
		{name: "good", token: did("did:bindu:a:b:c"), change: claim},
		{name: "client claim is a number", token: minted(map[string]any{"client_id": 7}), want: oauth.ErrMalformed},
		{name: "no client at all", token: minted(map[string]any{"azp": nil, "sub": nil}), want: oauth.ErrMissingClaim},
	}
}

func algorithmRows() []row {
	none := func(alg string) func(world) string {
		return func(world) string {
			return b64(`{"alg":"`+alg+`","kid":"key-1"}`) + "." + b64(string(mustJSON(claims(nil)))) + "."
		}
	}
	rows := []row{
		{name: "alg missing", token: withHeader(map[string]any{"alg": nil}), want: oauth.ErrAlgorithm},
		{name: "alg null", token: withHeader(map[string]any{"alg": json.RawMessage("null")}), want: oauth.ErrAlgorithm},
		{name: "alg lower case", token: withHeader(map[string]any{"alg": "rs256"}), want: oauth.ErrAlgorithm},
		{name: "not configured", token: withHeader(map[string]any{"alg": "RS512"}), want: oauth.ErrAlgorithm},
		{name: "not configured, for keys of the same type", token: withHeader(map[string]any{"alg": "PS256"}), want: oauth.ErrAlgorithm},
		{name: "configured, but not what the issuer published the key for", token: withHeader(map[string]any{"alg": "PS256"}), change: func(c *oidc.Config) {
			c.Issuers[0].Algorithms = []string{"RS256", "PS256"}
		}, want: oauth.ErrUnknownKey},
		{name: "alg none, unknown issuer", token: func(world) string {
			return b64(`{"alg":"none"}`) + "." + b64(`{"iss":"https://evil.example"}`) + "."
		}, want: oauth.ErrAlgorithm},
	}
	for _, alg := range []string{"none", "None", "nOnE", "NONE", ""} {
		rows = append(rows, row{name: "alg " + alg, token: none(alg), want: oauth.ErrAlgorithm})
	}
	for form, secret := range publicKeyForms {
		rows = append(rows, row{name: "HS256 with the public key as " + form, want: oauth.ErrAlgorithm, token: func(w world) string {
			input := b64(`{"alg":"HS256","kid":"key-1"}`) + "." + b64(string(mustJSON(claims(nil))))
			mac := hmac.New(sha256.New, secret(w.issuer.Key()))
			mac.Write([]byte(input))
			return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
		}})
	}
	return rows
}

// publicKeyForms are the bytes in which an attacker may take the public key for a
// shared secret.
var publicKeyForms = map[string]func(*oidctest.Key) []byte{
	"PEM": func(k *oidctest.Key) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der(k.Private.Public())})
	},
	"DER": func(k *oidctest.Key) []byte { return der(k.Private.Public()) },
	"JWK": func(k *oidctest.Key) []byte { return mustJSON(k.Public) },
}

func der(public crypto.PublicKey) []byte {
	data, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		panic(err)
	}
	return data
}

func mustJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}
