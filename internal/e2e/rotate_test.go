package e2e

import (
	"bytes"
	"net/http"
	"net/url"
	"testing"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
)

// TestEndToEndRotateSecret: a secret that was ended gets no token; the running agent makes
// another one by itself, calls others with it, and starts with it again.
func TestEndToEndRotateSecret(t *testing.T) {
	r := newRegistry(t, authoritytest.Options{}, map[string]string{"REGISTRAR__MODE": "open"})
	alice, bob := r.start("alice", nil), r.start("bob", nil)
	p, config := honest(t, alice, bob, signature.Octets1)
	expect(t, sign(t, p, bob), config, "")

	before, stolen := readSecret(t, alice), alice.credentials(alice.DID())
	if ended, err := r.operator.EndSecret(t.Context(), alice.DID().String()); err != nil || !ended.Removed {
		t.Fatal(ended, err)
	}
	eventually(t, patience, "the agent made another secret, and is registered", func() bool {
		a, err := r.operator.Show(t.Context(), alice.DID().String())
		return err == nil && a.State == "registered" && !bytes.Equal(before, readSecret(t, alice))
	})
	after := readSecret(t, alice)
	if alice.credentials(alice.DID()).ClientSecret == stolen.ClientSecret {
		t.Error("the secret is the same")
	}
	resp, err := http.PostForm(r.auth.HydraPublic+"/oauth2/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {stolen.ClientID}, "client_secret": {stolen.ClientSecret}, "scope": {"agent:read"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("the stolen secret gets %s, %v", resp.Status, err)
	}
	eventually(t, patience, "the agent is ready", func() bool { ready, _ := alice.readyz(); return ready })
	p, config = honest(t, alice, bob, signature.Octets1)
	expect(t, sign(t, p, bob), config, "")
	if err := alice.stop(); err != nil {
		t.Fatal(err)
	}
	alice = r.launch("alice", nil).await()
	if !bytes.Equal(after, readSecret(t, alice)) {
		t.Error("a start made another secret")
	}

	// And one that is ended while the agent is away.
	if err := alice.stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.operator.EndSecret(t.Context(), alice.DID().String()); err != nil {
		t.Fatal(err)
	}
	alice = r.launch("alice", nil).await()
	if bytes.Equal(after, readSecret(t, alice)) {
		t.Error("a start with an ended secret made no other")
	}
}
