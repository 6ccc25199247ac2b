package operator

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// TestImport: the operator sees who was registered before, takes over whom it reviewed,
// and each is a line in the log.
func TestImport(t *testing.T) {
	a, ctx := newAsked(t, nil), t.Context()
	poet, other := registrartest.NewAgent(t, "poet"), registrartest.NewNamedAgent(t, "other")
	for _, agent := range []registrartest.Agent{poet, other} {
		must(t, a.Fixture.Clients.Put(ctx, agent.DID, fmt.Appendf(nil,
			`{"client_id":%q,"client_secret":"a secret","scope":"openid agent:admin","metadata":{"public_key":%q}}`, agent.DID, did.EncodePublicKey(agent.Key.PublicKey()))))
	}
	for _, id := range []string{"one", "another", "did:bindu:Author:poet:1"} {
		a.Fixture.Clients.Stranger(id)
	}
	list := func() map[string]Prospect {
		found := map[string]Prospect{}
		left, err := a.Client.Prospects(ctx, func(p Prospect) error { found[p.DID] = p; return nil })
		must(t, err)
		if left.Others != 2 || !slices.Equal(left.Unfit, []string{"did:bindu:Author:poet:1"}) {
			t.Errorf("left out %+v", left)
		}
		return found
	}
	found := list()
	p := found[poet.DID.String()]
	if len(found) != 2 || p.Standing != StandingNew || !p.KeyBound || found[other.DID.String()].KeyBound || len(p.Scopes) != 2 || len(p.Changes) == 0 {
		t.Fatalf("%+v", found)
	}
	if done, err := a.Client.Import(ctx, p.DID, p.Fingerprint); err != nil || done.Already {
		t.Fatal(done, err)
	}
	if line := a.log.take(); !strings.Contains(line, "method=import") || !strings.Contains(line, p.Fingerprint) || !strings.Contains(line, p.DID) {
		t.Errorf("%q", line)
	}
	if done, err := a.Client.Import(ctx, p.DID, p.Fingerprint); err != nil || !done.Already {
		t.Error(done, err)
	}
	_, err := a.Client.Import(ctx, other.DID.String(), p.Fingerprint)
	wantReason(t, err, "key_differs")
	_, err = a.Client.Import(ctx, "did:bindu:a:b:c", p.Fingerprint)
	wantReason(t, err, "client_unknown")
	_, err = a.Client.Import(ctx, "poet", p.Fingerprint)
	wantReason(t, err, "did_malformed")
	if one, err := a.Client.Show(ctx, p.DID); err != nil || one.State != StateBound || one.Voucher != "imported" || one.Keys[0].Fingerprint != p.Fingerprint {
		t.Errorf("%+v, %v", one, err)
	}
	if found = list(); found[p.DID].Standing != registrar.StandingBound {
		t.Errorf("%+v", found)
	}
}

func TestEndingASecret(t *testing.T) {
	a, ctx := newAsked(t, func(c *registrar.Config) { c.Mode = registrar.ModeOpen }), t.Context()
	poet := registrartest.NewAgent(t, "poet")
	_, err := a.Client.EndSecret(ctx, poet.DID.String())
	wantReason(t, err, "client_unknown")
	a.Register(a.Registrar, poet, poet.Body(registrartest.SecretOf("s")))
	if ended, err := a.Client.EndSecret(ctx, poet.DID.String()); err != nil || !ended.Removed || a.Fixture.Clients.Document(poet.DID) != nil {
		t.Error(ended, err)
	}
	if line := a.log.take(); !strings.Contains(line, "method=secret_end") || !strings.Contains(line, poet.DID.String()) {
		t.Errorf("%q", line)
	}
	_, err = a.Client.Revoke(ctx, poet.DID.String(), "")
	must(t, err)
	_, err = a.Client.EndSecret(ctx, poet.DID.String())
	wantReason(t, err, "not_registered")
}
