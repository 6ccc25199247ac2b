package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/loadscale"
	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// TestEndToEndRootIsReplaced is scenario 2: the root of the real step-ca is
// replaced as docs/operations.md says, while every agent talks to every other
// on kept, resumed and new connections. Nothing fails, and who still has a
// certificate of the old root is out within a minute of its removal, sessions
// and open connections included.
func TestEndToEndRootIsReplaced(t *testing.T) {
	roll := newRoll(t)
	defer roll.traffic.stop()
	roll.traffic.start(roll.agents)
	eventually(t, patience, "every pair talks", roll.traffic.rounds(3))
	eventually(t, patience, "sessions are resumed", func() bool { return roll.traffic.resumed.Load() > 0 })
	former := roll.former(t)

	roll.newcomer(t, "before")
	roll.traffic.phase("both roots published")
	roll.publish(map[string][]byte{rootFile: slices.Concat(roll.before, roll.next.RootsPEM())})
	took := eventually(t, 2*time.Minute, "every agent trusts both roots", func() bool { return roll.all(func(r *running) bool { return len(r.trusted(t)) == 2 }) })
	t.Logf("all trust both roots %s after they were published", took.Round(time.Millisecond))
	roll.newcomer(t, "both")

	roll.traffic.phase("the new intermediate signs")
	roll.publish(map[string][]byte{
		rootFile:         slices.Concat(roll.next.RootsPEM(), roll.before),
		intermediateFile: roll.next.IntermediatePEM(), intermediateKeyFile: roll.next.KeyPEM(),
	})
	for _, a := range roll.agents {
		a.RenewCertificate() // a test cannot wait for the end of the old one
	}
	took = eventually(t, 2*time.Minute, "every agent has a certificate of the new root", func() bool {
		return roll.all(func(r *running) bool { return r.certifiedBy(t, roll.next) })
	})
	t.Logf("all have a certificate of the new root after %s", took.Round(time.Millisecond))
	roll.newcomer(t, "between")
	<-time.After(roll.age) // so old may a connection be that was opened with the certificate before
	eventually(t, patience, "every pair talks", roll.traffic.rounds(3))
	former.wantIn(t)

	roll.traffic.phase("the old root removed")
	roll.publish(map[string][]byte{rootFile: roll.next.RootsPEM()})
	took = eventually(t, time.Minute, "who has the old root's certificate is refused everywhere", former.out)
	t.Logf("the old root's client is refused everywhere after %s", took.Round(time.Millisecond))
	resumed := former.resumed
	for range 3 {
		if !former.out() {
			t.Error("let in again")
		}
	}
	if former.resumed > resumed {
		t.Errorf("%d sessions were resumed after the root was gone", former.resumed-resumed)
	}
	roll.newcomer(t, "after")
	eventually(t, patience, "every pair talks", roll.traffic.rounds(3))
	roll.traffic.stop()
	roll.traffic.check(t)
}

// Files of the real step-ca.
const (
	rootFile            = "root_ca.crt"
	intermediateFile    = "intermediate_ca.crt"
	intermediateKeyFile = "intermediate_ca_key"
)

type roll struct {
	*stack
	agents []*running
	before []byte // the old root
	// Of both roots, as the operator sets them from the first day to the last.
	fingerprints string
	next         *stepcatest.CA
	age          time.Duration // of connections
	traffic      *allPairs
	old          *running // its certificate outlives the roll
	start        func(name string, with map[string]string) *running
}

func newRoll(t *testing.T) *roll {
	t.Helper()
	s := newDirectStack(t, authoritytest.Options{})
	r := &roll{stack: s, next: stepcatest.NewCA(t, nil), age: 3 * time.Second, traffic: &allPairs{t: t, pace: 500 * time.Millisecond}}
	n, roots := loadscale.Size(t, 4, 10), time.Second
	if n == 10 { // with the real intervals
		r.age, r.traffic.pace, roots = time.Minute, time.Second, 0
	}
	r.start = func(name string, with map[string]string) *running {
		env := s.auth.Env()
		env["AGENT__DIR"], env["LIMITS__CONNECTION_AGE"] = filepath.Join(s.root, name), r.age.String()
		env["HYDRA__INTROSPECTION_TIMEOUT"] = "10s" // on a busy machine Hydra is not the subject
		maps.Copy(env, with)
		return launchOptions(t, name, env, agent.Options{RootsEvery: roots}).await()
	}
	for i := range n {
		r.agents = append(r.agents, r.start("agent-"+strconv.Itoa(i), nil))
	}
	r.old = r.start("former", nil)
	r.fingerprints = s.auth.Fingerprint + "," + r.next.Fingerprint()
	var err error
	if r.before, err = os.ReadFile(filepath.Join(s.auth.Dir, "step-ca", rootFile)); err != nil {
		t.Fatal(err)
	}
	return r
}

// newcomer starts an agent without a certificate, which knows both
// fingerprints and needs no other settings before, during and after.
func (r *roll) newcomer(t *testing.T, name string) {
	t.Helper()
	n := r.start("newcomer-"+name, map[string]string{"MTLS__CA_FINGERPRINT": r.fingerprints})
	talks(t, n, r.agents[0])
	talks(t, r.agents[0], n)
	if err := n.stop(); err != nil {
		t.Error(err)
	}
}

// publish restarts step-ca with other files, as its operator does.
func (r *roll) publish(files map[string][]byte) {
	r.t.Helper()
	r.auth.StopStepCA()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(r.auth.Dir, "step-ca", name), data, 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	r.auth.StartStepCA()
}

func (r *roll) all(holds func(*running) bool) bool {
	return !slices.ContainsFunc(r.agents, func(a *running) bool { return !holds(a) })
}

// trusted reads the roots that the agent keeps for its next start.
func (r *running) trusted(t *testing.T) []*x509.Certificate {
	t.Helper()
	return readCertificates(t, filepath.Join(r.dir, "ca_bundle.pem"))
}

// certifiedBy reports whether the agent's certificate leads to the CA.
func (r *running) certifiedBy(t *testing.T, ca *stepcatest.CA) bool {
	t.Helper()
	chain := readCertificates(t, filepath.Join(r.dir, "tls_cert.pem"))
	return len(chain) > 1 && chain[1].CheckSignatureFrom(ca.Root) == nil
}

func readCertificates(t *testing.T, file string) (certs []*x509.Certificate) {
	t.Helper()
	rest, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return certs
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		certs = append(certs, cert)
	}
}

// leftBehind has a good certificate of the old root, a good token and a good
// key, trusts both roots, and keeps its sessions and one connection to each.
type leftBehind struct {
	as      probe.Proofs
	agents  []*running
	anew    []*http.Client
	kept    []*http.Client
	resumed int
}

// former is an agent that is no more, in the hands of somebody else.
func (r *roll) former(t *testing.T) *leftBehind {
	t.Helper()
	o, token := r.old.Outbound(), r.oauthClient(r.old).mint()
	if err := r.old.stop(); err != nil {
		t.Fatal(err)
	}
	dir, err := safefile.OpenDir(r.old.dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	id, err := mtls.NewDirStore(dir, nil).Load(o.DID, o.Issuer)
	if err != nil {
		t.Fatal(err)
	}
	id.Roots = append(slices.Clone(id.Roots), r.next.Root)
	source, err := mtls.NewSource(id, mtls.SourceConfig{Issuer: o.Issuer})
	if err != nil {
		t.Fatal(err)
	}
	f := &leftBehind{agents: r.agents, as: probe.Proofs{Token: token, Signer: o.DID, Key: o.Key, Scheme: signature.JCS1}}
	for _, a := range r.agents {
		config := source.ClientConfig(a.DID())
		verify := config.VerifyConnection
		config.VerifyConnection = func(cs tls.ConnectionState) error {
			if cs.DidResume {
				f.resumed++ // one request at a time
			}
			return verify(cs)
		}
		anew := &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}
		kept := &http.Transport{TLSClientConfig: source.ClientConfig(a.DID())}
		t.Cleanup(kept.CloseIdleConnections)
		f.anew = append(f.anew, &http.Client{Transport: anew, Timeout: patience})
		f.kept = append(f.kept, &http.Client{Transport: kept, Timeout: patience})
	}
	f.wantIn(t)
	return f
}

// wantIn wants every agent to let it in, on sessions and on kept connections.
func (f *leftBehind) wantIn(t *testing.T) {
	t.Helper()
	resumed := f.resumed
	for range 2 {
		for i, a := range f.agents {
			for _, client := range []*http.Client{f.anew[i], f.kept[i]} {
				if why := f.visit(client, a); why != "" {
					t.Errorf("%s: %s", a.set.Agent.Name, why)
				}
			}
		}
	}
	if f.resumed-resumed < len(f.agents) {
		t.Errorf("%d sessions were resumed", f.resumed-resumed)
	}
}

// out reports whether no agent lets it in.
func (f *leftBehind) out() bool {
	for i, a := range f.agents {
		if f.visit(f.anew[i], a) == "" || f.visit(f.kept[i], a) == "" {
			return false
		}
	}
	return true
}

// visit returns why it was not let in, "" if it was.
func (f *leftBehind) visit(client *http.Client, to *running) string {
	p := f.as
	p.Audience, p.Time = to.DID(), time.Now()
	return send(to.t.Context(), client, p, to)
}
