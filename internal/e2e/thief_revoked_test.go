package e2e

import (
	"encoding/json"
	"net/url"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/probe"
)

// revoked lets the operator revoke the thief, which then tries everything again.
func (v *robbery) revoked() {
	f := v.thief
	fresh, err := v.operator.CreateToken(v.t.Context(), newTokenFor("*", "*"))
	if err != nil {
		v.t.Fatal(err)
	}
	old, calls := f.own(), f.tokenFor(credentials(f.did.String(), f.secret, "", "agent:read agent:write"))
	if reason := v.callVictim(calls); reason != "" {
		v.t.Fatalf("before, the victim refuses the thief as it would not refuse its agent: %s", reason)
	}
	if done, err := v.operator.Revoke(v.t.Context(), f.did.String(), "stolen"); err != nil || !done.Removed {
		v.t.Fatalf("%+v, %v", done, err)
	}
	v.before = v.look()
	f.bag.empty()
	for _, a := range attacks {
		a.do(f)
	}
	v.comeBack(fresh.Text, old)
	v.wantNothing()
	if own := f.own(); own != "" {
		v.t.Error("the secret of a revoked agent works")
	}
	for token := range f.bag.tokens {
		if token != f.received && v.introspect(token).Active {
			v.t.Error("a token that was had after the revocation is good")
		}
	}
	for _, c := range f.bag.certificates {
		if !c.IsCA {
			v.t.Errorf("a certificate was had after the revocation: %v", c.URIs)
		}
	}
	if v.look().clients[f.did.String()] != nil {
		v.t.Error("the client of a revoked agent is at Hydra")
	}
	eventually(v.t, verdictAge+room, "the victim refuses the thief", func() bool { return v.callVictim(calls) == "token_inactive" })
}

// comeBack tries what only somebody who was revoked would: its key under another DID, with
// an enrolment token that is good, and what it had before.
func (v *robbery) comeBack(enrolment, old string) {
	f := v.thief
	body := f.registration(f.ownKey(), f.secret)
	body["enrolmentToken"] = enrolment
	other, err := did.FromPublicKey("e2e@example.com", "another", f.key.PublicKey())
	if err != nil {
		v.t.Fatal(err)
	}
	for _, d := range []did.DID{f.did, other} {
		a := f.ask(f.registrar, f.signed(d, "PUT", registrationPath(d.String()), mediaJSON, object(body)))
		if reason := reasonOf(a); reason != "revoked" {
			v.t.Errorf("it registers as %s: %d %s", d, a.status, a.body)
		}
	}
	key := f.newKey()
	if a := f.announceOwn(key); reasonOf(a) != "revoked" {
		v.t.Errorf("it announces: %d %s", a.status, a.body)
	}
	if a := f.sign(old, f.request(key, f.did.String(), f.names(f.did)), nil); a.status == 201 {
		v.t.Error("an old token gets a certificate")
	}
	question := f.signed(f.did, "POST", "/v1/introspect", mediaForm, []byte(url.Values{"token": {f.received}}.Encode()))
	if a := f.ask(f.registrar, question); reasonOf(a) != "revoked" {
		v.t.Errorf("it asks about tokens: %d %s", a.status, a.body)
	}
	if a := f.ask(f.registrar, f.signed(f.did, "GET", "/v1/keys/"+f.victim.String(), "", nil)); reasonOf(a) != "revoked" {
		v.t.Errorf("it asks for keys: %d %s", a.status, a.body)
	}
}

// callVictim calls the victim as the thief's agent would, and returns the reason of a refusal.
func (v *robbery) callVictim(token string) string {
	f := v.thief
	config := freshSessions(v.victim.Outbound().TLS(v.victim.DID()))
	config.Certificates, config.GetClientCertificate = nonzero(f.certificate), nil
	p := probe.Proofs{Token: token, Signer: f.did, Key: f.key, Scheme: signature.Octets1, Audience: v.victim.DID(), Time: time.Now()}
	got, err := probe.Send(v.t.Context(), sign(v.t, p, v.victim), config)
	if err != nil {
		v.t.Fatal(err)
	}
	return got.Reason
}

func reasonOf(a answer) string {
	var read struct {
		Error struct{ Data struct{ Reason string } }
	}
	_ = json.Unmarshal([]byte(a.body), &read) // what is no JSON has no reason
	return read.Error.Data.Reason
}
