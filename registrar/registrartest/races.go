package registrartest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"github.com/getbindu/bindu-go/registrar"
)

func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// replicas returns registrars that share a database, each as a process of its own.
func (f *Fixture) replicas(open func() registrar.Store, n int) (all []*registrar.Registrar) {
	f.Helper()
	for range n {
		cfg := f.Config
		cfg.Store = open()
		all = append(all, f.Replica(cfg))
	}
	return all
}

// testReplicas lets replicas register and revoke one DID at once.
func testReplicas(t *testing.T, f *rows) {
	fix := NewFixture(t, f.store, func(c *registrar.Config) { c.Mode = registrar.ModeOpen })
	agent := NewAgent(t, "alice")
	var wait sync.WaitGroup
	var mu sync.Mutex
	states := map[string]int{}
	for i, r := range fix.replicas(f.again, 3) {
		wait.Go(func() {
			for n := range 8 {
				got := fix.Register(r, agent, agent.Body(SecretOf(fmt.Sprint(i, n))))
				mu.Lock()
				states[got.State+got.Reason]++
				mu.Unlock()
				if got.Foreign {
					t.Errorf("a replica counts as another hand: %s", got)
				}
			}
		})
	}
	wait.Wait()
	if states["registered"] == 0 || states["registered"]+states["client_busy"] != 24 {
		t.Errorf("%v", states)
	}
	fix.agrees("registered", agent.DID)
	wait.Go(func() { fix.Register(fix.Registrar, agent, agent.Body(SecretOf("last"))) })
	if _, err := fix.replicas(f.again, 1)[0].Revoke(t.Context(), agent.DID, ""); err != nil {
		t.Error(err)
	}
	wait.Wait()
	fix.agrees("revoked", agent.DID)
	if fix.Clients.Document(agent.DID) != nil {
		t.Error("the client is still there")
	}
}

// testTokenRace lets replicas bind DIDs with one token at once.
func testTokenRace(t *testing.T, f *rows) {
	fix := NewFixture(t, f.store, nil)
	token := fix.NewToken(2)
	var wait sync.WaitGroup
	got := make([]Answer, 6)
	for i, r := range fix.replicas(f.again, len(got)) {
		agent := NewAgent(t, fmt.Sprint("agent", i))
		wait.Go(func() { got[i] = fix.Register(r, agent, agent.Body(SecretOf("1")).With("enrolmentToken", token)) })
	}
	wait.Wait()
	bound := 0
	for _, a := range got {
		if a.State == "registered" {
			bound++
		} else if a.Reason != "enrolment_token_refused" {
			t.Error(a)
		}
	}
	if n := fix.Uses(token); bound != 2 || n != 2 {
		t.Errorf("%d were bound, the token was used %d times", bound, n)
	}
}
