package e2e

import (
	"encoding/json"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/registrar/registrartest"
	"github.com/getbindu/bindu-go/registrar/webhook"
)

// robbery is a stack with a thief in it, and with what tells what the thief got.
type robbery struct {
	*ledger
	thief *thief
	// registry and bystander are there with a registrar alone.
	registry  *registry
	victim    *running
	bystander registrartest.Agent
	before    scene
}

// startRobbery starts a registrar which step-ca asks, lets three agents enrol, and gives
// the directory of one to the thief.
func startRobbery(t *testing.T) *robbery {
	t.Helper()
	hook := webhookURL(t)
	r := newRegistry(t, authoritytest.Options{Webhook: hook}, map[string]string{
		"LIMITS__STRANGER_PER_MINUTE": "1000000", "LIMITS__STRANGERS_PER_MINUTE": "1000000", "LIMITS__KNOWN_PER_MINUTE": "1000000",
	})
	enrolment := r.token()
	robbed := r.launch("thief", map[string]string{"REGISTRAR__ENROLMENT_TOKEN": enrolment}).await()
	v := &robbery{registry: r, victim: r.start("victim", nil)}
	v.thief = takeOver(t, robbed, v.victim, place{
		hydraPublic: r.auth.HydraPublic, ca: r.auth.CAURL, registrar: "https://" + r.Addr().String(), self: r.DID(), webhook: hook,
	})
	v.thief.enrolment = enrolment
	v.ledger = &ledger{
		t: t, auth: r.auth, operator: r.operator, thief: v.thief.did, known: []string{v.thief.received},
		secrets: map[did.DID]string{v.victim.DID(): v.victim.credentials(v.victim.DID()).ClientSecret},
	}
	v.bystand()
	v.before = v.look()
	return v
}

// takeOver ends an agent, which the victim has called before, and hands its directory over.
func takeOver(t *testing.T, robbed, victim *running, at place) *thief {
	t.Helper()
	p, config := honest(t, victim, robbed, signature.Octets1)
	expect(t, sign(t, p, robbed), config, "")
	if err := robbed.stop(); err != nil {
		t.Fatal(err)
	}
	f := rob(t, robbed.dir, at)
	f.aim(victim, p.Token)
	return f
}

// bystand enrols an agent whose DID does not follow from its key, and whose requests the
// thief has captured: those of a registration with an earlier secret are among them.
func (v *robbery) bystand() {
	f := v.thief
	v.bystander = registrartest.NewNamedAgent(f.t, "bystander")
	author, name := "author", "bystander"
	token, err := v.operator.CreateToken(f.t.Context(), newTokenFor(author, name))
	if err != nil {
		f.t.Fatal(err)
	}
	target := registrationPath(v.bystander.DID.String())
	for _, secret := range []string{registrartest.SecretOf("earlier"), registrartest.SecretOf("later")} {
		body := v.bystander.Body(secret).With("enrolmentToken", token.Text).JSON()
		m := f.signedWith(v.bystander.Key, v.bystander.DID, "PUT", target, mediaJSON, body)
		if a := f.askBare(f.registrar, m); a.status/100 != 2 {
			f.t.Fatalf("the bystander cannot register: %d %s", a.status, a.body)
		}
		f.captured = append(f.captured, m)
		v.secrets[v.bystander.DID] = secret
	}
	m := f.signedWith(v.bystander.Key, v.bystander.DID, "PUT", target+"/tls-key", mediaJSON, f.announcement(f.newKey()))
	if a := f.askBare(f.registrar, m); a.status != 204 {
		f.t.Fatalf("the bystander cannot announce: %d %s", a.status, a.body)
	}
	f.captured = append(f.captured, m)
}

func webhookURL(t *testing.T) string {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return "https://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)) + webhook.Path
}

// TestEndToEndThief: whoever has one agent's whole directory, and its place on the
// network, gets nothing of anybody else's by any way that is known, nor by thousands of
// requests that nobody thought of, and is nobody once it is revoked.
func TestEndToEndThief(t *testing.T) {
	v := startRobbery(t)
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			v.in(t)
			a.do(v.thief)
			v.wantNothing()
		})
	}
	t.Run("it was an agent all the while", func(t *testing.T) {
		v.in(t)
		v.wantAlive()
	})
	t.Run("anything at all", func(t *testing.T) {
		v.in(t)
		v.anything()
		v.wantAlive()
	})
	talks(t, v.victim, v.registry.start("newcomer", nil))
	t.Run("revoked", func(t *testing.T) {
		v.in(t)
		v.revoked()
	})
}

// in lets a subtest speak for thief and ledger.
func (v *robbery) in(t *testing.T) { v.t, v.thief.t = t, t }

func (v *robbery) wantNothing() {
	v.t.Helper()
	for what, which := range v.spoils(v.before, v.thief) {
		v.t.Errorf("the thief got: %s (%s)", what, which)
	}
}

// wantAlive: the thief has what its agent had, so that what it did not get was refused
// for what it was.
func (v *robbery) wantAlive() {
	v.t.Helper()
	f := v.thief
	token := f.own()
	if token == "" {
		v.t.Fatal("the thief's own secret does not work: nothing was tried")
	}
	key := f.newKey()
	if a := f.announceOwn(key); a.status != 204 {
		v.t.Fatalf("the thief cannot announce as its agent could: %d %s", a.status, a.body)
	}
	if a := f.sign(token, f.request(key, f.did.String(), f.names(f.did)), nil); a.status != 201 {
		v.t.Errorf("the thief gets no certificate of its own: %d %s", a.status, a.body)
	}
	v.wantNothing()
}

// TestEndToEndThiefOfAnAdminURL: the same thief, where agents hold Hydra's admin API.
// If it got nothing here, the test above could not fail.
func TestEndToEndThiefOfAnAdminURL(t *testing.T) {
	s := newStack(t, authoritytest.Options{})
	robbed, victim := s.start("thief", nil), s.start("victim", nil)
	f := takeOver(t, robbed, victim, place{hydraPublic: s.auth.HydraPublic, hydraAdmin: s.auth.HydraAdmin, ca: s.auth.CAURL, self: robbed.DID()})
	l := &ledger{t: t, auth: s.auth, thief: f.did, known: []string{f.received}, secrets: map[did.DID]string{victim.DID(): victim.credentials(victim.DID()).ClientSecret}}
	before, got := l.look(), make(map[string]string)
	for _, a := range attacks {
		a.do(f)
		maps.Copy(got, l.spoils(before, f))
	}
	for _, what := range []string{gotSecret, gotKey, gotToken, gotCertificate, gotScope} {
		if got[what] == "" {
			t.Errorf("the thief did not get a %s: it got %q", what, slices.Sorted(maps.Keys(got)))
		}
	}
}

// revoked lets the operator revoke the thief, which then tries everything again.
func (v *robbery) revoked() {
	f := v.thief
	fresh, err := v.operator.CreateToken(v.t.Context(), newTokenFor("*", "*"))
	if err != nil {
		v.t.Fatal(err)
	}
	old := f.own()
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
	v.wantShutOut(old)
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

// wantShutOut: its certificate lasts, and opens nothing.
func (v *robbery) wantShutOut(token string) {
	f := v.thief
	config := v.registry.start("witness", nil).Outbound().TLS(v.victim.DID())
	config.Certificates, config.GetClientCertificate = nonzero(f.certificate), nil
	p := probe.Proofs{Token: token, Signer: f.did, Key: f.key, Scheme: signature.Octets1, Audience: v.victim.DID(), Time: time.Now()}
	eventually(v.t, verdictAge+room, "the victim refuses the thief", func() bool {
		p.Time = time.Now()
		got, err := probe.Send(v.t.Context(), sign(v.t, p, v.victim), config)
		if err != nil {
			v.t.Fatal(err)
		}
		return got.Reason == "token_inactive"
	})
}

func reasonOf(a answer) string {
	var read struct {
		Error struct{ Data struct{ Reason string } }
	}
	_ = json.Unmarshal([]byte(a.body), &read) // what is no JSON has no reason
	return read.Error.Data.Reason
}
