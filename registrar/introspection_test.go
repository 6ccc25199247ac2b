package registrar_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// asked is an introspector that tells what it is asked, and can be made to wait or fail.
type asked struct {
	registrar.Introspector
	before func(token string)
	fail   error
}

func (a asked) Introspect(ctx context.Context, token string) (registrar.Introspection, error) {
	if a.before != nil {
		a.before(token)
	}
	if a.fail != nil {
		return registrar.Introspection{}, a.fail
	}
	return a.Introspector.Introspect(ctx, token)
}

// asking asks the authority through something else from now on.
func (f fixture) asking(change func(*asked)) {
	a := asked{Introspector: f.Clients}
	change(&a)
	cfg := f.Config
	cfg.Introspector = a
	f.Registrar = f.Replica(cfg)
}

func TestWhatATokenIsGoodFor(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		make   func(f fixture, of did.DID) string
		active bool
		asked  bool
	}{
		"a token":                {func(f fixture, of did.DID) string { return f.Clients.Issue(of) }, true, true},
		"one for another agent":  {func(f fixture, of did.DID) string { return f.Clients.Issue(of, "did:a:b") }, true, true},
		"one for step-ca":        {func(f fixture, of did.DID) string { return f.Clients.Issue(of, "step-ca") }, false, true},
		"one for step-ca too":    {func(f fixture, of did.DID) string { return f.Clients.Issue(of, "did:a:b", "step-ca") }, false, true},
		"one that nobody issued": {func(fixture, did.DID) string { return "token" }, false, true},
		"no token":               {func(fixture, did.DID) string { return "" }, false, false},
		"two words":              {func(fixture, did.DID) string { return "a b" }, false, false},
		"one too long":           {func(fixture, did.DID) string { return strings.Repeat("a", registrar.MaxToken+1) }, false, false},
		"one of a revoked agent": {func(f fixture, of did.DID) string {
			token := f.Clients.Issue(of)
			cfg := f.Config
			cfg.Clients = stuck{f.Clients} // the authority still says that it is active
			if _, err := f.Replica(cfg).Revoke(f.Context(), of, ""); err != nil {
				f.Fatal(err)
			}
			return token
		}, false, true},
		"one of a client that is not ours": {func(f fixture, _ did.DID) string {
			other := registrartest.NewAgent(f, "other").DID
			document := []byte(`{"client_id":"` + other.String() + `","client_secret":"secret"}`)
			if err := f.Clients.Put(f.Context(), other, document); err != nil {
				f.Fatal(err)
			}
			return f.Clients.Issue(other)
		}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, inMode(registrar.ModeOpen))
			alice, bob := f.registered("alice"), f.registered("bob")
			var told []string
			f.asking(func(a *asked) { a.before = func(token string) { told = append(told, token) } })
			token := tt.make(f, bob.DID)
			wanted := []byte(`{"active":false}`)
			if tt.active {
				said, err := f.Clients.Introspect(t.Context(), token)
				if err != nil {
					t.Fatal(err)
				}
				wanted = said.Answer
			}
			for n := range 2 { // nothing is kept
				got := f.Inquire(f.Registrar, alice, token)
				if got.Status != 200 || got.Body != string(wanted) || got.Header.Get("Content-Type") != "application/json" || got.Header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s %v, want %s", got, got.Header, wanted)
				}
				if tt.asked && len(told) != n+1 || !tt.asked && len(told) > 0 {
					t.Errorf("the authority was asked %d times", len(told))
				}
			}
			if strings.Contains(f.Logged.String(), token) && token != "" && token != "token" {
				t.Error("the token is in the log")
			}
		})
	}
}

// stuck is an authority that deletes nothing.
type stuck struct{ registrar.Clients }

func (stuck) Delete(context.Context, did.DID) error { return errors.New("away") }

func (stuck) RevokeTokens(context.Context, did.DID) error { return errors.New("away") }

// Who is revoked while the authority is asked is revoked when it answers.
func TestARevocationWhileTheAuthorityIsAsked(t *testing.T) {
	t.Parallel()
	for name, asker := range map[string]bool{"of who asks": true, "of whose token it is": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, inMode(registrar.ModeOpen))
			alice, bob := f.registered("alice"), f.registered("bob")
			token, who := f.Clients.Issue(bob.DID), map[bool]did.DID{true: alice.DID, false: bob.DID}[asker]
			cfg := f.Config
			cfg.Clients = stuck{f.Clients}
			other := f.Replica(cfg)
			f.asking(func(a *asked) {
				a.before = func(string) {
					if _, err := other.Revoke(t.Context(), who, ""); err != nil {
						t.Error(err)
					}
				}
			})
			got := f.Inquire(f.Registrar, alice, token)
			if asker {
				want(t, got, 403, "revoked")
			} else if got.Body != `{"active":false}` {
				t.Error(got)
			}
		})
	}
}

func TestAnAuthorityThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice := f.registered("alice")
	token := f.Clients.Issue(alice.DID)
	well := f.Registrar
	f.asking(func(a *asked) { a.fail = errors.New("connection refused") })
	got := f.Inquire(f.Registrar, alice, token)
	want(t, got, 503, "authority_unavailable")
	if got.Header.Get("Retry-After") == "" || strings.Contains(got.Body, "connection refused") || strings.Contains(got.Body, "active") {
		t.Errorf("%s %v", got, got.Header)
	}
	if logged := f.Logged.String(); !strings.Contains(logged, "connection refused") || strings.Contains(logged, token) {
		t.Error(logged)
	}
	want(t, f.Inquire(well, alice, token), 200, "")
}

// A question that the authority did not answer counts once too, and leaves its place.
func TestAQuestionThatFailed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *registrar.Config) { c.Mode, c.MaxIntrospections = registrar.ModeOpen, 1 })
	alice := f.registered("alice")
	second := make(chan registrartest.Answer, 1)
	f.asking(func(a *asked) {
		a.fail = errors.New("connection refused")
		a.before = func(token string) {
			if token == "first" {
				second <- f.Inquire(f.Registrar, alice, "second")
			}
		}
	})
	r := alice.Question(f.Config.Self, "first", f.Clock.Now())
	r.Nonce = strings.Repeat("n", 22)
	want(t, registrartest.Ask(f, alice.Sign(t, r)), 503, "authority_unavailable")
	want(t, <-second, 429, "rate_limited")
	want(t, registrartest.Ask(f, alice.Sign(t, r)), 409, "replayed")
	want(t, f.Inquire(f.Registrar, alice, "third"), 503, "authority_unavailable")
}

// One agent that asks much keeps nobody else from being answered.
func TestQuestionsOfOneAgentThatWaitAreBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice, bob := f.registered("alice"), f.registered("bob")
	begun, end := make(chan struct{}), make(chan struct{})
	f.asking(func(a *asked) {
		a.before = func(token string) {
			if token == "slow" {
				begun <- struct{}{}
				<-end
			}
		}
	})
	done := make(chan registrartest.Answer)
	for range f.Config.MaxIntrospections {
		go func() { done <- f.Inquire(f.Registrar, alice, "slow") }()
		<-begun
	}
	got := f.Inquire(f.Registrar, alice, "fast")
	want(t, got, 429, "rate_limited")
	if got.Header.Get("Retry-After") != "1" {
		t.Error(got.Header)
	}
	want(t, f.Inquire(f.Registrar, bob, "fast"), 200, "")
	want(t, f.ask(alice, "a question for a key"), 200, "")
	close(end)
	for range f.Config.MaxIntrospections {
		want(t, <-done, 200, "")
	}
	want(t, f.Inquire(f.Registrar, alice, "fast"), 200, "")
}

// A body that is sent without a length is bounded all the same.
func TestABodyWithoutALengthIsBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice := f.registered("alice")
	for what, asking := range askings {
		r := asking(f, alice)
		r.Body = bytes.Repeat([]byte("a"), 64<<10)
		req := alice.Sign(t, r)
		req.ContentLength = -1
		got := registrartest.Ask(f, req)
		if got.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %s", what, got)
		}
	}
}
