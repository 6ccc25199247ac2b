package webhook_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/registrar/webhook"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// real is the real Hydra and the real step-ca, which asks our webhook.
type real struct {
	*testing.T
	*authoritytest.Authority
	registry *registry
	client   *http.Client
	server   *http.Server
	serving  sync.WaitGroup
	mu       sync.Mutex
	reasons  []webhook.Reason
	onAnswer func(webhook.Decision)
}

func startReal(t *testing.T) *real {
	t.Helper()
	if testing.Short() {
		t.Skip("needs the real Hydra and step-ca")
	}
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &real{T: t, registry: newRegistry()}
	r.Authority = authoritytest.Start(t, authoritytest.Options{Webhook: "https://" + ln.Addr().String() + webhook.Path})
	r.client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: r.roots()}}}
	r.serve(ln)
	t.Cleanup(r.stopServing)
	return r
}

func (r *real) roots() *x509.CertPool {
	r.T.Helper()
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, r.CAURL+"/roots.pem", http.NoBody)
	if err != nil {
		r.Fatal(err)
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		r.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		r.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(data)
	return pool
}

// serve opens the webhook as a registrar does.
func (r *real) serve(ln net.Listener) {
	r.T.Helper()
	u, err := url.Parse(r.CAURL)
	if err != nil {
		r.Fatal(err)
	}
	h, err := webhook.New(webhook.Config{
		Registry: r.registry, Issuer: r.HydraPublic, CAHost: u.Hostname(), Self: itself, Listed: []did.DID{carol}, Decided: r.decided,
	})
	if err != nil {
		r.Fatal(err)
	}
	certificate, key := r.WebhookFiles()
	roots := r.roots()
	config, _, err := webhook.NewTLS(webhook.TLSConfig{CertFile: certificate, KeyFile: key, Host: "127.0.0.1", Roots: func() *x509.CertPool { return roots }})
	if err != nil {
		r.Fatal(err)
	}
	r.server = &http.Server{Handler: h, TLSConfig: config, ReadHeaderTimeout: time.Minute}
	r.serving.Go(func() { _ = r.server.ServeTLS(ln, "", "") })
}

func (r *real) stopServing() {
	_ = r.server.Close()
	r.serving.Wait()
}

func (r *real) decided(d webhook.Decision) {
	r.mu.Lock()
	r.reasons = append(r.reasons, d.Reason)
	react := r.onAnswer
	r.mu.Unlock()
	if react != nil {
		react(d)
	}
}

// said returns what was decided since the last call.
func (r *real) said() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	said := fmt.Sprint(r.reasons)
	r.reasons = nil
	return said
}

const secret = "a-secret-for-tests-only"

// put writes a client at Hydra's admin API, as nobody but the registrar should.
func (r *real) put(d did.DID, secret string) {
	r.T.Helper()
	document, err := json.Marshal(map[string]any{
		"client_id": d.String(), "client_secret": secret, "grant_types": []string{"client_credentials"}, "audience": []string{"step-ca"},
		"token_endpoint_auth_method": "client_secret_post", "access_token_strategy": "jwt",
	})
	if err != nil {
		r.Fatal(err)
	}
	for _, try := range []struct{ method, path string }{
		{http.MethodPut, "/admin/clients/" + url.PathEscape(d.String())}, {http.MethodPost, "/admin/clients"},
	} {
		req, err := http.NewRequestWithContext(r.Context(), try.method, r.HydraAdmin+try.path, bytes.NewReader(document))
		if err != nil {
			r.Fatal(err)
		}
		resp, err := r.client.Do(req)
		if err != nil {
			r.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode/100 == 2 {
			return
		}
	}
	r.Fatal("the client cannot be written")
}

func (r *real) token(d did.DID, secret string) string {
	r.T.Helper()
	resp, err := r.client.PostForm(r.HydraPublic+"/oauth2/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {d.String()}, "client_secret": {secret}, "audience": {"step-ca"},
	})
	if err != nil {
		r.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.AccessToken == "" {
		r.Fatalf("token: %s, %v", resp.Status, err)
	}
	return answer.AccessToken
}

func (r *real) newKey() *ecdsa.PrivateKey {
	r.T.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		r.Fatal(err)
	}
	return key
}

// announce lets the registry know a key.
func (r *real) announce(d did.DID, key *ecdsa.PrivateKey) {
	r.T.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		r.Fatal(err)
	}
	r.registry.change(func() { r.registry.announced[d] = sha256.Sum256(der) })
}

// signingRequest is one with names that step-ca must not take.
func (r *real) signingRequest(key *ecdsa.PrivateKey) string {
	r.T.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{"ca.test"}}, key)
	if err != nil {
		r.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
}

// sign asks step-ca for a certificate.
func (r *real) sign(key *ecdsa.PrivateKey, token string) (int, *tls.Certificate) {
	r.T.Helper()
	return r.ask(r.client, "/1.0/sign", key, map[string]string{"csr": r.signingRequest(key), "ott": token})
}

func (r *real) ask(client *http.Client, path string, key *ecdsa.PrivateKey, body map[string]string) (int, *tls.Certificate) {
	r.T.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		r.Fatal(err)
	}
	req, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), http.MethodPost, r.CAURL+path, bytes.NewReader(data))
	if err != nil {
		r.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		r.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Chain []string `json:"certChain"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		r.Fatal(err)
	}
	if resp.StatusCode != http.StatusCreated {
		return resp.StatusCode, nil
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		r.Fatal(err)
	}
	pair, err := tls.X509KeyPair([]byte(strings.Join(answer.Chain, "")), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	if err != nil {
		r.Fatal(err)
	}
	return resp.StatusCode, &pair
}

// wantRefused fails unless step-ca refuses, after these decisions.
func (r *real) wantRefused(what string, key *ecdsa.PrivateKey, token, reasons string) {
	r.T.Helper()
	if status, _ := r.sign(key, token); status != http.StatusForbidden {
		r.Errorf("%s: %d, want 403", what, status)
	}
	if said := r.said(); said != reasons {
		r.Errorf("%s: %s, want %s", what, said, reasons)
	}
}

// wantIssued fails unless step-ca issues a certificate of the DID.
func (r *real) wantIssued(what string, d did.DID, key *ecdsa.PrivateKey, reasons string) *tls.Certificate {
	r.T.Helper()
	status, pair := r.sign(key, r.token(d, secret))
	if said := r.said(); status != http.StatusCreated || said != reasons {
		r.Fatalf("%s: %d after %s, want 201 after %s", what, status, said, reasons)
	}
	got, err := mtls.PeerDID(&tls.ConnectionState{PeerCertificates: []*x509.Certificate{pair.Leaf}}, r.HydraPublic)
	if err != nil || got != d || len(pair.Leaf.DNSNames) != 0 {
		r.Errorf("%s: a certificate of %s, %v, %v", what, got, pair.Leaf.DNSNames, err)
	}
	return pair
}

// TestACertificateDoesNotFollowFromAToken: the real step-ca issues to whom the registry
// knows, whatever tokens Hydra gives.
func TestACertificateDoesNotFollowFromAToken(t *testing.T) {
	t.Parallel()
	r := startReal(t)
	for _, d := range []did.DID{alice, bob, carol, itself} {
		r.put(d, secret)
	}
	key := r.newKey()
	r.wantRefused("not registered", key, r.token(alice, secret), "[client_unknown]")
	r.registry.change(func() { r.registry.registered[alice] = true })
	r.wantRefused("not announced", key, r.token(alice, secret), "[tls_key_not_announced]")
	r.announce(alice, r.newKey())
	r.wantRefused("another key announced", key, r.token(alice, secret), "[tls_key_not_announced]")
	r.announce(bob, key)
	r.wantRefused("announced by another", key, r.token(alice, secret), "[tls_key_not_announced]")
	r.announce(alice, key)
	r.wantNothingAhead(key)
	pair := r.wantIssued("announced", alice, key, "[announced]")
	r.wantIssued("announced, a second time", alice, key, "[announced]")

	// Who holds Hydra's admin API gives itself a secret, and with that a token.
	r.put(alice, "the-thief-knows-this-one")
	r.wantRefused("a thief", r.newKey(), r.token(alice, "the-thief-knows-this-one"), "[tls_key_not_announced]")
	r.put(alice, secret)

	r.wantIssued("listed", carol, r.newKey(), "[listed]")
	own := r.newKey()
	r.wantRefused("the registrar, not announced", own, r.token(itself, secret), "[tls_key_not_announced]")
	r.announce(itself, own)
	r.wantIssued("the registrar", itself, own, "[own]")

	r.registry.change(func() { r.registry.revoked[alice], r.registry.revoked[carol] = true, true })
	r.wantRefused("revoked", key, r.token(alice, secret), "[revoked]")
	r.wantRefused("listed and revoked", r.newKey(), r.token(carol, secret), "[revoked]")
	r.wantNoRenewal(pair, key)

	// Without the webhook the thief of before gets what it wants.
	r.put(alice, "the-thief-knows-this-one")
	r.ChangeStepCA(func(caJSON map[string]any) { delete(provisionerOf(caJSON), "options") })
	thief := r.newKey()
	for deadline := time.Now().Add(time.Minute); ; { // step-ca takes no token from before the second of its start
		status, pair := r.sign(thief, r.token(alice, "the-thief-knows-this-one"))
		if status == http.StatusCreated {
			if got, err := mtls.PeerDID(&tls.ConnectionState{PeerCertificates: []*x509.Certificate{pair.Leaf}}, r.HydraPublic); got != alice {
				t.Errorf("%s, %v", got, err)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("without a webhook the thief is answered %d: this test cannot fail", status)
		}
	}
}

// wantNothingAhead: step-ca would issue for an hour that begins later.
func (r *real) wantNothingAhead(key *ecdsa.PrivateKey) {
	r.T.Helper()
	begin := time.Now().Add(2 * time.Hour)
	status, _ := r.ask(r.client, "/1.0/sign", key, map[string]string{
		"csr": r.signingRequest(key), "ott": r.token(alice, secret),
		"notBefore": begin.Format(time.RFC3339), "notAfter": begin.Add(time.Hour).Format(time.RFC3339),
	})
	if said := r.said(); status != http.StatusForbidden || said != "[certificate_validity]" {
		r.Errorf("a certificate of the future: %d after %s", status, said)
	}
}

func provisionerOf(caJSON map[string]any) map[string]any {
	return caJSON["authority"].(map[string]any)["provisioners"].([]any)[0].(map[string]any)
}

// wantNoRenewal: a certificate renews neither itself nor its key, at any of the paths.
func (r *real) wantNoRenewal(pair *tls.Certificate, key *ecdsa.PrivateKey) {
	r.T.Helper()
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: r.roots(), Certificates: []tls.Certificate{*pair}},
	}}
	for _, path := range []string{"/renew", "/1.0/renew", "/re-sign", "/1.0/re-sign", "/rekey", "/1.0/rekey"} {
		next := r.newKey()
		if status, _ := r.ask(client, path, key, map[string]string{"csr": r.signingRequest(next)}); status != http.StatusUnauthorized {
			r.Errorf("%s: %d, want 401", path, status)
		}
	}
	if said := r.said(); said != "[]" {
		r.Errorf("a renewal asked the webhook: %s", said)
	}
}

// TestWithoutAnAnswerNothingIsIssued: a registry that is away for a moment costs a
// second, and a webhook that is away a certificate.
func TestWithoutAnAnswerNothingIsIssued(t *testing.T) {
	t.Parallel()
	r := startReal(t)
	r.put(alice, secret)
	key := r.newKey()
	r.registry.change(func() { r.registry.registered[alice], r.registry.away = true, true })
	r.announce(alice, key)
	r.wantRefused("the registry is away", key, r.token(alice, secret), "[storage_unavailable storage_unavailable]")

	r.mu.Lock()
	r.onAnswer = func(webhook.Decision) { r.registry.change(func() { r.registry.away = false }) }
	r.mu.Unlock()
	r.wantIssued("the registry is back", alice, key, "[storage_unavailable announced]")

	r.stopServing()
	r.wantRefused("nobody listens", key, r.token(alice, secret), "[]")
}
