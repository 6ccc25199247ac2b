package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// referenceAgent is a caller that registers, asks for tokens and enrols with
// the very documents and requests of the Python reference.
type referenceAgent struct {
	s      *stack
	did    did.DID
	key    *did.KeyPair
	secret string
}

func newReferenceAgent(s *stack) *referenceAgent {
	s.t.Helper()
	key, err := did.GenerateKeyPair(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	name, err := did.Parse("did:bindu:someone_at_example_com:pythonist:5f0c1b1e-0b0e-4a55-9a52-3b3c9a1f0d11")
	if err != nil {
		s.t.Fatal(err)
	}
	return &referenceAgent{s: s, did: name, key: key, secret: "a secret of the test's own"}
}

// register sends the client document of the reference, which names no
// access_token_strategy.
func (a *referenceAgent) register() {
	a.s.t.Helper()
	d := a.did.String()
	body, err := json.Marshal(map[string]any{
		"client_id": d, "client_secret": a.secret, "client_name": "pythonist",
		"grant_types":    []string{"client_credentials", "authorization_code", "refresh_token"},
		"response_types": []string{"code", "token"},
		"scope":          "openid offline agent:read agent:write", "token_endpoint_auth_method": "client_secret_post",
		"audience": []string{"step-ca"},
		"metadata": map[string]any{
			"agent_id": "5f0c1b1e-0b0e-4a55-9a52-3b3c9a1f0d11", "agent_url": "http://localhost:3773", "did": d,
			"public_key": did.EncodePublicKey(a.key.PublicKey()), "key_type": "Ed25519",
			"verification_method": "Ed25519VerificationKey2020", "registered_at": "2026-01-01T00:00:00+00:00", "hybrid_auth": true,
		},
	})
	if err != nil {
		a.s.t.Fatal(err)
	}
	resp, err := http.Post(a.s.auth.HydraAdmin+"/admin/clients", "application/json", bytes.NewReader(body))
	if err != nil {
		a.s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		a.s.t.Fatalf("registration: %s", resp.Status)
	}
}

// token asks for one as the reference does; audience may be empty.
func (a *referenceAgent) token(_ context.Context, audience string) (string, error) {
	c := &oauthClient{
		t: a.s.t, http: &http.Client{Timeout: patience}, public: a.s.auth.HydraPublic,
		as: url.Values{"client_id": {a.did.String()}, "client_secret": {a.secret}},
	}
	defer c.http.CloseIdleConnections()
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"openid offline agent:read agent:write"}}
	if audience != "" {
		form.Set("audience", audience)
	}
	var answer struct {
		Token string `json:"access_token"`
	}
	c.post("/oauth2/token", form, &answer)
	return answer.Token, nil
}

// enrol takes a certificate of the real step-ca.
func (a *referenceAgent) enrol(like *running) *mtls.Source {
	a.s.t.Helper()
	set := like.set.MTLS
	issuer := a.s.auth.HydraPublic
	e, err := stepca.New(stepca.Config{
		CAURL: string(set.CAURL), RootURL: string(set.CARootURL), Fingerprint: string(set.CAFingerprint), RootFile: string(set.CARootFile),
		Audience: string(set.OIDCAudience), HTTPTimeout: time.Duration(set.Timeout), DID: a.did, Issuer: issuer,
		Token: func(ctx context.Context) (string, error) { return a.token(ctx, "step-ca") },
	})
	if err != nil {
		a.s.t.Fatal(err)
	}
	id, err := e.Enrol(a.s.t.Context())
	if err != nil {
		a.s.t.Fatalf("step-ca gives an agent of the reference no certificate: %v", err)
	}
	source, err := mtls.NewSource(id, mtls.SourceConfig{Issuer: issuer})
	if err != nil {
		a.s.t.Fatal(err)
	}
	return source
}

// TestEndToEndReferenceRegistration shows that an agent which registers the way
// the Python reference does gets a certificate of step-ca from our stack as it
// is, and passes all three gates.
func TestEndToEndReferenceRegistration(t *testing.T) {
	s := newDirectStack(t, authoritytest.Options{})
	poet := s.start("poet", nil)
	caller := newReferenceAgent(s)
	caller.register()
	source := caller.enrol(poet)
	if names := source.Current().Leaf().URIs; len(names) != 1 || !strings.HasSuffix(names[0].String(), "#"+caller.did.String()) {
		t.Errorf("the certificate names %v", names)
	}
	token, err := caller.token(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	p := probe.Proofs{Token: token, Signer: caller.did, Key: caller.key, Scheme: signature.Reference, Audience: poet.DID(), Time: time.Now()}
	expect(t, sign(t, p, poet), source.ClientConfig(poet.DID()), "")
	if got := poet.lastCaller(); got.DID != caller.did || got.KeyBound || got.CertificateSerial == "" {
		t.Errorf("caller %+v", got)
	}
}
