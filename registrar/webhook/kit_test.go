package webhook_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/registrar/webhook"
)

const (
	issuer = "https://issuer.test"
	caHost = "ca.test"
)

var (
	alice   = mustDID("did:bindu:ops_at_example_com:alice:139e3940-e64b-5491-7220-88d9a0d74162")
	bob     = mustDID("did:bindu:ops_at_example_com:bob:239e3940-e64b-5491-7220-88d9a0d74162")
	carol   = mustDID("did:bindu:ops_at_example_com:carol:339e3940-e64b-5491-7220-88d9a0d74162")
	itself  = mustDID("did:bindu:ops_at_example_com:registrar:439e3940-e64b-5491-7220-88d9a0d74162")
	errAway = errors.New("the database is away")
)

func mustDID(s string) did.DID {
	d, err := did.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// registry is what a registrar knows, by hand.
type registry struct {
	mu                  sync.Mutex
	registered, revoked map[did.DID]bool
	announced           map[did.DID][32]byte
	ended               map[did.DID]bool
	away, halfAway      bool
}

func newRegistry() *registry {
	return &registry{registered: map[did.DID]bool{}, revoked: map[did.DID]bool{}, announced: map[did.DID][32]byte{}, ended: map[did.DID]bool{}}
}

func (r *registry) Standing(_ context.Context, d did.DID) (registered, revoked bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away {
		return true, false, errAway
	}
	return r.registered[d], r.revoked[d], nil
}

func (r *registry) Announced(_ context.Context, d did.DID, key [sha256.Size]byte) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.halfAway {
		return true, errAway
	}
	known, ok := r.announced[d]
	return ok && known == key, nil
}

func (r *registry) TokensEnded(_ context.Context, d did.DID) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.halfAway {
		return false, errAway
	}
	return r.ended[d], nil
}

func (r *registry) change(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

// newKey returns a public key in DER.
func newKey(t testing.TB) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// question is what step-ca 0.30.2 sends now for a DID and a key.
func question(issuer string, d did.DID, key []byte) string {
	now := time.Now()
	return questionOf(issuer, d, key, now.Add(-time.Minute), now.Add(24*time.Hour))
}

// questionOf is one about a certificate that is valid from and to.
func questionOf(issuer string, d did.DID, key []byte, from, to time.Time) string {
	return fmt.Sprintf(`{"timestamp":"2026-11-29T23:07:28.817699537Z","x509Certificate":{"version":0,"subject":{"commonName":"%[2]s"},`+
		`"rawSubject":null,"issuer":{},"serialNumber":null,"dnsNames":null,"emailAddresses":null,"ipAddresses":null,"uris":null,`+
		`"sans":[{"type":"uri","value":"%[1]s#%[2]s"}],"extensions":null,"keyUsage":["digitalSignature"],`+
		`"extKeyUsage":["serverAuth","clientAuth"],"unknownExtKeyUsage":null,"subjectKeyId":null,"authorityKeyId":null,`+
		`"ocspServer":null,"issuingCertificateURL":null,"crlDistributionPoints":null,"policyIdentifiers":null,`+
		`"basicConstraints":null,"nameConstraints":null,"signatureAlgorithm":"","publicKey":"%[3]s","publicKeyAlgorithm":"ECDSA",`+
		`"notBefore":"%[4]s","notAfter":"%[5]s","raw":null}}`,
		issuer, d, base64.StdEncoding.EncodeToString(key), from.UTC().Format(time.RFC3339Nano), to.UTC().Format(time.RFC3339Nano))
}

// kit is a handler and the CA that asks it.
type kit struct {
	testing.TB
	registry  *registry
	handler   *webhook.Handler
	ca        *stepcatest.CA
	caller    tls.Certificate
	decisions []webhook.Decision
	now       time.Time
}

func newKit(t testing.TB) *kit {
	t.Helper()
	return newKitOf(t, 0)
}

// newKitOf is one whose certificates may last so long; zero is as long as usual.
func newKitOf(t testing.TB, lifetime time.Duration) *kit {
	t.Helper()
	k := &kit{TB: t, registry: newRegistry(), ca: stepcatest.NewCA(t, time.Now), now: time.Now()}
	k.caller = k.ca.Issue("", "", stepcatest.NoNames(), stepcatest.DNSNames(caHost))
	var err error
	k.handler, err = webhook.New(webhook.Config{
		Registry: k.registry, Issuer: issuer, CAHost: caHost, Self: itself, Listed: []did.DID{carol}, MaxLifetime: lifetime,
		Decided: func(d webhook.Decision) { k.decisions = append(k.decisions, d) },
		Now:     func() time.Time { return k.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// request is a question as the CA sends it.
func (k *kit) request(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, webhook.Path, strings.NewReader(body))
	r.TLS = verified(k.caller)
	return r
}

// verified is the state of a connection whose client presented a certificate.
func verified(c tls.Certificate) *tls.ConnectionState {
	chain := []*x509.Certificate{c.Leaf}
	return &tls.ConnectionState{PeerCertificates: chain, VerifiedChains: [][]*x509.Certificate{chain}}
}

// ask returns the answer, and the decision behind it.
func (k *kit) ask(r *http.Request) (*httptest.ResponseRecorder, webhook.Decision) {
	k.Helper()
	w := httptest.NewRecorder()
	before := len(k.decisions)
	k.handler.ServeHTTP(w, r)
	if len(k.decisions) != before+1 {
		k.Fatalf("%d decisions, want one", len(k.decisions)-before)
	}
	return w, k.decisions[before]
}
