package registrar_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// faulty is an authority that fails in one way.
type faulty struct {
	registrar.Clients
	get, put func() error
	edit     func() // after a write
}

func (c *faulty) Get(ctx context.Context, d did.DID) ([]byte, error) {
	if c.get != nil {
		if err := c.get(); err != nil {
			return nil, err
		}
	}
	return c.Clients.Get(ctx, d)
}

func (c *faulty) Put(ctx context.Context, d did.DID, document []byte) error {
	if c.put != nil {
		if err := c.put(); err != nil {
			return err
		}
	}
	err := c.Clients.Put(ctx, d, document)
	if c.edit != nil {
		c.edit()
	}
	return err
}

func TestAnAuthorityThatFails(t *testing.T) {
	t.Parallel()
	away := errors.New("connection refused")
	for name, tt := range map[string]struct {
		fail   func(c *faulty, edit func(func(registrartest.Document)))
		reason string
		busy   bool // the lease goes on: a write may still arrive
	}{
		"is away": {func(c *faulty, _ func(func(registrartest.Document))) { c.get = func() error { return away } }, "authority_unavailable", false},
		"refuses": {func(c *faulty, _ func(func(registrartest.Document))) {
			c.put = func() error { return registrar.ErrRefused }
		}, "authority_unavailable", false},
		"hangs up": {func(c *faulty, _ func(func(registrartest.Document))) { c.put = func() error { return away } }, "authority_unavailable", true},
		"answers no document": {func(c *faulty, edit func(func(registrartest.Document))) {
			c.edit = func() { edit(func(d registrartest.Document) { d["metadata"] = json.RawMessage(`1`) }) }
		}, "foreign_writer", false},
		"is written by another": {func(c *faulty, edit func(func(registrartest.Document))) {
			c.edit = func() { edit(func(d registrartest.Document) { d["metadata"] = json.RawMessage(`{}`) }) }
		}, "foreign_writer", false},
		"does not keep a member": {func(c *faulty, edit func(func(registrartest.Document))) {
			c.edit = func() { edit(func(d registrartest.Document) { delete(d, "access_token_strategy") }) }
		}, "authority_differs", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, inMode(registrar.ModeOpen))
			agent := registrartest.NewAgent(t, "alice")
			c := &faulty{Clients: f.Clients}
			tt.fail(c, func(fn func(registrartest.Document)) { f.Clients.Edit(agent.DID, fn) })
			cfg := f.Config
			cfg.Clients = c
			got := f.Register(f.Replica(cfg), agent, agent.Body(registrartest.SecretOf("1")))
			if got.Reason != tt.reason || got.Status != 503 && got.Status != 409 {
				t.Error(got)
			}
			row := f.Row(agent.DID)
			if row.Client == nil || row.Client.Document != nil || (row.Intent != nil) != tt.busy {
				t.Errorf("the database has %+v", row)
			}
			// The binding stays; it works as soon as the authority does.
			if tt.busy {
				want(t, f.put(agent, agent.Body(registrartest.SecretOf("1"))), 503, "client_busy")
				f.Clock.Advance(f.Config.Lease)
			}
			if tt.reason == "foreign_writer" { // what somebody left there has to go first
				want(t, f.put(agent, agent.Body(registrartest.SecretOf("1"))), 409, "foreign_writer")
				f.revoke(agent.DID)
				f.restore(agent.DID)
			}
			f.accept(agent, agent.Body(registrartest.SecretOf("2")))
			f.sound(agent.DID, registrartest.SecretOf("2"))
		})
	}
}

// lease is an authority that looks at the time it is given, and at whose first
// question the agent goes away.
type lease struct {
	registrar.Clients
	leave context.CancelFunc
	given []time.Duration
}

func (l *lease) Get(ctx context.Context, d did.DID) ([]byte, error) {
	l.leave()
	until, _ := ctx.Deadline()
	l.given = append(l.given, time.Until(until))
	return l.Clients.Get(ctx, d)
}

// An agent that goes away leaves no change open, and an authority is not waited for
// until the lease is over.
func TestAChangeOutlivesItsRequestAndNotItsLease(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	agent := registrartest.NewAgent(t, "alice")
	ctx, cancel := context.WithCancel(t.Context())
	l := &lease{Clients: f.Clients, leave: cancel}
	cfg := f.Config
	cfg.Clients = l
	req := agent.Sign(t, agent.Signing(f.Config.Self, agent.Body(registrartest.SecretOf("1")).JSON(), f.Clock.Now()))
	if got := registrartest.Ask(f.Replica(cfg), req.WithContext(ctx)); got.Status != 201 {
		t.Error(got)
	}
	f.sound(agent.DID, registrartest.SecretOf("1"))
	if len(l.given) != 2 || l.given[0] <= 0 || l.given[0] > 20*time.Second || l.given[1] > l.given[0] {
		t.Errorf("the authority has %v of a lease of %s", l.given, f.Config.Lease)
	}
}
