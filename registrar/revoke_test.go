package registrar_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

func (f fixture) revoke(d did.DID) registrar.Revocation {
	f.Helper()
	done, err := f.Revoke(f.Context(), d, "stolen")
	if err != nil {
		f.Fatal(err)
	}
	return done
}

func (f fixture) restore(d did.DID) registrar.Tombstone {
	f.Helper()
	done, err := f.Restore(f.Context(), d, "found")
	if err != nil {
		f.Fatal(err)
	}
	return done
}

func TestARevokedAgentDoesNotComeBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	agent, stranger := registrartest.NewAgent(t, "alice"), registrartest.NewAgent(t, "stranger")
	f.accept(agent, agent.Body(registrartest.SecretOf("1")))
	first := f.revoke(agent.DID)
	if !first.Removed || !first.Revoked || first.Seq != 1 || first.Note != "stolen" || f.Clients.Document(agent.DID) != nil {
		t.Errorf("%+v", first)
	}
	if again := f.revoke(agent.DID); again.Seq != 1 {
		t.Errorf("revoking twice is two revocations: %+v", again)
	}
	if unseen := f.revoke(stranger.DID); !first.Bound || unseen.Bound || !unseen.Revoked {
		t.Errorf("bound: %t; before anybody has seen it: %+v", first.Bound, unseen)
	}
	for _, a := range []registrartest.Agent{agent, stranger} {
		want(t, f.put(a, a.Body(registrartest.SecretOf("2"))), 403, "revoked")
		want(t, f.put(a, a.Body(registrartest.SecretOf("2")).With("enrolmentToken", f.NewToken(1))), 403, "revoked")
		f.sound(a.DID, "")
	}
	if back := f.restore(agent.DID); back.Revoked || back.Seq != 3 {
		t.Errorf("%+v", back)
	}
	if f.Clients.Document(agent.DID) != nil {
		t.Error("restoring made a client")
	}
	if got := f.accept(agent, agent.Body(registrartest.SecretOf("3"))); got.Status != 201 {
		t.Error(got)
	}
	f.sound(agent.DID, registrartest.SecretOf("3"))
	f.tombstones(0, 3, stranger.DID, agent.DID)
	f.tombstones(2, 3, agent.DID)
	f.tombstones(3, 3)
}

// tombstones fails the test unless those above after are of these DIDs.
func (f fixture) tombstones(after, seq int64, of ...did.DID) {
	f.Helper()
	all, head, err := f.Tombstones(f.Context(), after, 10)
	if err != nil || head.Seq != seq || len(head.Epoch) < 20 || len(all) != len(of) {
		f.Fatalf("%+v %+v %v", all, head, err)
	}
	for i, d := range of {
		if all[i].DID != d {
			f.Errorf("tombstone %d is %+v, want %s", i, all[i], d)
		}
	}
}

// The key of a revoked DID does not come back under another name, however it is let in.
func TestAKeyOfARevokedDIDBindsNoOther(t *testing.T) {
	t.Parallel()
	for _, mode := range []registrar.Mode{registrar.ModeToken, registrar.ModeApprove, registrar.ModeOpen} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, inMode(mode))
			agent := registrartest.NewAgent(t, "alice")
			f.accept(agent, agent.Body(registrartest.SecretOf("1")).With("enrolmentToken", f.NewToken(1)))
			f.revoke(agent.DID)
			other, err := did.FromPublicKey("author", "bob", agent.Key.PublicKey())
			if err != nil {
				t.Fatal(err)
			}
			named := registrartest.NewNamedAgent(t, "carol").DID
			for name, d := range map[string]did.DID{"bob": other, "carol": named} {
				again, token := registrartest.Agent{DID: d, Key: agent.Key}, f.NewTokenFor("author", name, 1)
				want(t, f.put(again, again.Body(registrartest.SecretOf("2")).With("enrolmentToken", token)), 403, "revoked")
				if d == other {
					want(t, f.put(again, again.Body(registrartest.SecretOf("2"))), 403, "revoked")
				}
				if row := f.Row(d); row.Client != nil || row.Pending != nil || f.Clients.Document(d) != nil || f.Uses(token) != 0 {
					t.Errorf("%+v", row)
				}
			}
			f.restore(agent.DID)
			again := registrartest.Agent{DID: other, Key: agent.Key}
			f.accept(again, again.Body(registrartest.SecretOf("2")).With("enrolmentToken", f.NewToken(1)))
		})
	}
}

// Nor where it waited already when its first DID was revoked. DIDs that are bound to it
// stay: each is revoked by itself.
func TestAKeyThatIsRevokedWhileItWaits(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeApprove))
	agent := registrartest.NewAgent(t, "alice")
	var names []registrartest.Agent
	for _, name := range []string{"bound", "waiting"} {
		d, err := did.FromPublicKey("author", name, agent.Key.PublicKey())
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, registrartest.Agent{DID: d, Key: agent.Key})
	}
	bound, waiting := names[0], names[1]
	for _, a := range []registrartest.Agent{agent, bound} {
		f.accept(a, a.Body(registrartest.SecretOf("1")).With("enrolmentToken", f.NewToken(1)))
	}
	want(t, f.put(waiting, waiting.Body(registrartest.SecretOf("1"))), 202, "")
	f.revoke(agent.DID)
	err := f.Approve(t.Context(), waiting.DID, registrar.Fingerprint(agent.Key.PublicKey()))
	if r, ok := errors.AsType[*registrar.Refusal](err); !ok || r.Word != registrar.Revoked || !strings.Contains(err.Error(), agent.DID.String()) {
		t.Errorf("approved: %v", err)
	}
	if row := f.Row(waiting.DID); row.Client != nil {
		t.Errorf("%+v", row)
	}
	f.accept(bound, bound.Body(registrartest.SecretOf("2")))
}

// The registrar cannot lock itself out: revoked, it could not renew its certificate.
func TestTheRegistrarIsNoAgent(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	self := f.Config.Self
	_, revoked := f.Revoke(t.Context(), self, "a mistake")
	_, restored := f.Restore(t.Context(), self, "")
	granted, none := f.Grant(t.Context(), self, []string{"agent:read"}), f.Grant(t.Context(), self, nil)
	for i, err := range []error{revoked, restored, granted, none} {
		if !errors.Is(err, registrar.ErrOwn) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if row := f.Row(self); row.Tombstone != nil || row.Intent != nil || row.Scopes != nil {
		t.Errorf("the database has %+v", row)
	}
}

func TestThereMustBeSomethingToRestore(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	agent := registrartest.NewAgent(t, "alice")
	if _, err := f.Restore(t.Context(), agent.DID, ""); !errors.Is(err, registrar.ErrNotRevoked) {
		t.Error(err)
	}
	f.accept(agent, agent.Body(registrartest.SecretOf("1")))
	if _, err := f.Restore(t.Context(), agent.DID, ""); !errors.Is(err, registrar.ErrNotRevoked) || f.Row(agent.DID).Client.Document == nil {
		t.Errorf("whom nothing ails was taken offline: %v", err)
	}
	if err := f.Clients.Delete(t.Context(), agent.DID); err != nil {
		t.Fatal(err)
	}
	want(t, f.put(agent, agent.Body(registrartest.SecretOf("2"))), 409, "foreign_writer")
	f.restore(agent.DID)
	if got := f.accept(agent, agent.Body(registrartest.SecretOf("2"))); got.Status != 201 {
		t.Error(got)
	}
	f.tombstones(0, 0)
}

// hanging is an authority whose writes hang until they are let go.
type hanging struct {
	registrar.Clients
	arrived, let chan struct{}
}

func (h *hanging) Put(ctx context.Context, d did.DID, document []byte) error {
	close(h.arrived)
	<-h.let
	return h.Clients.Put(ctx, d, document)
}

// hung returns an agent whose change hangs in the write, and what lets it go on.
func hung(t *testing.T, f fixture, agent registrartest.Agent, secret string) (release func() registrartest.Answer) {
	t.Helper()
	h := &hanging{Clients: f.Clients, arrived: make(chan struct{}), let: make(chan struct{})}
	cfg := f.Config
	cfg.Clients = h
	slow, done := f.Replica(cfg), make(chan registrartest.Answer, 1)
	go func() { done <- f.Register(slow, agent, agent.Body(secret)) }()
	<-h.arrived
	return func() registrartest.Answer {
		close(h.let)
		return <-done
	}
}

func TestNobodyWritesBesideAHungChange(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice, bob := registrartest.NewAgent(t, "alice"), registrartest.NewAgent(t, "bob")
	f.accept(alice, alice.Body(registrartest.SecretOf("1")))
	release := hung(t, f, alice, registrartest.SecretOf("2"))
	busy := f.put(alice, alice.Body(registrartest.SecretOf("3")))
	want(t, busy, 503, "client_busy")
	if busy.Header.Get("Retry-After") != "2" {
		t.Errorf("Retry-After: %s", busy.Header.Get("Retry-After"))
	}
	f.Clock.Advance(29 * time.Second)
	if busy = f.put(alice, alice.Body(registrartest.SecretOf("3"))); busy.Header.Get("Retry-After") != "1" {
		t.Errorf("at the end of the lease: %s, Retry-After: %s", busy, busy.Header.Get("Retry-After"))
	}
	if n, err := f.Finish(t.Context()); n != 0 || err != nil {
		t.Errorf("a change under way was taken over: %d, %v", n, err)
	}
	f.accept(bob, bob.Body(registrartest.SecretOf("4"))) // others are not kept
	if got := release(); got.Status != 200 {
		t.Error(got)
	}
	f.sound(alice.DID, registrartest.SecretOf("2"))
}

// A revocation waits for nobody, and what is written after it is deleted by who wrote it.
func TestARevocationDoesNotWaitForAHungChange(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	agent := registrartest.NewAgent(t, "alice")
	f.accept(agent, agent.Body(registrartest.SecretOf("1")))
	release := hung(t, f, agent, registrartest.SecretOf("2"))
	if done := f.revoke(agent.DID); !done.Revoked || done.Removed {
		t.Errorf("%+v", done)
	}
	want(t, f.put(agent, agent.Body(registrartest.SecretOf("3"))), 403, "revoked")
	// Not even restoring it keeps what was to be deleted.
	f.restore(agent.DID)
	want(t, f.put(agent, agent.Body(registrartest.SecretOf("3"))), 503, "client_busy")
	want(t, release(), 403, "revoked")
	if f.Clients.Document(agent.DID) != nil {
		t.Error("the client is still there")
	}
	f.sound(agent.DID, "")
	if got := f.accept(agent, agent.Body(registrartest.SecretOf("3"))); got.Status != 201 {
		t.Error(got)
	}
}

// A write of a replica that was given up arrives after all: the next registration
// finds and replaces it.
func TestALateWriteIsFoundAndReplaced(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	agent := registrartest.NewAgent(t, "alice")
	f.accept(agent, agent.Body(registrartest.SecretOf("1")))
	release := hung(t, f, agent, registrartest.SecretOf("late"))
	f.Clock.Advance(f.Config.Lease)
	if n, err := f.Finish(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	f.sound(agent.DID, registrartest.SecretOf("1"))
	f.accept(agent, agent.Body(registrartest.SecretOf("2")))
	want(t, release(), 503, "client_busy") // its lease is over
	if f.Clients.Secret(agent.DID) != registrartest.SecretOf("late") {
		t.Fatal("the late write did not arrive; this test shows nothing")
	}
	if got := f.accept(agent, agent.Body(registrartest.SecretOf("3"))); !got.Foreign {
		t.Errorf("a late write is not noticed: %s", got)
	}
	f.sound(agent.DID, registrartest.SecretOf("3"))
}

// A machine that was asleep in the middle of a change does not bring back what was
// deleted meanwhile, whether the DID is still revoked or restored already.
func TestALateWriteBringsNothingBack(t *testing.T) {
	t.Parallel()
	for _, restored := range []bool{false, true} {
		f := newFixture(t, inMode(registrar.ModeOpen))
		agent := registrartest.NewAgent(t, "alice")
		f.accept(agent, agent.Body(registrartest.SecretOf("1")))
		release := hung(t, f, agent, registrartest.SecretOf("stolen"))
		f.Clock.Advance(f.Config.Lease)
		if done := f.revoke(agent.DID); !done.Removed {
			t.Fatalf("%+v", done)
		}
		if restored {
			f.restore(agent.DID)
		}
		want(t, release(), 503, "client_busy")
		if f.Clients.Document(agent.DID) != nil {
			t.Errorf("restored: %t: the client is back", restored)
		}
		f.sound(agent.DID, "")
	}
}

// An authority that is down keeps no revocation from being one; it is deleted there
// as soon as that can be.
func TestARevocationIsCarriedThroughLater(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	agent := registrartest.NewAgent(t, "alice")
	f.accept(agent, agent.Body(registrartest.SecretOf("1")))
	down := true
	cfg := f.Config
	cfg.Clients = &faulty{Clients: f.Clients, get: func() error {
		if down {
			return errors.New("connection refused")
		}
		return nil
	}}
	r := f.Replica(cfg)
	done, err := r.Revoke(t.Context(), agent.DID, "")
	if err != nil || !done.Revoked || done.Removed {
		t.Fatalf("%+v %v", done, err)
	}
	f.Clock.Advance(f.Config.Lease)
	if n, err := r.Finish(t.Context()); n != 0 || err == nil {
		t.Errorf("finished while the authority is down: %d, %v", n, err)
	}
	down = false
	if n, err := r.Finish(t.Context()); n != 0 || err != nil {
		t.Errorf("a lease that began anew was taken: %d, %v", n, err)
	}
	f.Clock.Advance(f.Config.Lease)
	if n, err := r.Finish(t.Context()); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	f.sound(agent.DID, "")
}

// mute is an authority that does not answer a deletion.
type mute struct{ registrar.Clients }

func (s *mute) Delete(ctx context.Context, _ did.DID) error {
	<-ctx.Done()
	return context.Cause(ctx)
}

// A revocation counts at once, and its operator does not wait long for an authority that
// hangs.
func TestARevocationDoesNotWaitForTheAuthority(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, inMode(registrar.ModeOpen))
		d := f.registered("alice").DID
		cfg := f.Config
		cfg.Clients = &mute{f.Clients}
		began := time.Now()
		done, err := f.Replica(cfg).Revoke(t.Context(), d, "")
		if err != nil || done.Removed || !done.Revoked || time.Since(began) > 10*time.Second {
			t.Errorf("%+v, %v after %s", done, err, time.Since(began))
		}
	})
}
