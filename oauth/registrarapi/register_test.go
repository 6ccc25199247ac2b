package registrarapi_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

func inMode(m registrar.Mode) func(*registrar.Config) {
	return func(c *registrar.Config) { c.Mode = m }
}

// The real registrar takes what the client sends, and tells what it did.
func TestAnAgentRegisters(t *testing.T) {
	w := newWorld(t, nil)
	c, secret := w.client(w.agent), registrartest.SecretOf("1")
	r := registrarapi.Registration{Secret: secret, Name: "an agent", URL: "https://agent.example:3773", Token: w.NewToken(1)}
	got, err := c.Register(t.Context(), r)
	if err != nil || !got.Created || got.Foreign || len(got.Drift) != 0 || !slices.Equal(got.Scopes, []string{"agent:read", "agent:write"}) || !slices.Equal(got.Audience, []string{"step-ca"}) {
		t.Fatalf("%+v, %v", got, err)
	}
	if w.Clients.Secret(w.agent.DID) != secret {
		t.Error("another secret is registered")
	}
	// Another hand, and a start without a token and without an address.
	w.Clients.Edit(w.agent.DID, func(d registrartest.Document) { d["scope"] = []byte(`"agent:admin"`) })
	got, err = c.Register(t.Context(), registrarapi.Registration{Secret: secret, Name: "an agent"})
	if err != nil || got.Created || !got.Foreign || !slices.ContainsFunc(got.Drift, func(d registrarapi.Drift) bool { return d.Field == "scope" && d.Was == `"agent:admin"` }) {
		t.Errorf("%+v, %v", got, err)
	}
}

// Each refusal of the real registrar is an error of its own, and says whether time
// mends it.
func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		mode   registrar.Mode
		who    func(*testing.T) registrartest.Agent
		secret string // "" for a good one
		before func(*world, registrartest.Agent, *registrarapi.Registration)
		want   error
		passes bool
	}{
		"no token": {want: registrarapi.ErrTokenRequired},
		"a token of nobody": {before: func(_ *world, _ registrartest.Agent, r *registrarapi.Registration) {
			r.Token = registrartest.SecretOf("t")
		}, want: registrarapi.ErrTokenRefused},
		"waits for approval": {mode: registrar.ModeApprove, want: registrarapi.ErrPending, passes: true},
		"a name that is not of the key": {
			who: func(t *testing.T) registrartest.Agent { return registrartest.NewNamedAgent(t, "alice") }, want: registrarapi.ErrNotKeyBound,
		},
		"a weak secret": {mode: registrar.ModeOpen, secret: strings.Repeat("A", 43), want: registrarapi.ErrSecretWeak},
		"revoked": {mode: registrar.ModeOpen, before: func(w *world, a registrartest.Agent, r *registrarapi.Registration) {
			if _, err := w.client(a).Register(w.Context(), *r); err != nil {
				w.Fatal(err)
			}
			if _, err := w.Revoke(w.Context(), a.DID, ""); err != nil {
				w.Fatal(err)
			}
		}, want: registrarapi.ErrRevoked},
		"an ended secret": {mode: registrar.ModeOpen, before: func(w *world, a registrartest.Agent, r *registrarapi.Registration) {
			c := w.client(a)
			if _, err := c.Register(w.Context(), *r); err != nil {
				w.Fatal(err)
			}
			if _, err := w.EndSecret(w.Context(), a.DID); err != nil {
				w.Fatal(err)
			}
			if err := c.Standing(w.Context()); !errors.Is(err, registrarapi.ErrSecretEnded) {
				w.Errorf("it stands %v", err)
			}
			w.Clock.Advance(time.Second)
			next := registrarapi.Registration{Secret: registrartest.SecretOf("next"), NewSecret: true}
			if _, err := c.Register(w.Context(), next); err != nil || c.Standing(w.Context()) != nil {
				w.Error(err)
			}
			if _, err := w.EndSecret(w.Context(), a.DID); err != nil {
				w.Fatal(err)
			}
		}, want: registrarapi.ErrSecretEnded},
		"another clock": {mode: registrar.ModeOpen, before: func(w *world, _ registrartest.Agent, _ *registrarapi.Registration) {
			w.ahead = time.Hour
		}, want: registrarapi.ErrClock, passes: true},
		"what is no registration": {mode: registrar.ModeOpen, before: func(_ *world, _ registrartest.Agent, r *registrarapi.Registration) {
			r.Name = strings.Repeat("x", 4096)
		}, want: registrarapi.ErrRefused},
	} {
		t.Run(name, func(t *testing.T) {
			mode := tt.mode
			if mode == "" {
				mode = registrar.ModeToken
			}
			w := newWorld(t, inMode(mode))
			if tt.who != nil {
				w.agent = tt.who(t)
			}
			r := registrarapi.Registration{Secret: registrartest.SecretOf("1"), Name: "an agent"}
			if tt.secret != "" {
				r.Secret = tt.secret
			}
			if tt.before != nil {
				tt.before(w, w.agent, &r)
			}
			_, err := w.client(w.agent).Register(t.Context(), r)
			if !errors.Is(err, tt.want) || errors.Is(err, oauth.ErrUnavailable) != tt.passes {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if strings.Contains(fmt.Sprint(err), r.Secret) || r.Token != "" && strings.Contains(fmt.Sprint(err), r.Token) {
				t.Errorf("a secret is in %v", err)
			}
		})
	}
}

// Who waits says what the operator has to compare, and when it will ask again.
func TestWhoWaitsSaysWithWhichKey(t *testing.T) {
	w := newWorld(t, inMode(registrar.ModeApprove))
	c := w.client(w.agent)
	r := registrarapi.Registration{Secret: registrartest.SecretOf("1")}
	_, err := c.Register(t.Context(), r)
	pending, ok := errors.AsType[*registrarapi.PendingError](err)
	if !ok || pending.Fingerprint != registrar.Fingerprint(w.agent.Key.PublicKey()) || !strings.Contains(err.Error(), "registrar approve "+w.agent.DID.String()+" "+pending.Fingerprint) {
		t.Fatalf("got %v", err)
	}
	if !errors.Is(err, oauth.ErrUnavailable) || strings.Contains(err.Error(), "unavailable") {
		t.Errorf("got %v, and nothing is unavailable", err)
	}
	if failed, ok := errors.AsType[*registrarapi.Error](err); !ok || failed.RetryAfter() != time.Minute {
		t.Errorf("it is asked again after %v", failed)
	}
	if err := w.Approve(t.Context(), w.agent.DID, pending.Fingerprint); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Register(t.Context(), r); err != nil || !got.Created {
		t.Errorf("approved: %+v, %v", got, err)
	}
}
