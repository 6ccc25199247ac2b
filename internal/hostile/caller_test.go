package hostile

import (
	"crypto/ed25519"
	"crypto/tls"
	"encoding/json"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/stepcatest"
)

// caller is somebody the authorities know.
type caller struct {
	name did.DID
	key  *did.KeyPair
	raw  ed25519.PrivateKey // of key, for what honest code does not sign
	cert tls.Certificate
}

// newCaller registers somebody new, whom no cache of the agent has seen.
func (w *town) newCaller(t *testing.T) *caller {
	t.Helper()
	_, raw, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := did.KeyPairFromSeed(raw.Seed())
	if err != nil {
		t.Fatal(err)
	}
	name, err := did.FromPublicKey("caller@example.com", "caller", key.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	c := &caller{name: name, key: key, raw: raw, cert: w.issue(name)}
	w.register(t, name, did.EncodePublicKey(key.PublicKey()))
	return c
}

// issue returns a certificate that chains to the root the houses trust.
func (w *town) issue(name did.DID, opts ...stepcatest.Option) tls.Certificate {
	return w.ca.CA.Issue(w.ca.Issuer(), name.String(), opts...)
}

// register makes key the registered public key of name.
func (w *town) register(t *testing.T, name did.DID, key string) {
	t.Helper()
	metadata, err := json.Marshal(map[string]string{"public_key": key})
	if err != nil {
		t.Fatal(err)
	}
	w.hydra.Register(name.String(), "", hydratest.Document{"metadata": metadata})
}
