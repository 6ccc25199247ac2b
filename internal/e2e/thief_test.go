package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"net/url"
	"testing"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// place is what can be reached from where an agent runs.
type place struct {
	hydraPublic string
	hydraAdmin  string // "" where agents do not hold it
	ca          string
	registrar   string  // "" without one
	self        did.DID // the registrar's
	webhook     string  // "" where step-ca does not ask
}

// thief is somebody who has one agent's whole directory, and its place on the network.
type thief struct {
	t *testing.T
	place
	did         did.DID
	key         *did.KeyPair
	secret      string
	certificate tls.Certificate
	issuer      string
	enrolment   string // the token that its agent was enrolled with

	victim    did.DID // who is to be robbed
	victimKey string  // which everybody may know, in base58
	serial    string  // of the victim's certificate, which it shows to whoever connects
	received  string  // a token with which the victim called the thief's agent
	captured  []rawRequest

	chosen string // the secret that it wants the victim's client to have
	bag    *bag
	wires  map[string]*wire
}

// rob reads the directory of an agent that has stopped.
func rob(t *testing.T, dir string, at place) *thief {
	t.Helper()
	h, err := home.Look(dir)
	if err != nil {
		t.Fatal(err)
	}
	id, err := h.Identity(nil)
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := h.Credentials(id.DID)
	if err != nil {
		t.Fatal(err)
	}
	own, err := h.Certificates(nil).Load(id.DID, at.hydraPublic)
	if err != nil {
		t.Fatal(err)
	}
	f := &thief{
		t: t, place: at, did: id.DID, key: id.Key, secret: credentials.ClientSecret, certificate: own.Certificate, issuer: at.hydraPublic,
		chosen: registrartest.SecretOf("chosen by the thief"), bag: newBag(), wires: make(map[string]*wire),
	}
	t.Cleanup(f.hangUp)
	return f
}

// aim says whom the thief robs, and what it can know of them.
func (f *thief) aim(victim *running, caller string) {
	f.t.Helper()
	f.victim, f.received = victim.DID(), caller
	h, err := home.Look(victim.dir)
	if err != nil {
		f.t.Fatal(err)
	}
	id, err := h.Identity(nil)
	if err != nil {
		f.t.Fatal(err)
	}
	f.victimKey = did.EncodePublicKey(id.Key.PublicKey())
	_, leaf, err := h.Certificate()
	if err != nil {
		f.t.Fatal(err)
	}
	f.serial = leaf.SerialNumber.String()
}

// names are those that a certificate of the DID has.
func (f *thief) names(d did.DID) []*url.URL {
	u, err := url.Parse(f.issuer + "#" + d.String())
	if err != nil {
		f.t.Fatal(err)
	}
	return []*url.URL{u}
}

// doors are all programs that it can reach, its certificate shown to those that speak TLS.
func (f *thief) doors() (all []string) {
	for _, address := range []string{f.hydraAdmin, f.hydraPublic, f.ca, f.registrar, f.webhook} {
		if address != "" {
			all = append(all, address)
		}
	}
	return all
}

// ask sends one message to a program and keeps what comes back. A program that says
// nothing is no fault.
func (f *thief) ask(address string, m rawRequest) answer {
	return f.dial(address, f.certificate).send(m)
}

// askBare is ask without a certificate.
func (f *thief) askBare(address string, m rawRequest) answer {
	return f.dial(address, tls.Certificate{}).send(m)
}

func (f *thief) dial(address string, own tls.Certificate) *wire {
	f.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		f.t.Fatal(err)
	}
	key := address
	if own.Leaf != nil {
		key += " with a certificate"
	}
	w := f.wires[key]
	if w == nil {
		w = &wire{host: u.Host, bag: f.bag}
		if u.Scheme == "https" {
			w.tls = &tls.Config{InsecureSkipVerify: true, Certificates: nonzero(own)} // a thief trusts everybody
		}
		f.wires[key] = w
	}
	return w
}

func nonzero(own tls.Certificate) []tls.Certificate {
	if own.Leaf == nil {
		return nil
	}
	return []tls.Certificate{own}
}

func (f *thief) hangUp() {
	for _, w := range f.wires {
		w.close()
	}
}

// leaf is the certificate in the directory.
func (f *thief) leaf() *x509.Certificate { return f.certificate.Leaf }
