package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/oidctest"
)

// tokenCase is a token and what becomes of it on the wire.
type tokenCase struct {
	name   string
	token  func() string
	status int
	code   int
	reason string // "" is admitted
}

func TestEndToEndTokensOfAnIssuer(t *testing.T) {
	w, caller := newWorld(t), newOutsider(t, "poet")
	a := launch(t, "callee", w.settings(t, map[string]string{"DID__PINNED_KEYS": caller.pin(), "AUTH__LEEWAY": "10s"}), nil).await().awaitReady()
	now := time.Now().Unix()
	mint := func(changes map[string]any) func() string {
		return func() string { return w.issuer.Mint(caller.claims(w.issuer, changes)) }
	}
	tests := []tokenCase{
		{"a good token", mint(nil), 200, 0, ""},
		{"035_audience in an array", mint(map[string]any{"aud": []string{"https://other.example", tokenAudience}}), 200, 0, ""},
		{"026_no token", func() string { return "" }, 401, -31401, "auth_missing"},
		{"not a JWT", func() string { return "ory_at_opaque.opaque" }, 401, -31402, "token_malformed"},
		{"032_expired", mint(map[string]any{"exp": now - 1}), 401, -31404, "token_expired"},
		{"032_expires now", mint(map[string]any{"exp": now}), 401, -31404, "token_expired"},
		{"032_without exp", mint(map[string]any{"exp": nil}), 401, -31404, "token_expired"},
		{"032_exp null", mint(map[string]any{"exp": json.RawMessage("null")}), 401, -31404, "token_expired"},
		{"032_exp negative", mint(map[string]any{"exp": -1}), 401, -31404, "token_expired"},
		{"032_exp a string", mint(map[string]any{"exp": "tomorrow"}), 401, -31402, "token_malformed"},
		{"032_exp 1e308", mint(map[string]any{"exp": json.RawMessage("1e308")}), 401, -31402, "token_malformed"},
		{"033_not yet valid", mint(map[string]any{"nbf": now + 90}), 401, -31402, "token_not_yet_valid"},
		{"034_for the certificate authority", mint(map[string]any{"aud": "step-ca"}), 401, -31402, "token_audience"},
		{"034_for it and for us", mint(map[string]any{"aud": []string{tokenAudience, "step-ca"}}), 401, -31402, "token_audience"},
		{"035_for another agent", mint(map[string]any{"aud": "https://other.example"}), 401, -31402, "token_audience"},
		{"035_for nobody", mint(map[string]any{"aud": []string{}}), 401, -31402, "token_audience"},
		{"036_permission missing", mint(map[string]any{"scope": "agent:writer agent:* agent:read"}), 403, -31403, "scope_insufficient"},
		{"038_an ID token", mint(map[string]any{"nonce": "n-1", "at_hash": "x"}), 401, -31402, "token_use"},
		{"039_another issuer", mint(map[string]any{"iss": "https://login.example/"}), 401, -31402, "token_issuer"},
		{"039_a slash more", mint(map[string]any{"iss": w.issuer.URL + "/"}), 401, -31402, "token_issuer"},
		{"040_no DID", mint(map[string]any{didClaim: nil}), 403, -31406, "client_not_did"},
		{"042_another's DID", mint(map[string]any{didClaim: newOutsider(t, "critic").did.String()}), 403, -31406, "did_mismatch"},
		{"changed after signing", func() string {
			return strings.Join([]string{strings.Split(mint(nil)(), ".")[0], payload(t, caller.claims(w.issuer, map[string]any{"sub": "root"})), strings.Split(mint(nil)(), ".")[2]}, ".")
		}, 401, -31402, "token_signature"},
		{"048_unknown key", func() string {
			return w.issuer.MintWith(map[string]any{"kid": "no-such-key"}, caller.claims(w.issuer, nil))
		}, 401, -31402, "token_kid"},
		{"algorithm not allowed", func() string {
			return oidctest.SignRaw(t, oidctest.NewKey(t, "key-1", "ES256"), []byte(`{"alg":"ES256","kid":"key-1"}`), []byte(decoded(t, payload(t, caller.claims(w.issuer, nil)))))
		}, 401, -31402, "token_alg"},
	}
	for _, alg := range []string{"none", "None", "nOnE", "NONE"} {
		tests = append(tests, tokenCase{"044_alg " + alg, func() string {
			return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"alg":%q}`, alg)) + "." + payload(t, caller.claims(w.issuer, nil)) + "."
		}, 401, -31402, "token_alg"})
	}
	for form, secret := range publicKeyForms(t, w.issuer.Key()) {
		tests = append(tests, tokenCase{"045_HS256 with the public key as " + form, func() string {
			signed := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","kid":"key-1"}`)) + "." + payload(t, caller.claims(w.issuer, nil))
			mac := hmac.New(sha256.New, secret)
			mac.Write([]byte(signed))
			return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
		}, 401, -31402, "token_alg"})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			token := tt.token()
			got := post(t, sign(t, caller.proofs(token, a), a))
			if got.status != tt.status || got.Error.Code != tt.code || got.Error.Data.Reason != tt.reason {
				t.Fatalf("want %d %d %q, got %d %s", tt.status, tt.code, tt.reason, got.status, got.body)
			}
			checkRefusal(t, got, tt.reason, token)
		})
	}
	if a.log.has(w.issuer.Mint(caller.claims(w.issuer, nil))[:40]) {
		t.Error("a token is in the log")
	}

	t.Run("027_028_header forms", func(t *testing.T) {
		for _, header := range []string{"Basic dXNlcjpwYXNz", "Bearer", "Bearer  " + mint(nil)(), "Bearer\t" + mint(nil)(), "Bearer " + mint(nil)() + " x"} {
			r := sign(t, caller.proofs("", a), a)
			r.Header.Set("Authorization", header)
			if got := post(t, r); got.status != 401 || got.Error.Data.Reason != "auth_malformed" || got.challenge != `Bearer error="invalid_request"` {
				t.Errorf("%.12q: %d %q %s", header, got.status, got.challenge, got.body)
			}
		}
		r := sign(t, caller.proofs(mint(nil)(), a), a)
		r.Header.Add("Authorization", "Bearer "+mint(nil)())
		if got := post(t, r); got.status != 400 || got.Error.Data.Reason != "duplicate_header" {
			t.Errorf("two tokens: %d %s", got.status, got.body)
		}
	})
}

// checkRefusal wants the challenge of RFC 6750 with a 401, and a hint with every refusal.
func checkRefusal(t *testing.T, got refusal, reason, token string) {
	t.Helper()
	want := ""
	switch {
	case reason == "auth_missing":
		want = "Bearer"
	case got.status == http.StatusUnauthorized:
		want = `Bearer error="invalid_token"`
	case reason == "scope_insufficient":
		want = `Bearer error="insufficient_scope", scope="agent:write"`
	}
	if got.challenge != want {
		t.Errorf("WWW-Authenticate is %q, want %q", got.challenge, want)
	}
	if reason != "" && got.Error.Data.Hint == "" {
		t.Errorf("no hint: %s", got.body)
	}
	if token != "" && strings.Contains(got.body, token) {
		t.Error("the answer repeats the token")
	}
}

func payload(t *testing.T, claims map[string]any) string {
	t.Helper()
	return base64.RawURLEncoding.EncodeToString([]byte(mustJSON(t, claims)))
}

func decoded(t *testing.T, segment string) string {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// publicKeyForms is what a careless verifier would take for an HMAC secret.
func publicKeyForms(t *testing.T, k *oidctest.Key) map[string][]byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(k.Private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"DER": der,
		"PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}),
		"JWK": []byte(mustJSON(t, k.Public)),
	}
}

func TestEndToEndKeysOfAnIssuer(t *testing.T) {
	w, caller := newWorld(t), newOutsider(t, "poet")
	a := launch(t, "callee", w.settings(t, map[string]string{"DID__PINNED_KEYS": caller.pin()}), nil).await().awaitReady()
	send := func(t *testing.T, token string) refusal {
		t.Helper()
		return post(t, sign(t, caller.proofs(token, a), a))
	}

	t.Run("047_rotated keys are fetched once", func(t *testing.T) {
		w.issuer.SetKeys(w.issuer.Key(), oidctest.NewKey(t, "key-2", "RS256"))
		before := w.issuer.Keys.Requests()
		token := w.issuer.Mint(caller.claims(w.issuer, nil))
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if got := send(t, token); got.status != http.StatusOK {
					t.Errorf("%d %s", got.status, got.body)
				}
			})
		}
		wg.Wait()
		if n := w.issuer.Keys.Requests() - before; n != 1 {
			t.Errorf("fetched %d times", n)
		}
	})

	t.Run("048_a flood of unknown kids", func(t *testing.T) {
		before := w.issuer.Keys.Requests()
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				token := w.issuer.MintWith(map[string]any{"kid": fmt.Sprint("random-", i)}, caller.claims(w.issuer, nil))
				if got := send(t, token); got.Error.Data.Reason != "token_kid" {
					t.Errorf("%d %s", got.status, got.body)
				}
			})
		}
		wg.Wait()
		if n := w.issuer.Keys.Requests() - before; n > 1 {
			t.Errorf("fetched %d times", n)
		}
	})
}
