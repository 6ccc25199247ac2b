package registrar_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// victims are DIDs of which a stranger may not learn how they stand.
var victims = map[string]func(f fixture) registrartest.Agent{
	"unknown":    func(f fixture) registrartest.Agent { return registrartest.NewAgent(f, "nobody") },
	"registered": func(f fixture) registrartest.Agent { return f.registered("bob") },
	"bound to a key that it does not follow from": func(f fixture) registrartest.Agent {
		a := registrartest.NewNamedAgent(f, "bob")
		f.accept(a, a.Body(registrartest.SecretOf("1")).With("enrolmentToken", f.NewTokenFor("author", "bob", 1)))
		return a
	},
	"known by a token":    func(f fixture) registrartest.Agent { return f.bound("bob").Agent },
	"revoked":             func(f fixture) registrartest.Agent { return f.revoked(f.registered("bob")) },
	"revoked and unknown": func(f fixture) registrartest.Agent { return f.revoked(registrartest.NewAgent(f, "bob")) },
	"unknown, and being deleted": func(f fixture) registrartest.Agent {
		a := registrartest.NewAgent(f, "bob")
		in := registrar.Intent{DID: a.DID, Remove: true, Holder: "another", Until: f.Clock.Now().Add(time.Hour)}
		if err := f.Config.Store.Change(f.Context(), func(tx registrar.Tx) error { return tx.SaveIntent(in) }); err != nil {
			f.Fatal(err)
		}
		return a
	},
	"with an ended secret": func(f fixture) registrartest.Agent {
		a := f.registered("bob")
		if _, err := f.EndSecret(f.Context(), a.DID); err != nil {
			f.Fatal(err)
		}
		return a
	},
	"with a key that has ended": func(f fixture) registrartest.Agent {
		a := f.registered("bob")
		f.validity(a, f.Clock.Now().Add(-time.Hour), f.Clock.Now())
		return a
	},
}

func (f fixture) revoked(a registrartest.Agent) registrartest.Agent {
	f.revoke(a.DID)
	return a
}

// forgeries are what a stranger can send in the name of a DID whose public key it knows.
var forgeries = map[string]func(f fixture, victim registrartest.Agent, thief *did.KeyPair) *http.Request{
	"a registration": func(f fixture, victim registrartest.Agent, thief *did.KeyPair) *http.Request {
		return f.registration(registrartest.Agent{DID: victim.DID, Key: thief}, nil)
	},
	"a registration with a token of nobody": func(f fixture, victim registrartest.Agent, thief *did.KeyPair) *http.Request {
		token := anotherToken("bindu-enrol-" + registrartest.SecretOf("token"))
		return f.registration(registrartest.Agent{DID: victim.DID, Key: thief}, registrartest.Body{"enrolmentToken": token})
	},
	"a registration that names the victim's key": func(f fixture, victim registrartest.Agent, thief *did.KeyPair) *http.Request {
		return f.registration(registrartest.Agent{DID: victim.DID, Key: thief}, registrartest.Body{"publicKey": did.EncodePublicKey(victim.Key.PublicKey())})
	},
	"a registration that is malformed": func(f fixture, victim registrartest.Agent, thief *did.KeyPair) *http.Request {
		return f.registration(registrartest.Agent{DID: victim.DID, Key: thief}, registrartest.Body{"scopes": "agent:admin"})
	},
	"a malformed signature": func(f fixture, victim registrartest.Agent, thief *did.KeyPair) *http.Request {
		r := f.registration(registrartest.Agent{DID: victim.DID, Key: thief}, nil)
		r.Header.Set("X-Did-Signature", "0OIl")
		return r
	},
	"a body too long": func(f fixture, victim registrartest.Agent, thief *did.KeyPair) *http.Request {
		r := f.registration(registrartest.Agent{DID: victim.DID, Key: thief}, registrartest.Body{"name": strings.Repeat("a", registrar.MaxBody)})
		r.ContentLength = -1
		return r
	},
	"an announcement":      forging("an announcement"),
	"an introspection":     forging("an introspection"),
	"a question for a key": forging("a question for a key"),
	"following": func(f fixture, victim registrartest.Agent, thief *did.KeyPair) *http.Request {
		a := registrartest.Agent{DID: victim.DID, Key: thief}
		return a.Sign(f, a.Following(f.Config.Self, []did.DID{victim.DID}, f.Clock.Now()))
	},
}

func forging(what string) func(fixture, registrartest.Agent, *did.KeyPair) *http.Request {
	return func(f fixture, victim registrartest.Agent, thief *did.KeyPair) *http.Request {
		a := registrartest.Agent{DID: victim.DID, Key: thief}
		return a.Sign(f, askings[what](f, a))
	}
}

// registration is one with some members more, or others.
func (f fixture) registration(a registrartest.Agent, members registrartest.Body) *http.Request {
	body := a.Body(registrartest.SecretOf("thief"))
	maps.Copy(body, members)
	return a.Sign(f, a.Signing(f.Config.Self, body.JSON(), f.Clock.Now()))
}

// whole is all that somebody sees of an answer, but what is random.
func whole(a registrartest.Answer) string {
	return fmt.Sprint(a.Status, a.Header, requestID.ReplaceAllString(a.Body, ""))
}

// Whatever a stranger sends in the name of a DID, as often as it likes, it is answered as if
// nobody had that DID: also when it has used up what is its, or what all strangers have.
func TestStrangersLearnNothingOfADIDByTheirRates(t *testing.T) {
	t.Parallel()
	for limit, rates := range map[string]registrar.Rates{
		"of its address": {Stranger: 3, Strangers: 1000, Known: 2, Questions: 2},
		"of all":         {Stranger: 1000, Strangers: 3, Known: 2, Questions: 2},
	} {
		for what, forge := range forgeries {
			t.Run(limit+", "+what, func(t *testing.T) {
				t.Parallel()
				told := make(map[string][]string)
				for standing, make := range victims {
					f := newFixture(t, func(c *registrar.Config) { c.Mode, c.Rates = registrar.ModeOpen, rates })
					f.registered("alice") // for whose key is asked
					victim, thief := make(f), registrartest.NewKey(t, "thief")
					f.Clock.Advance(time.Minute)
					for range 5 {
						told[standing] = append(told[standing], whole(registrartest.Ask(f, forge(f, victim, thief))))
					}
				}
				last := told["unknown"][4]
				if limit == "of its address" && (!strings.HasPrefix(last, "429 ") || strings.HasPrefix(told["unknown"][2], "429 ")) {
					t.Errorf("in an unknown name: %q", told["unknown"])
				}
				for standing, got := range told {
					if !slices.Equal(got, told["unknown"]) {
						t.Errorf("%s: %q\nunknown: %q", standing, got, told["unknown"])
					}
				}
			})
		}
	}
}

// Who sends nothing but the beginning of a request learns nothing either: the body is
// waited for, whoever is named and whatever is left.
func TestTheBodyIsReadWhoeverIsNamed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Rates = registrar.ModeOpen, registrar.Rates{Stranger: 1, Strangers: 1000, Known: 2, Questions: 2}
	})
	bob, thief := f.registered("bob"), registrartest.NewKey(t, "thief")
	for _, victim := range []registrartest.Agent{bob, registrartest.NewAgent(t, "nobody")} {
		r := f.registration(registrartest.Agent{DID: victim.DID, Key: thief}, nil)
		read := false
		body := r.Body
		r.Body = readCloser{body, func() { read = true }}
		want(t, registrartest.Ask(f, r), 429, "rate_limited")
		if !read {
			t.Errorf("%s is refused before its body is read", victim.DID)
		}
	}
}

type readCloser struct {
	inner interface {
		Read([]byte) (int, error)
		Close() error
	}
	reads func()
}

func (r readCloser) Read(p []byte) (int, error) { r.reads(); return r.inner.Read(p) }
func (r readCloser) Close() error               { return r.inner.Close() }

// A key that was revoked with one DID is told so whichever DID it names.
func TestARevokedKeyLearnsNothingOfOtherDIDs(t *testing.T) {
	t.Parallel()
	for standing, make := range victims {
		t.Run(standing, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, inMode(registrar.ModeOpen))
			thief := f.revoked(f.registered("thief"))
			victim := make(f)
			for _, what := range []string{"a registration", "a registration with a token of nobody"} {
				want(t, registrartest.Ask(f, forgeries[what](f, victim, thief.Key)), 403, "revoked")
			}
		})
	}
}
