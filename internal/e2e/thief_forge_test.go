package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/url"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

const (
	mediaJSON = "application/json"
	mediaForm = "application/x-www-form-urlencoded"
)

// signed is a message to the registrar that names as as its signer and that the thief's
// key signs, which is all that it can sign with.
func (f *thief) signed(as did.DID, method, target, media string, body []byte) rawRequest {
	return f.signedWith(f.key, as, method, target, media, body)
}

func (f *thief) signedWith(key *did.KeyPair, as did.DID, method, target, media string, body []byte) rawRequest {
	f.t.Helper()
	r := signature.Request{DID: as, Timestamp: time.Now().Unix(), Body: body, Audience: f.self, Method: method, Target: target, ContentType: media}
	h, err := signature.SignHeader(key, signature.Octets1, r, nil)
	if err != nil { // there is no signature for such a target: that for another goes along
		r.Target = registrationPath(f.victim.String())
		h, err = signature.SignHeader(key, signature.Octets1, r, nil)
	}
	if err != nil {
		f.t.Fatal(err)
	}
	m := rawRequest{method: method, target: target, body: body}
	for name, values := range h {
		m = m.with(name, values[0])
	}
	if media != "" {
		m = m.with("Content-Type", media)
	}
	return m
}

// object is the JSON of a body.
func object(of any) []byte {
	data, err := json.Marshal(of)
	if err != nil {
		panic(err)
	}
	return data
}

// registration is a body that names a key and the secret that the thief wants.
func (f *thief) registration(key, secret string) map[string]any {
	return map[string]any{"publicKey": key, "clientSecret": secret, "name": "thief", "url": "https://thief.example", "enrolmentToken": f.enrolment}
}

// ownKey is the thief's public key in base58.
func (f *thief) ownKey() string { return did.EncodePublicKey(f.key.PublicKey()) }

// posted is a form.
func posted(target string, form url.Values) rawRequest {
	return rawRequest{method: "POST", target: target, body: []byte(form.Encode())}.with("Content-Type", mediaForm)
}

// unsigned is a body of JSON without any signature.
func unsigned(method, target string, body any) rawRequest {
	return rawRequest{method: method, target: target, body: object(body)}.with("Content-Type", mediaJSON)
}

// credentials are a form that asks Hydra for a token.
func credentials(client, secret, audience, scope string) url.Values {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {client}, "client_secret": {secret}}
	for name, value := range map[string]string{"audience": audience, "scope": scope} {
		if value != "" {
			form.Set(name, value)
		}
	}
	return form
}

// tokenFor asks Hydra for a token and returns it, "" for none.
func (f *thief) tokenFor(form url.Values) string {
	var got struct {
		Token string `json:"access_token"`
	}
	_ = json.Unmarshal([]byte(f.ask(f.hydraPublic, posted("/oauth2/token", form)).body), &got) // no JSON is no token
	return got.Token
}

// own is a token of the thief's for step-ca.
func (f *thief) own() string {
	return f.tokenFor(credentials(f.did.String(), f.secret, "step-ca", ""))
}

// request is a certificate request that wants names beside or in place of its own.
func (f *thief) request(key *ecdsa.PrivateKey, common string, names []*url.URL, hosts ...string) string {
	f.t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: pkix.Name{CommonName: common}, URIs: names, DNSNames: hosts,
	}, key)
	if err != nil {
		f.t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
}

func (f *thief) newKey() *ecdsa.PrivateKey {
	f.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.t.Fatal(err)
	}
	return key
}

// announcement is the body that announces a TLS key.
func (f *thief) announcement(key *ecdsa.PrivateKey) []byte {
	f.t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		f.t.Fatal(err)
	}
	return fmt.Appendf(nil, `{"tlsKey":"%x"}`, sha256.Sum256(der))
}

// announceOwn announces a key as the thief's agent does.
func (f *thief) announceOwn(key *ecdsa.PrivateKey) answer {
	return f.ask(f.registrarOr(), f.signed(f.did, "PUT", registrationPath(f.did.String())+"/tls-key", mediaJSON, f.announcement(key)))
}

func registrationPath(d string) string { return "/v1/clients/" + d }
