package registrar_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// failing is a database of which some transactions fail, counted from the first.
type failing struct {
	registrar.Store
	view    bool
	changes map[int]bool
	n       int
}

func (s *failing) View(ctx context.Context, fn func(registrar.Reader) error) error {
	if s.view {
		return fmt.Errorf("%w: no disk", registrar.ErrStorage)
	}
	return s.Store.View(ctx, fn)
}

func (s *failing) Change(ctx context.Context, fn func(registrar.Tx) error) error {
	if s.n++; s.changes[s.n] {
		return fmt.Errorf("%w: no disk", registrar.ErrStorage)
	}
	return s.Store.Change(ctx, fn)
}

func TestADatabaseThatFails(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		store   failing
		written bool
	}{
		"before anything is known": {failing{view: true}, false},
		"at the decision":          {failing{changes: map[int]bool{1: true}}, false},
		"after the write":          {failing{changes: map[int]bool{2: true}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, inMode(registrar.ModeOpen))
			agent := registrartest.NewAgent(t, "alice")
			tt.store.Store = f.Config.Store
			cfg := f.Config
			cfg.Store = &tt.store
			want(t, f.Register(f.Replica(cfg), agent, agent.Body(registrartest.SecretOf("1"))), 503, "storage_unavailable")
			if written := f.Clients.Document(agent.DID) != nil; written != tt.written {
				t.Errorf("written: %t", written)
			}
			f.Clock.Advance(f.Config.Lease)
			if _, err := f.Finish(t.Context()); err != nil {
				t.Error(err)
			}
			f.sound(agent.DID, "")
			f.accept(agent, agent.Body(registrartest.SecretOf("2")))
		})
	}
	f := newFixture(t, nil)
	cfg := f.Config
	cfg.Store = &failing{Store: f.Config.Store, changes: map[int]bool{1: true}}
	if _, err := f.Replica(cfg).Revoke(t.Context(), registrartest.NewAgent(t, "alice").DID, ""); !errors.Is(err, registrar.ErrStorage) {
		t.Errorf("a revocation that is not stored: %v", err)
	}
}

func TestAKeyCountsWhileItIsValid(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	agent := registrartest.NewAgent(t, "alice")
	f.accept(agent, agent.Body(registrartest.SecretOf("1")))
	next := registrartest.Agent{DID: agent.DID, Key: registrartest.NewKey(t, "next")}
	now := f.Clock.Now()
	change := now.Add(time.Minute)
	err := f.Config.Store.Change(t.Context(), func(tx registrar.Tx) error {
		return errors.Join(tx.SaveKey(agent.DID, registrar.Key{Public: agent.Key.PublicKey(), From: now, Until: change}),
			tx.SaveKey(agent.DID, registrar.Key{Public: next.Key.PublicKey(), From: change}))
	})
	if err != nil {
		t.Fatal(err)
	}
	f.accept(agent, agent.Body(registrartest.SecretOf("2")))
	want(t, f.put(next, next.Body(registrartest.SecretOf("3"))), 403, "did_not_key_bound")
	f.Clock.Advance(time.Minute)
	want(t, f.put(agent, agent.Body(registrartest.SecretOf("2"))), 403, "did_not_key_bound")
	if got := f.accept(next, next.Body(registrartest.SecretOf("3"))); got.Foreign {
		t.Error(got)
	}
}
