package registrar_test

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// introspects asks about a token of somebody.
func (a referred) introspects(token string) registrartest.Answer {
	a.Helper()
	return a.ask("POST", "/admin/oauth2/introspect", url.Values{"token": {token}}.Encode())
}

// A token that could bind several DIDs, or those of a pattern, is no credential: whatever
// is asked with it is refused before anything is looked up.
func TestOnlyATokenForOneDIDOpensThePath(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeToken))
	a, other := f.refer("poet"), f.bound("other")
	for name, token := range map[string]string{
		"of several uses": f.NewTokenFor("author", "poet", 3), "of a pattern": f.NewTokenFor("author", "*", 1), "of both": f.NewTokenFor("*", "*", 9),
	} {
		a.token = token
		for what, got := range map[string]registrartest.Answer{
			"own": a.get(a.DID), "another": a.get(other.DID), "delete": a.ask("DELETE", clientPath(a.DID), ""), "introspect": a.introspects("token"),
		} {
			if got.Status != 403 || got.Reason != "enrolment_token_refused" {
				t.Errorf("%s, %s: %s", name, what, got)
			}
		}
	}
}

// A token is for its author and its name, both.
func TestATokenIsForOneAuthorAndName(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeToken))
	a := f.refer("poet")
	for _, names := range [][2]string{{"author", "other"}, {"writer", "poet"}, {"poet", "author"}} {
		a.token = f.NewTokenFor(names[0], names[1], 1)
		want(t, a.ask("PUT", clientPath(a.DID), text(a.document(registrartest.SecretOf("1")))), 403, "path_mismatch")
		want(t, a.ask("DELETE", clientPath(a.DID), ""), 403, "path_mismatch")
		if row := f.Row(a.DID); row.Client != nil {
			t.Errorf("%q bound it", names)
		}
	}
}

// binding is an empty body whose sender binds something before it ends it.
type binding struct{ bind func() }

func (b *binding) Read([]byte) (int, error) {
	if b.bind != nil {
		b.bind()
		b.bind = nil
	}
	return 0, io.EOF
}

// A token that binds a DID while a request waits for its body opens nothing else: it could
// have been the credential of any DID of its names, and is that of one.
func TestATokenThatBindsMeanwhileOpensNothingElse(t *testing.T) {
	t.Parallel()
	for name, register := range map[string]func(f fixture, victim registrartest.Agent){
		"who proved its key": func(f fixture, victim registrartest.Agent) {
			f.accept(victim, victim.Body(registrartest.SecretOf("victim")).With("enrolmentToken", f.NewTokenFor("author", "poet", 1)))
		},
		"who is known by another token": func(f fixture, victim registrartest.Agent) {
			a := referred{f, victim, f.NewTokenFor("author", "poet", 1)}
			if got := a.post(registrartest.SecretOf("victim")); got.Status != 201 {
				f.Fatal(got)
			}
		},
	} {
		for _, method := range []string{"DELETE", "GET"} {
			t.Run(name+", "+method, func(t *testing.T) {
				t.Parallel()
				f := newFixture(t, inMode(registrar.ModeToken))
				victim, thief := registrartest.NewAgent(t, "poet"), f.refer("poet")
				register(f, victim)
				token := f.Clients.Issue(victim.DID)
				req := thief.request(method, clientPath(victim.DID), "")
				req.ContentLength, req.Body = -1, io.NopCloser(&binding{func() {
					if got := thief.post(registrartest.SecretOf("thief")); got.Status != 201 {
						t.Error(got)
					}
				}})
				got := registrartest.Ask(f.Registrar.Reference(), req)
				want(t, got, 403, "path_mismatch")
				if strings.Contains(got.Body, thief.DID.String()) {
					t.Error(got)
				}
				if row := f.Row(victim.DID); f.Clients.Secret(victim.DID) != registrartest.SecretOf("victim") || row.Client == nil || row.Client.Document == nil || row.Intent != nil {
					t.Errorf("the victim's client: %+v", row)
				}
				if told, err := f.Clients.Introspect(t.Context(), token); err != nil || !told.Active {
					t.Error("the victim's token was ended", err)
				}
			})
		}
	}
}

// Who has proved its key needs no token from then on, and no token has a say: neither the
// one that it had nor any that is given later, also where it was imported before.
func TestWhoProvedItsKeyIsKnownByItAlone(t *testing.T) {
	t.Parallel()
	for name, known := range map[string]func(f fixture) referred{
		"by a token before": func(f fixture) referred { return f.bound("poet") },
		"by an import before": func(f fixture) referred {
			a := f.refer("poet")
			f.before(a.Agent, registrartest.SecretOf("1"))
			f.imports(a.Agent)
			return a
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, inMode(registrar.ModeToken))
			f.TB = t
			a := known(f)
			f.accept(a.Agent, a.Body(registrartest.SecretOf("p")))
			for _, token := range []string{a.token, f.NewTokenFor("author", "poet", 1)} {
				a.token = token
				want(t, a.post(registrartest.SecretOf("thief")), 403, "enrolment_token_refused")
				want(t, a.ask("PUT", clientPath(a.DID), text(a.document(registrartest.SecretOf("thief")))), 403, "enrolment_token_refused")
				if got := a.ask("DELETE", clientPath(a.DID), ""); got.Status/100 == 2 || f.Clients.Document(a.DID) == nil {
					t.Errorf("deleted: %s", got)
				}
			}
			if f.Clients.Secret(a.DID) != registrartest.SecretOf("p") {
				t.Error("the client was written")
			}
		})
	}
}

// Each new credential is the only one, however many there were.
func TestTheLastCredentialCounts(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeToken))
	a := f.bound("poet")
	tokens := []string{a.token}
	for n := range 3 {
		a.token = f.NewTokenFor("author", "poet", 1)
		tokens = append(tokens, a.token)
		if got := a.post(registrartest.SecretOf(fmt.Sprint(n))); got.Status != 201 {
			t.Fatal(got)
		}
		for i, token := range tokens {
			a.token = token
			got := a.introspects("token")
			if last := i == len(tokens)-1; (got.Status == 200) != last {
				t.Errorf("credential %d of %d: %s", i, len(tokens), got)
			}
		}
	}
}

// A token that was a credential, and stands in some log, takes nothing from the DID that it
// was for: who has it pays as a stranger, whatever is asked.
func TestACredentialOfBeforePaysForItself(t *testing.T) {
	t.Parallel()
	for name, moved := range map[string]func(f fixture, a referred) referred{
		"its agent proves its key since": func(f fixture, a referred) referred {
			f.accept(a.Agent, a.Body(registrartest.SecretOf("p")))
			return a
		},
		"its agent has another token": func(f fixture, a referred) referred {
			a.token = f.NewTokenFor("author", "poet", 1)
			return f.post(a)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(c *registrar.Config) {
				c.Mode, c.Rates = registrar.ModeToken, registrar.Rates{Stranger: 30, Strangers: 1000, Known: 4, Questions: 4}
			})
			f.TB = t
			lost := f.bound("poet")
			a := moved(f, lost)
			for range 4 {
				for what, got := range map[string]registrartest.Answer{
					"read": lost.get(a.DID), "introspect": lost.introspects("token"), "delete": lost.ask("DELETE", clientPath(a.DID), ""),
					"create": lost.post(registrartest.SecretOf("thief")),
				} {
					if got.Status != 403 || got.Reason != "enrolment_token_refused" {
						t.Errorf("%s: %s", what, got)
					}
				}
			}
			for n := range 2 {
				if got := f.put(a.Agent, a.Body(registrartest.SecretOf("p"))); got.Status != 200 {
					t.Errorf("registration %d of the agent: %s", n, got)
				}
			}
			if a.token == lost.token {
				return
			}
			if got := a.introspects("token"); got.Reason == "rate_limited" {
				t.Errorf("a question of the agent: %s", got)
			}
		})
	}
}

// Whoever guesses pays as a stranger, whatever is asked and however it is guessed.
func TestGuessesArePaidFor(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Rates = registrar.ModeToken, registrar.Rates{Stranger: 5, Strangers: 1000, Known: 100, Questions: 100}
	})
	a := f.bound("poet") // as a stranger
	for n, guess := range []func(referred) registrartest.Answer{
		func(g referred) registrartest.Answer { return g.get(a.DID) },
		func(g referred) registrartest.Answer { return g.introspects("token") },
		func(g referred) registrartest.Answer { return g.post(registrartest.SecretOf("thief")) },
		func(g referred) registrartest.Answer { return g.ask("DELETE", clientPath(a.DID), "") },
		func(g referred) registrartest.Answer { return g.introspects("token") },
		func(g referred) registrartest.Answer { return g.get(a.DID) },
	} {
		g := a
		g.token = "bindu-enrol-" + registrartest.SecretOf(fmt.Sprint("guess", n))
		status, reason := 403, "enrolment_token_refused"
		if n >= 4 {
			status, reason = 429, "rate_limited"
		}
		want(t, guess(g), status, reason)
	}
	if got := a.get(a.DID); got.Status != 200 {
		t.Errorf("who is known pays for who guesses: %s", got)
	}
}

// A token that has bound nothing yet says of its own DID that it is not there, and of
// others nothing, also where its agent was registered once and is no more.
func TestWhoIsNotRegisteredReadsNothingOfOthers(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeToken))
	other := f.bound("other")
	early, gone := f.refer("early"), f.bound("gone")
	if got := gone.ask("DELETE", clientPath(gone.DID), ""); got.Status != 204 {
		t.Fatal(got)
	}
	for name, a := range map[string]referred{"early": early, "gone": gone} {
		for _, got := range []registrartest.Answer{a.get(other.DID), a.get(registrartest.NewAgent(t, "nobody").DID), a.introspects(f.Clients.Issue(other.DID))} {
			if got.Status != 403 || got.Reason != "not_registered" {
				t.Errorf("%s: %s", name, got)
			}
		}
		want(t, a.get(a.DID), 404, "client_unknown")
	}
}

// What was reviewed is imported and nothing else: a key that somebody else wrote since is
// neither taken in place of the one that was reviewed, nor of the one that was imported.
func TestAKeyThatChangedSinceTheReview(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeToken))
	a := registrartest.NewNamedAgent(t, "poet")
	thief := registrartest.Agent{DID: a.DID, Key: registrartest.NewKey(t, "thief")}
	f.before(a, registrartest.SecretOf("1"))
	reviewed := f.prospects()[0]
	f.before(thief, registrartest.SecretOf("thief"))
	imports := func(k registrartest.Agent) error {
		_, err := f.Import(t.Context(), a.DID, registrar.Fingerprint(k.Key.PublicKey()))
		return err
	}
	if _, err := f.Import(t.Context(), a.DID, registrar.Fingerprint(reviewed.Key)); !errors.Is(err, registrar.ErrOtherKey) {
		t.Errorf("with another key since: %v", err)
	}
	if row := f.Row(a.DID); row.Client != nil || len(row.Keys) != 0 {
		t.Fatalf("%+v", row)
	}
	f.before(a, registrartest.SecretOf("1"))
	f.imports(a)
	f.before(thief, registrartest.SecretOf("thief"))
	if err := imports(thief); !errors.Is(err, registrar.ErrBound) {
		t.Errorf("after the import: %v", err)
	}
	if row := f.Row(a.DID); len(row.Keys) != 1 || !row.Keys[0].Public.Equal(a.Key.PublicKey()) {
		t.Errorf("%+v", row.Keys)
	}
	want(t, f.put(thief, thief.Body(registrartest.SecretOf("t"))), 403, "did_not_key_bound")
}

// A key that was revoked with one DID comes back with no other, by no way.
func TestARevokedKeyComesBackByNoImport(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeToken))
	first, second := registrartest.NewNamedAgent(t, "first"), registrartest.NewNamedAgent(t, "second")
	second.Key = first.Key
	f.before(first, registrartest.SecretOf("1"))
	f.before(second, registrartest.SecretOf("2"))
	f.imports(first)
	f.revoke(first.DID)
	f.Clock.Advance(time.Hour)
	for _, d := range []did.DID{first.DID, second.DID} {
		if already, err := f.Import(t.Context(), d, registrar.Fingerprint(first.Key.PublicKey())); err == nil || already {
			t.Errorf("%s: %v, %v", d, already, err)
		}
	}
	if row := f.Row(second.DID); row.Client != nil || len(row.Keys) != 0 {
		t.Errorf("%+v", row)
	}
}
