package registrartest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
)

var errKilled = errors.New("the process was killed")

// fuse kills a process after a number of steps: nothing that it does afterwards
// reaches anybody. It also dies between what it did and learning of it.
type fuse struct {
	mu    sync.Mutex
	left  int
	burnt bool
}

func (k *fuse) step() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.left--; k.left < 0 {
		k.burnt = true
		return errKilled
	}
	return nil
}

// around does something, unless the process is dead, and may kill it before or after.
func (k *fuse) around(do func() error) error {
	if err := k.step(); err != nil {
		return err
	}
	err := do()
	return errors.Join(k.step(), err)
}

// mortalStore and mortalClients are what a process that is killed sees of the world.
type mortalStore struct {
	registrar.Store
	*fuse
}

func (s mortalStore) Change(ctx context.Context, fn func(registrar.Tx) error) error {
	return s.around(func() error { return s.Store.Change(ctx, fn) })
}

func (s mortalStore) View(ctx context.Context, fn func(registrar.Reader) error) error {
	return s.around(func() error { return s.Store.View(ctx, fn) })
}

type mortalClients struct {
	registrar.Clients
	*fuse
}

func (c mortalClients) Get(ctx context.Context, d did.DID) (document []byte, err error) {
	err = c.around(func() (err error) {
		document, err = c.Clients.Get(ctx, d)
		return err
	})
	return document, err
}

func (c mortalClients) Put(ctx context.Context, d did.DID, document []byte) error {
	return c.around(func() error { return c.Clients.Put(ctx, d, document) })
}

func (c mortalClients) Delete(ctx context.Context, d did.DID) error {
	return c.around(func() error { return c.Clients.Delete(ctx, d) })
}

func (c mortalClients) RevokeTokens(ctx context.Context, d did.DID) error {
	return c.around(func() error { return c.Clients.RevokeTokens(ctx, d) })
}

// mortal returns a replica that dies after so many steps.
func (f *Fixture) mortal(store registrar.Store, steps int) (*registrar.Registrar, *fuse) {
	f.Helper()
	k := &fuse{left: steps}
	cfg := f.Config
	cfg.Store, cfg.Clients = mortalStore{store, k}, mortalClients{f.Clients, k}
	return f.Replica(cfg), k
}

// deed is what a process is killed in the middle of.
type deed struct {
	before func(f *Fixture, a Agent) (body Body)
	do     func(f *Fixture, r *registrar.Registrar, a Agent, body Body)
	// after is how the agent's next request ends.
	after string
}

func register(f *Fixture, r *registrar.Registrar, a Agent, body Body) { f.Register(r, a, body) }

var deeds = map[string]deed{
	"a first registration": {
		func(f *Fixture, a Agent) Body { return a.Body(SecretOf("first")).With("enrolmentToken", f.NewToken(1)) }, register, "registered",
	},
	"another registration": {func(f *Fixture, a Agent) Body {
		body := a.Body(SecretOf("old")).With("enrolmentToken", f.NewToken(1))
		f.mustRegister(a, body)
		return body.With("clientSecret", SecretOf("first")) // with the token, which costs nothing again
	}, register, "registered"},
	"a revocation": {func(f *Fixture, a Agent) Body {
		body := a.Body(SecretOf("old")).With("enrolmentToken", f.NewToken(1))
		f.mustRegister(a, body)
		return body.With("clientSecret", SecretOf("first")) // with the token, which costs nothing again
	}, func(f *Fixture, r *registrar.Registrar, a Agent, _ Body) {
		_, _ = r.Revoke(f.Context(), a.DID, "") // who is dead tells nobody
	}, "revoked or not"},
	"an ended secret": {func(f *Fixture, a Agent) Body {
		body := a.Body(SecretOf("old")).With("enrolmentToken", f.NewToken(1))
		f.mustRegister(a, body)
		return body.With("newSecret", "true")
	}, func(f *Fixture, r *registrar.Registrar, a Agent, _ Body) {
		_, _ = r.EndSecret(f.Context(), a.DID)
	}, "registered"},
}

func (f *Fixture) mustRegister(a Agent, body Body) {
	f.Helper()
	if got := f.Register(f.Registrar, a, body); got.State != "registered" {
		f.Fatal(got)
	}
}

// testKilled kills a replica at every step of every deed, before it and between it and
// its result. Another replica finishes what is left.
func testKilled(t *testing.T, f *rows) {
	for name, d := range deeds {
		lived := false
		for steps := 0; !lived; steps++ {
			if steps > 40 {
				t.Fatalf("%s never ends", name)
			}
			lived = dies(t, f, d, fmt.Sprintf("%s killed after %d steps", name, steps), steps)
			if lived && steps < 8 {
				t.Errorf("%s is over after %d steps: little was tried", name, steps)
			}
		}
	}
}

// dies lets a replica die after so many steps of a deed; true if it lived.
func dies(t *testing.T, f *rows, d deed, what string, steps int) (lived bool) {
	t.Helper()
	fix := NewFixture(t, f.store, nil)
	agent := NewAgent(t, what)
	body := d.before(fix, agent)
	dead, k := fix.mortal(f.again(), steps)
	d.do(fix, dead, agent, body)
	fix.Clock.Advance(fix.Config.Lease)
	if _, err := fix.Finish(t.Context()); err != nil {
		t.Errorf("%s: Finish: %v", what, err)
	}
	fix.agrees(what, agent.DID)
	got := fix.Register(fix.Registrar, agent, body.With("clientSecret", SecretOf("last")))
	if row := fix.Row(agent.DID); row.Tombstone != nil {
		if got.Reason != "revoked" || fix.Clients.Document(agent.DID) != nil {
			t.Errorf("%s: %s", what, got)
		}
	} else if got.State != "registered" || fix.Clients.Secret(agent.DID) != SecretOf("last") {
		t.Errorf("%s: %s", what, got)
	} else if got.Foreign {
		t.Errorf("%s: our own hand counts as another's: %s", what, got)
	}
	fix.agrees(what, agent.DID)
	if n := fix.Uses(body["enrolmentToken"]); n != 1 {
		t.Errorf("%s: the token was used %d times", what, n)
	}
	return !k.burnt
}
