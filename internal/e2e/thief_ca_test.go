package e2e

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// What a thief tries at step-ca, and at the webhook in its place.

// sign asks step-ca for a certificate, in both spellings of the path.
func (f *thief) sign(token, request string, more map[string]any) (a answer) {
	body := map[string]any{"csr": request, "ott": token}
	for name, value := range more {
		body[name] = value
	}
	for _, path := range []string{"/1.0/sign", "/sign"} {
		if a = f.ask(f.ca, unsigned("POST", path, body)); a.status == 201 {
			return a
		}
	}
	return a
}

func (f *thief) certificateOfVictim() {
	victim := f.victim.String()
	theirs := f.tokenFor(credentials(victim, f.chosen, "step-ca", ""))
	for _, token := range []string{theirs, f.received, f.assertion(f.victim)} {
		key := f.newKey()
		f.announceOwn(key)
		f.ask(f.registrarOr(), f.signed(f.victim, "PUT", registrationPath(victim)+"/tls-key", mediaJSON, f.announcement(key)))
		f.sign(token, f.request(key, victim, f.names(f.victim)), nil)
	}
}

// certificateWithMore brings its own tokens, each of which would be one certificate, with
// requests for other names.
func (f *thief) certificateWithMore() {
	victim, mine := f.victim.String(), f.did.String()
	both := append(f.names(f.did), f.names(f.victim)...)
	key := f.newKey()
	f.announceOwn(key)
	for _, request := range []string{
		f.request(key, victim, f.names(f.victim)), f.request(key, mine, both), f.request(key, victim, nil), f.request(key, mine, f.names(f.did), "localhost", "registrar", victim),
	} {
		f.sign(f.own(), request, nil)
		f.sign(f.own(), request, map[string]any{"templateData": map[string]any{"sans": []string{victim}, "SANs": []string{victim}, "subject": map[string]any{"commonName": victim}}})
		f.sign(f.own(), request, map[string]any{"notBefore": time.Now().Add(time.Hour).Format(time.RFC3339), "notAfter": time.Now().Add(2 * time.Hour).Format(time.RFC3339)})
	}
}

func (f *thief) renewWithMore() {
	for _, path := range []string{"/renew", "/1.0/renew", "/re-sign", "/1.0/re-sign", "/rekey", "/1.0/rekey"} {
		key := f.newKey()
		body := map[string]any{"csr": f.request(key, f.victim.String(), f.names(f.victim))}
		f.ask(f.ca, unsigned("POST", path, body))
		f.ask(f.ca, unsigned("POST", path, body).with("Authorization", "Bearer "+f.own()))
		f.askBare(f.ca, unsigned("POST", path, body).with("Authorization", "Bearer "+f.own()))
		f.askBare(f.ca, unsigned("POST", path, body).with("Authorization", "Bearer "+f.renewal(path)))
	}
}

// renewal is a token by which step-ca renews certificates without TLS, ended ones
// included: the certificate's own key signs it.
func (f *thief) renewal(path string) string {
	f.t.Helper()
	key, ok := f.certificate.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		f.t.Fatalf("the certificate's key is a %T", f.certificate.PrivateKey)
	}
	part := func(v any) string { return base64.RawURLEncoding.EncodeToString(object(v)) }
	now := time.Now().Unix()
	text := part(map[string]any{"alg": "ES256", "typ": "JWT", "x5cInsecure": f.certificate.Certificate}) + "." + part(map[string]any{
		"iss": "step-ca-client/1.0", "sub": f.did.String(), "aud": []string{f.ca + path}, "iat": now, "nbf": now, "exp": now + 60, "jti": fmt.Sprint(time.Now().UnixNano()),
	})
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		f.t.Fatal(err)
	}
	size := (key.Params().BitSize + 7) / 8
	signature := append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...)
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func (f *thief) otherWaysOfCA() {
	key := f.newKey()
	request := f.request(key, f.victim.String(), f.names(f.victim), "registrar")
	for _, path := range []string{
		"/ssh/sign", "/ssh/renew", "/ssh/rekey", "/admin/provisioners", "/admin/admins", "/acme/acme/new-order", "/acme/hydra/new-account", "/scep/scep", "/sign-intermediate", "/revoke",
	} {
		for _, prefix := range []string{"", "/1.0"} {
			for _, token := range []string{f.own(), f.received} {
				f.ask(f.ca, unsigned("POST", prefix+path, map[string]any{
					"csr": request, "ott": token, "serial": f.serial, "passive": true, "reasonCode": 1, "certType": "user", "principals": []string{f.victim.String()},
				}).with("Authorization", token))
			}
		}
	}
}

// askWebhook asks the registrar for its word, as step-ca does.
func (f *thief) askWebhook() {
	if f.webhook == "" {
		return
	}
	u, err := url.Parse(f.webhook)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, of := range []did.DID{f.did, f.victim, f.self} {
		m := unsigned("POST", u.Path, f.question(of))
		f.ask(f.webhook, m)
		f.askBare(f.webhook, m)
		f.ask(f.registrarOr(), m)
	}
}

// question is like what step-ca asks about a certificate.
func (f *thief) question(of did.DID) json.RawMessage {
	leaf := f.leaf()
	return object(map[string]any{
		"timestamp": time.Now().UTC().Format(time.RFC3339Nano),
		"x509Certificate": map[string]any{
			"version": 0, "subject": map[string]any{"commonName": of.String()}, "sans": []any{map[string]any{"type": "uri", "value": f.issuer + "#" + of.String()}},
			"notBefore": leaf.NotBefore.Format(time.RFC3339), "notAfter": leaf.NotAfter.Format(time.RFC3339), "publicKey": leaf.RawSubjectPublicKeyInfo,
			"publicKeyAlgorithm": "ECDSA", "keyUsage": []string{"digitalSignature"}, "extKeyUsage": []string{"serverAuth", "clientAuth"},
		},
	})
}
