package registrar_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// tokensEnded fails the test unless tokens of a DID that were ended may be about, or not.
func (f fixture) tokensEnded(when string, d did.DID, want bool) {
	f.Helper()
	if got, err := f.TokensEnded(f.Context(), d); err != nil || got != want {
		f.Errorf("%s: %v, %v, want %v", when, got, err, want)
	}
}

// Tokens that were obtained by an ended secret are about for as long as they live, however
// soon its agent registers another, and however late its client is deleted.
func TestTokensOfAnEndedSecret(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice, bob := f.registered("alice"), f.registered("bob")
	f.tokensEnded("registered", alice.DID, false)
	f.ends(alice.DID)
	f.tokensEnded("ended", alice.DID, true)
	f.tokensEnded("ended another's", bob.DID, false)
	f.Clock.Advance(time.Hour)
	f.tokensEnded("as long as it has no other", alice.DID, true)
	f.accept(alice, fresh(alice, "2"))
	f.tokensEnded("an hour later, with another", alice.DID, false)
	f.ends(alice.DID)
	f.Clock.Advance(time.Second)
	f.accept(alice, fresh(alice, "3"))
	f.Clock.Advance(registrar.MaxTokenLifetime - time.Second)
	f.tokensEnded("with another at once", alice.DID, true)
	f.Clock.Advance(time.Second)
	f.tokensEnded("after a token's life", alice.DID, false)
}

// undeletable are clients that can be deleted now and then.
type undeletable struct {
	registrar.Clients
	down atomic.Bool
}

func (u *undeletable) Delete(ctx context.Context, d did.DID) error {
	if u.down.Load() {
		return context.DeadlineExceeded
	}
	return u.Clients.Delete(ctx, d)
}

func withUndeletable(t *testing.T) (f fixture, clients *undeletable) {
	t.Helper()
	f = newFixture(t, func(c *registrar.Config) {
		clients = &undeletable{Clients: c.Clients}
		c.Mode, c.Clients = registrar.ModeOpen, clients
	})
	return f, clients
}

// While the authorization server is away it goes on to give tokens to an ended secret:
// they are about until a token's life after its client was deleted.
func TestTokensOfAClientThatIsDeletedLate(t *testing.T) {
	t.Parallel()
	f, clients := withUndeletable(t)
	alice := f.registered("alice")
	clients.down.Store(true)
	if removed, err := f.EndSecret(t.Context(), alice.DID); err != nil || removed {
		t.Fatal(removed, err)
	}
	f.Clock.Advance(2 * registrar.MaxTokenLifetime)
	clients.down.Store(false)
	if n, err := f.Finish(t.Context()); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	f.Clock.Advance(time.Second)
	f.accept(alice, fresh(alice, "2"))
	f.tokensEnded("deleted a moment ago", alice.DID, true)
	f.Clock.Advance(registrar.MaxTokenLifetime)
	f.tokensEnded("deleted a token's life ago", alice.DID, false)
}

// Who is restored may have tokens of before it was revoked.
func TestTokensOfBeforeARevocation(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice, nobody := f.registered("alice"), registrartest.NewAgent(t, "nobody").DID
	for _, d := range []did.DID{alice.DID, nobody} {
		f.revoke(d)
		f.Clock.Advance(time.Second)
		if _, err := f.Restore(t.Context(), d, ""); err != nil {
			t.Fatal(err)
		}
		f.tokensEnded("restored", d, true)
		f.Clock.Advance(registrar.MaxTokenLifetime)
		f.tokensEnded("restored, a token's life", d, true)
		f.Clock.Advance(time.Millisecond)
		f.tokensEnded("restored longer ago", d, false)
	}
}

// Who is restored before its client is deleted got tokens until then.
func TestTokensOfWhoIsRevokedAndDeletedLate(t *testing.T) {
	t.Parallel()
	f, clients := withUndeletable(t)
	alice := f.registered("alice").DID
	clients.down.Store(true)
	f.revoke(alice)
	if _, err := f.Restore(t.Context(), alice, ""); err != nil {
		t.Fatal(err)
	}
	f.Clock.Advance(2 * registrar.MaxTokenLifetime)
	f.tokensEnded("restored long ago", alice, false)
	clients.down.Store(false)
	if n, err := f.Finish(t.Context()); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	f.tokensEnded("deleted a moment ago", alice, true)
}

// An agent of the reference deletes its client to make it anew, and goes on at once.
func TestTokensOfWhoDeletesItsClient(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeToken))
	a := f.bound("poet")
	if got := a.ask("DELETE", clientPath(a.DID), ""); got.Status != 204 {
		t.Fatal(got)
	}
	f.tokensEnded("deleted by itself", a.DID, false)
}

// What the operator decides that takes something away has the sequence go on, so that a
// backup of before is known, and is witnessed before it is said to be done.
func TestWhateverTakesAwayHasTheSequenceGoOn(t *testing.T) {
	t.Parallel()
	w := &witness{}
	f := newFixture(t, func(c *registrar.Config) { c.Mode, c.Witness = registrar.ModeOpen, w })
	alice := f.registered("alice").DID
	token, _, err := f.CreateToken(t.Context(), registrar.TokenRequest{Author: "*", Name: "*", MaxUses: 1, Lifetime: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		what string
		do   func() error
	}{
		{"grant", func() error { return f.Grant(t.Context(), alice, []string{"agent:read"}) }},
		{"token revoke", func() error { _, err := f.DeleteToken(t.Context(), token.ID); return err }},
		{"rotate-secret", func() error { _, err := f.EndSecret(t.Context(), alice); return err }},
		{"revoke", func() error { _, err := f.Revoke(t.Context(), alice, ""); return err }},
	} {
		t.Run(tt.what, func(t *testing.T) {
			_, before, err := f.Tombstones(t.Context(), 0, 0)
			if err != nil {
				t.Fatal(err)
			}
			w.told = nil
			if err := tt.do(); err != nil {
				t.Fatal(err)
			}
			_, after, err := f.Tombstones(t.Context(), 0, 0)
			if err != nil || after.Seq != before.Seq+1 || len(w.told) != 1 || w.told[0] != after {
				t.Errorf("from %+v to %+v, told %+v, %v", before, after, w.told, err)
			}
		})
	}
	w.told = nil
	if found, err := f.DeleteToken(t.Context(), token.ID); err != nil || found || len(w.told) != 0 {
		t.Errorf("nothing was decided: %v, %v, %+v", found, err, w.told)
	}
}
