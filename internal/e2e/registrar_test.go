package e2e

import (
	"bytes"
	"crypto/ed25519"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/keystatement"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// TestEndToEndRegistrar: agents that hold no admin credential enrol, get their
// certificates and call each other through all three gates; a start changes no
// secret; and whoever is revoked is out.
func TestEndToEndRegistrar(t *testing.T) {
	r := newRegistry(t, authoritytest.Options{}, nil)
	file := filepath.Join(r.root, "token")
	if err := os.WriteFile(file, []byte(r.token()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	alice := r.launch("alice", map[string]string{"REGISTRAR__ENROLMENT_TOKEN_FILE": file}).await()
	bob := r.start("bob", nil)

	p, config := honest(t, alice, bob, signature.Octets1)
	expect(t, sign(t, p, bob), config, "")
	if got := bob.lastCaller(); got.DID != alice.DID() || !got.KeyBound {
		t.Errorf("bob heard %+v", got)
	}
	p.Key = otherKey(t)
	expect(t, sign(t, p, bob), config, "crypto_mismatch")
	if warnings := alice.warnings(); slices.Contains(warnings, "hydra_admin_held") {
		t.Errorf("an agent without the admin API warns %q", warnings)
	}

	before := readSecret(t, alice)
	if err := alice.stop(); err != nil {
		t.Fatal(err)
	}
	alice = r.launch("alice", nil).await() // without its token
	if after := readSecret(t, alice); !bytes.Equal(before, after) {
		t.Error("a start made another secret")
	}
	p, config = honest(t, alice, bob, signature.Octets1)
	expect(t, sign(t, p, bob), config, "")

	if _, err := r.operator.Revoke(t.Context(), alice.DID().String(), "e2e"); err != nil {
		t.Fatal(err)
	}
	revoked, admitted := time.Now(), time.Time{}
	eventually(t, patience, "the revoked agent is refused", func() bool {
		p.Time = time.Now()
		got, err := probe.Send(t.Context(), sign(t, p, bob), config)
		if err != nil {
			t.Fatal(err)
		}
		if got.Reason == "" {
			admitted = p.Time
		}
		return got.Reason == "token_inactive"
	})
	if late := admitted.Sub(revoked); late > verdictAge {
		t.Errorf("admitted %s after the revocation, at most %s are promised", late, verdictAge)
	}
	eventually(t, patience, "the revoked agent says so", func() bool {
		_, reasons := alice.readyz()
		return slices.Contains(reasons, "revoked")
	})
	if err := alice.stop(); err != nil {
		t.Fatal(err)
	}
	if err := r.launch("alice", nil).failure(); !errors.Is(err, registrarapi.ErrRevoked) {
		t.Errorf("it starts again: %v", err)
	}
	if ready, reasons := bob.readyz(); !ready {
		t.Errorf("bob is not ready: %q", reasons)
	}
}

func otherKey(t *testing.T) *did.KeyPair {
	t.Helper()
	k, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func readSecret(t *testing.T, r *running) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, "oauth_credentials.json"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestEndToEndApproval: an agent without a token waits for the operator, says with
// which key, and is served once that was approved.
func TestEndToEndApproval(t *testing.T) {
	r := newRegistry(t, authoritytest.Options{}, map[string]string{"REGISTRAR__MODE": "approve"})
	alice := r.launch("alice", nil)
	eventually(t, patience, "alice says what it waits for", func() bool {
		if alice.AdminAddr() == nil {
			return false
		}
		_, reasons := alice.readyz()
		return slices.Contains(reasons, "registration_pending")
	})
	waiting, err := r.operator.Pending(t.Context())
	if err != nil || len(waiting) != 1 {
		t.Fatalf("%+v wait, %v", waiting, err)
	}
	if !alice.log.has(waiting[0].Fingerprint) {
		t.Errorf("the log does not say %s\n%s", waiting[0].Fingerprint, alice.log)
	}
	if err := r.operator.Approve(t.Context(), waiting[0].DID, waiting[0].Fingerprint); err != nil {
		t.Fatal(err)
	}
	if err := alice.stop(); err != nil { // it was told to ask again in a minute
		t.Fatal(err)
	}
	r.launch("alice", nil).await()
}

// TestEndToEndLyingRegistrar: a registrar that names a key of an attacker's for an
// agent opens no gate to it, though the attacker has the agent's token and certificate.
func TestEndToEndLyingRegistrar(t *testing.T) {
	r := newRegistry(t, authoritytest.Options{}, nil)
	victim, attacker := r.start("victim", nil), otherKey(t)
	liar := r.liar(t, victim.DID(), attacker.PublicKey())
	lied := map[string]string{"REGISTRAR__URL": liar, "DID__REMEMBER_KEYS": "false"}
	careful := r.start("careful", lied)
	lied["REGISTRAR__UNBOUND_KEYS"] = "true"
	believing := r.start("believing", lied)
	lied["DID__REQUIRE_KEY_BOUND"] = "true"
	strict := r.start("strict", lied)
	for name, tt := range map[string]struct {
		callee *running
		reason string
	}{
		"the DID has to follow from its key": {careful, "public_key_unavailable"},
		"and wherever else that is wanted":   {strict, "did_not_key_bound"},
		"the registrar is believed":          {believing, ""}, // else this shows nothing
	} {
		t.Run(name, func(t *testing.T) {
			p, config := honest(t, victim, tt.callee, signature.Octets1)
			p.Key = attacker
			expect(t, sign(t, p, tt.callee), config, tt.reason)
		})
	}
}

// liar is the registrar, but for what it says of one key.
func (r *registry) liar(t *testing.T, victim did.DID, key ed25519.PublicKey) (address string) {
	t.Helper()
	h, err := home.Look(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	own, err := h.Identity(nil)
	if err != nil {
		t.Fatal(err)
	}
	issuer := r.auth.HydraPublic
	certificate, err := h.Certificates(nil).Load(own.DID, issuer)
	if err != nil {
		t.Fatal(err)
	}
	source, err := mtls.NewSource(certificate, mtls.SourceConfig{Issuer: issuer})
	if err != nil {
		t.Fatal(err)
	}
	real := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "https", Host: r.Addr().String()})
	transport := &http.Transport{TLSClientConfig: source.ClientConfig(own.DID)}
	t.Cleanup(transport.CloseIdleConnections)
	real.Transport = transport
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if !strings.HasSuffix(req.URL.Path, "/v1/keys/"+victim.String()) {
			real.ServeHTTP(w, req)
			return
		}
		now := time.Now()
		lie, err := keystatement.Statement{DID: victim, Key: key, Since: now, IssuedAt: now, ExpiresAt: now.Add(keystatement.Lifetime), Registrar: own.DID}.Sign(own.Key)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(lie)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate.Certificate}, MinVersion: tls.VersionTLS13}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

// warnings are what /readyz warns of.
func (r *running) warnings() []string {
	r.t.Helper()
	_, _, warnings := readiness(r.t, r.AdminAddr().String())
	return warnings
}

// readiness is what the /readyz of an admin port says.
func readiness(t *testing.T, address string) (ready bool, reasons, warnings []string) {
	t.Helper()
	resp, err := http.Get("http://" + address + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body struct {
		Ready             bool
		Reasons, Warnings []string
	}
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return body.Ready, body.Reasons, body.Warnings
}
