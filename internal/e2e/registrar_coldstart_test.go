package e2e

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/loadscale"
	"github.com/getbindu/bindu-go/registrar/operator"
)

// TestEndToEndColdStartThroughTheRegistrar: many agents that nobody knows yet start at
// once, with a registrar in place of Hydra's admin API: each registers, takes a token,
// announces the key of its certificate and gets it from a step-ca that asks. All are
// there within two minutes, and each is registered once.
func TestEndToEndColdStartThroughTheRegistrar(t *testing.T) {
	hook := webhookURL(t)
	s := newDirectStack(t, authoritytest.Options{Webhook: hook})
	r := &registry{stack: s}
	count := loadscale.Size(t, 20, 1000)
	// What an operator sets whose agents are all behind one address.
	extra := map[string]string{
		"LIMITS__STRANGER_PER_MINUTE": strconv.Itoa(10 * count), "LIMITS__STRANGERS_PER_MINUTE": strconv.Itoa(10 * count), "REGISTRAR__MAX_DIDS_PER_ADDRESS": strconv.Itoa(count), "LIMITS__CONNECTIONS_PER_PEER": "4096",
	}
	for name, value := range r.webhook(hook) {
		extra[name] = value
	}
	p := s.replica(buildRegistrar(t), "registrar", extra)
	p.start()
	self := p.await().did()
	token, err := p.operator().CreateToken(t.Context(), operator.NewToken{Author: "*", Name: "*", Uses: count, Lifetime: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	agents := make([]*running, count)
	began := time.Now()
	for i := range agents {
		agents[i] = s.launch(fmt.Sprintf("agent-%d", i), map[string]string{
			"HYDRA__ADMIN_URL": "", "REGISTRAR__URL": "https://" + p.address, "REGISTRAR__DID": self.String(), "REGISTRAR__ENROLMENT_TOKEN": token.Text,
		})
	}
	tries, causes := make(map[int]int), make(map[string]int)
	for _, a := range agents {
		a.awaitFor(10*time.Minute - time.Since(began))
		tries[a.tries(causes)]++
	}
	took := time.Since(began)
	t.Logf("%d agents ready after %s; agents by tries: %v; causes: %v", count, took.Round(time.Millisecond), tries, causes)
	if took > 2*time.Minute {
		t.Errorf("took %s", took)
	}
	r.wantOnce(p, token.ID, agents)
	talks(t, agents[0], agents[count-1])
}

// wantOnce: Hydra has a client of each agent and of the registrar, and the enrolment token
// was used once for each.
func (r *registry) wantOnce(p *replica, token string, agents []*running) {
	r.t.Helper()
	wanted := map[string]bool{p.did().String(): true}
	for _, a := range agents {
		wanted[a.DID().String()] = true
		if ready, why := a.readyz(); !ready {
			r.t.Errorf("%s is not ready: %v", a.set.Agent.Name, why)
		}
	}
	clients := r.clients()
	if len(clients) != len(agents)+1 || len(wanted) != len(agents)+1 {
		r.t.Errorf("%d agents and a registrar have %d names and %d clients", len(agents), len(wanted), len(clients))
	}
	for _, id := range clients {
		if !wanted[id] {
			r.t.Errorf("%s is nobody's", id)
		}
	}
	tokens, err := p.operator().Tokens(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	for _, t := range tokens {
		if t.ID == token && t.Uses != len(agents) {
			r.t.Errorf("the enrolment token was used %d times for %d agents", t.Uses, len(agents))
		}
	}
}
