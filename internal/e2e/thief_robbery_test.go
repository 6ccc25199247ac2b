package e2e

import (
	"maps"
	"net"
	"slices"
	"strconv"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
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
		a := f.ask(f.hydraPublic, posted("/oauth2/token", credentials(f.did.String(), f.secret, "step-ca", "")))
		v.t.Fatalf("the thief's own secret does not work, nothing was tried: %d %s", a.status, a.body)
	}
	key := f.newKey()
	if a := f.announceOwn(key); a.status != 204 {
		v.t.Fatalf("the thief cannot announce as its agent could: %d %s", a.status, a.body)
	}
	if a := f.sign(token, f.request(key, f.did.String(), f.names(f.did)), nil); a.status != 201 {
		v.t.Errorf("the thief gets no certificate of its own: %d %s", a.status, a.body)
	}
	if len(f.bag.certificates) == 0 || len(f.bag.tokens) == 0 {
		v.t.Errorf("%d certificates and %d tokens are in the bag: what comes back is not seen", len(f.bag.certificates), len(f.bag.tokens))
	}
	if !v.issued(f.received) || v.issued(f.assertion(f.victim)) {
		v.t.Error("a token of Hydra's is not told from one that is made up")
	}
	v.wantNothing()
}

// TestEndToEndThiefOfAnAdminURL: the same thief, where agents hold Hydra's admin API.
// If it got nothing here, the test above could not fail.
func TestEndToEndThiefOfAnAdminURL(t *testing.T) {
	s := newDirectStack(t, authoritytest.Options{})
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
