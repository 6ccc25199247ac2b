package registrartest

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
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

// testEndedMeanwhile ends a secret while replicas register others, each signed before that
// and called new: whatever came first, none is in force when all have ended.
func testEndedMeanwhile(t *testing.T, f *rows) {
	fix := NewFixture(t, f.store, func(c *registrar.Config) { c.Mode = registrar.ModeOpen })
	agent := NewAgent(t, "alice")
	fix.mustRegister(agent, agent.Body(SecretOf("first")))
	var wait sync.WaitGroup
	for i, r := range fix.replicas(f.again, 3) {
		wait.Go(func() {
			for n := range 8 {
				if i == 0 && n == 2 {
					if _, err := r.EndSecret(t.Context(), agent.DID); err != nil {
						t.Error(err)
					}
				}
				fix.Register(r, agent, agent.Body(SecretOf(fmt.Sprint(i, n))).With("newSecret", "true"))
			}
		})
	}
	wait.Wait()
	fix.agrees("ended", agent.DID)
	if row := fix.Row(agent.DID); !row.Client.SecretEnded || len(row.Client.Ended) == 0 || fix.Clients.Document(agent.DID) != nil {
		t.Errorf("a secret is in force: %+v", row.Client)
	}
	fix.Clock.Advance(time.Second)
	fix.mustRegister(agent, agent.Body(SecretOf("last")).With("newSecret", "true"))
}

// meddling is an authority at whose writes something else happens.
type meddling struct {
	registrar.Clients
	before, after func()
}

func (m meddling) Put(ctx context.Context, d did.DID, document []byte) error {
	m.before()
	defer m.after()
	return m.Clients.Put(ctx, d, document)
}

// testRevokedMeanwhile revokes a DID just before and just after its client is written
// by another replica.
func testRevokedMeanwhile(t *testing.T, f *rows) {
	nothing := func() {}
	for name, place := range map[string]func(revoke func()) meddling{
		"before": func(revoke func()) meddling { return meddling{before: revoke, after: nothing} },
		"after":  func(revoke func()) meddling { return meddling{before: nothing, after: revoke} },
	} {
		fix := NewFixture(t, f.store, func(c *registrar.Config) { c.Mode = registrar.ModeOpen })
		agent := NewAgent(t, name)
		other := fix.replicas(f.again, 1)[0]
		m := place(func() {
			if done, err := other.Revoke(t.Context(), agent.DID, ""); err != nil || done.Removed {
				t.Errorf("%s: %+v %v", name, done, err)
			}
		})
		m.Clients = fix.Clients
		cfg := fix.Config
		cfg.Clients = m
		if got := fix.Register(fix.Replica(cfg), agent, agent.Body(SecretOf("1"))); got.Reason != "revoked" {
			t.Errorf("%s: %s", name, got)
		}
		fix.agrees(name, agent.DID)
		if fix.Clients.Document(agent.DID) != nil {
			t.Errorf("%s: the client is still there", name)
		}
	}
}

// testAsleep lets a replica write after its lease was over and its DID revoked.
func testAsleep(t *testing.T, f *rows) {
	fix := NewFixture(t, f.store, func(c *registrar.Config) { c.Mode = registrar.ModeOpen })
	agent, other := NewAgent(t, "alice"), fix.replicas(f.again, 1)[0]
	cfg := fix.Config
	cfg.Clients = meddling{Clients: fix.Clients, after: func() {}, before: func() {
		fix.Clock.Advance(fix.Config.Lease)
		if done, err := other.Revoke(t.Context(), agent.DID, ""); err != nil || !done.Removed {
			t.Errorf("%+v %v", done, err)
		}
	}}
	if got := fix.Register(fix.Replica(cfg), agent, agent.Body(SecretOf("1"))); got.State != "" {
		t.Error(got)
	}
	fix.agrees("asleep", agent.DID)
	if fix.Clients.Document(agent.DID) != nil {
		t.Error("the client is back")
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
