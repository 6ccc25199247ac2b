package e2e

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/postgrestest"
	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// outage is a whole stack with one of its authorities away.
type outage struct {
	*registry
	database   *postgrestest.Server
	alice, bob *running
	asks       *thief // sends requests of any agent
	agent      registrartest.Agent
	newcomers  int
}

// absence is what somebody's being away means to everybody else.
type absence struct {
	stop, start func(o *outage)
	// says is the word with which the registrar answers registrations, and questions about
	// tokens; keys, that for questions about keys. "" is an answer.
	says, keys string
	// readiness is what the registrar's /readyz says, as a reason or as a warning.
	readiness string
	// agents is what theirs says, "" for nothing: then they go on calling each other.
	agents string
}

var absences = map[string]absence{
	"Hydra": {
		stop: func(o *outage) { o.auth.StopHydra() }, start: func(o *outage) { o.auth.StartHydra() },
		says: "authority_unavailable", readiness: "hydra_unavailable", agents: "hydra_unavailable",
	},
	"the database": {
		stop: func(o *outage) { o.database.Stop() }, start: func(o *outage) { o.database.Restart(o.t) },
		says: "storage_unavailable", keys: "storage_unavailable", readiness: "database_unavailable", agents: "registrar_unavailable",
	},
	"step-ca": {
		stop: func(o *outage) { o.auth.StopStepCA() }, start: func(o *outage) { o.auth.StartStepCA() },
	},
}

// TestEndToEndRegistrarOutages: Hydra, step-ca and the database are away, one after the
// other, under a registrar and two agents that run. What needs who is away gets 503 and a
// word, agents go on as they do without a registrar, and all is well again by itself.
func TestEndToEndRegistrarOutages(t *testing.T) {
	database := postgrestest.Start(t)
	o := &outage{database: database, registry: startRegistry(t, authoritytest.Options{Webhook: webhookURL(t)}, map[string]string{
		"REGISTRAR__DATABASE_URL": database.Address(database.Database(t), nil), "REGISTRAR__MODE": "open", "HYDRA__TIMEOUT": "2s", "REGISTRAR__CHANGE_TIMEOUT": "3s", "REGISTRAR__SETTLE_INTERVAL": "200ms",
		"LIMITS__STRANGER_PER_MINUTE": "100000", "LIMITS__STRANGERS_PER_MINUTE": "100000", "LIMITS__KNOWN_PER_MINUTE": "100000",
	}, 200*time.Millisecond)}
	o.alice, o.bob = o.start("alice", nil), o.start("bob", nil)
	o.asks = &thief{t: t, place: place{registrar: "https://" + o.Addr().String(), self: o.DID()}, bag: newBag(), wires: make(map[string]*wire)}
	t.Cleanup(o.asks.hangUp)
	o.agent = registrartest.NewAgent(t, "asking")
	if status, word := o.register(o.agent); status != http.StatusCreated {
		t.Fatal(status, word)
	}
	for name, a := range absences {
		t.Run(name, func(t *testing.T) {
			o.t, o.asks.t = t, t
			o.without(a)
		})
	}
}

// without has one of the three away for a while.
func (o *outage) without(a absence) {
	p, config := honest(o.t, o.alice, o.bob, signature.Octets1)
	expect(o.t, sign(o.t, p, o.bob), config, "")
	a.stop(o)
	began := time.Now()
	o.wantAnswers(a)
	o.wantCalls(a, p, config) // first: who got no answer looks at once
	o.wantReadiness(a, began)
	a.start(o)
	took := eventually(o.t, patience, "the registrar is ready and warns of nothing", func() bool {
		ready, reasons, warnings := o.readiness()
		return ready && len(reasons) == 0 && !slices.Contains(warnings, a.readiness)
	})
	o.t.Logf("ready again after %s", took.Round(time.Millisecond))
	for _, agent := range []*running{o.alice, o.bob} {
		eventually(o.t, patience, "the agent is ready", func() bool { ready, _ := agent.readyz(); return ready })
	}
	o.wantAnswers(absence{})
	talks(o.t, o.alice, o.bob)
	o.newcomers++
	talks(o.t, o.start(fmt.Sprintf("newcomer-%d", o.newcomers), nil), o.bob) // with a certificate
}

// wantAnswers asks the registrar for everything that agents ask for.
func (o *outage) wantAnswers(a absence) {
	o.t.Helper()
	o.newcomers++
	form := url.Values{"token": {"ory_at_nobody"}}.Encode()
	for what, got := range map[string]func() (int, string){
		a.says + " of a first registration": func() (int, string) {
			return o.register(registrartest.NewAgent(o.t, fmt.Sprint("asking ", o.newcomers)))
		},
		a.says + " of another registration": func() (int, string) { return o.register(o.agent) },
		a.says + " of a question about a token": func() (int, string) {
			return o.ask("POST", "/v1/introspect", mediaForm, []byte(form))
		},
		a.keys + " of a question about a key": func() (int, string) { return o.ask("GET", "/v1/keys/"+o.alice.DID().String(), "", nil) },
		a.keys + " of an announcement": func() (int, string) {
			return o.ask("PUT", registrationPath(o.agent.DID.String())+"/tls-key", mediaJSON, o.asks.announcement(o.asks.newKey()))
		},
	} {
		word, what, _ := strings.Cut(what, " of ")
		var status int
		var said string
		// A change that was cut off is settled by the registrar itself, soon.
		eventually(o.t, patience, what+" is answered", func() bool {
			status, said = got()
			return said != "client_busy"
		})
		if said != word || (word == "") != (status/100 == 2) || word != "" && status != http.StatusServiceUnavailable {
			o.t.Errorf("%s: %d %q, want %q", what, status, said, word)
		}
	}
}

func (o *outage) register(a registrartest.Agent) (int, string) {
	return o.put(a, registrationPath(a.DID.String()), a.Body(registrartest.SecretOf("asking")).JSON())
}

func (o *outage) put(a registrartest.Agent, target string, body []byte) (int, string) {
	got := o.asks.askBare(o.asks.registrar, o.asks.signedWith(a.Key, a.DID, "PUT", target, mediaJSON, body))
	return got.status, reasonOf(got)
}

func (o *outage) ask(method, target, media string, body []byte) (int, string) {
	got := o.asks.askBare(o.asks.registrar, o.asks.signedWith(o.agent.Key, o.agent.DID, method, target, media, body))
	return got.status, reasonOf(got)
}

// readiness is what the registrar's /readyz says.
func (o *outage) readiness() (ready bool, reasons, warnings []string) {
	return readiness(o.t, o.AdminAddr().String())
}

func (o *outage) wantReadiness(a absence, began time.Time) {
	o.t.Helper()
	if a.readiness != "" {
		eventually(o.t, patience, "the registrar says "+a.readiness, func() bool {
			_, reasons, warnings := o.readiness()
			return slices.Contains(append(reasons, warnings...), a.readiness)
		})
	}
	if a.agents != "" {
		eventually(o.t, patience, "an agent says "+a.agents, func() bool {
			ready, reasons := o.bob.readyz()
			return !ready && slices.Contains(reasons, a.agents)
		})
	}
	o.t.Logf("told after %s", time.Since(began).Round(time.Millisecond))
}

// wantCalls: a verdict that an agent has counts for 5 s, whoever is away; after that it is
// 503 where nobody can say more. Whoever is not asked is not missed.
func (o *outage) wantCalls(a absence, p probe.Proofs, config *tls.Config) {
	o.t.Helper()
	if a.agents == "" {
		for range 20 {
			p.Time = time.Now()
			expect(o.t, sign(o.t, p, o.bob), config, "")
		}
		return
	}
	eventually(o.t, verdictAge+2*room, "bob judges no token any more", func() bool {
		p.Time = time.Now()
		got, err := probe.Send(o.t.Context(), sign(o.t, p, o.bob), config)
		if err != nil {
			o.t.Fatal(err)
		}
		if got.Status != http.StatusOK && got.Status != http.StatusServiceUnavailable {
			o.t.Fatalf("%d %s", got.Status, got.Body)
		}
		return got.Status == http.StatusServiceUnavailable
	})
	p.Time = time.Now()
	wantUnavailable(o.t, sign(o.t, p, o.bob), config)
	if !o.bob.live() {
		o.t.Error("/livez does not answer")
	}
}
