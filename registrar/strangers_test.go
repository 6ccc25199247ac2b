package registrar_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/audit"
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

// Whoever has not the key of a DID takes nothing of what is the DID's, not even at the
// address of its agent.
func TestStrangersTakeNothingFromADIDAtItsOwnAddress(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Rates = registrar.ModeOpen, registrar.Rates{Stranger: 3, Strangers: 3, Known: 2, Questions: 3}
	})
	f.registered("alice") // for whose key is asked
	bob, thief := f.registered("bob"), registrartest.NewKey(t, "thief")
	for what, forge := range forgeries {
		var last registrartest.Answer
		for range 20 {
			last = registrartest.Ask(f, forge(f, bob, thief))
		}
		if last.Status != 429 {
			t.Errorf("%s: %s", what, last)
		}
	}
	f.accept(bob, bob.Body(registrartest.SecretOf("2")))
	for what, status := range taken {
		want(t, f.ask(bob, what), status, "")
	}
	want(t, f.ask(bob, "an announcement"), 429, "rate_limited") // its own, used up by itself
}

// Nor does who guesses tokens take anything of an agent of the reference, whose changes and
// questions have rates of their own.
func TestStrangersTakeNothingFromACredential(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Rates = registrar.ModeToken, registrar.Rates{Stranger: 2, Strangers: 1000, Known: 3, Questions: 3}
	})
	poet := f.bound("poet")
	guess := poet
	guess.token = "bindu-enrol-" + registrartest.SecretOf("guess")
	guess.get(poet.DID)
	want(t, guess.get(poet.DID), 429, "rate_limited")
	for range 3 {
		want(t, poet.introspects("token"), 200, "")
		want(t, poet.post(registrartest.SecretOf("poet")), 201, "")
	}
	want(t, poet.introspects("token"), 429, "rate_limited")
	want(t, poet.post(registrartest.SecretOf("poet")), 429, "rate_limited")
}

// To know many names gives an address no more decisions about enrolments.
func TestKnownNamesGiveAnAddressNoMoreDecisions(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Rates = registrar.ModeOpen, registrar.Rates{Stranger: 14, Strangers: 1000, Known: 60, Questions: 60}
	})
	thief := registrartest.NewKey(t, "thief")
	var known []registrartest.Agent
	for i := range 14 {
		known = append(known, f.registered(fmt.Sprint("known", i)))
	}
	f.Clock.Advance(time.Minute)
	decided := 0
	for range 20 {
		for _, a := range known {
			if got := registrartest.Ask(f, forgeries["a registration"](f, a, thief)); got.Gate == "enrolment" {
				decided++
			}
		}
	}
	if decided != f.Config.Rates.Stranger {
		t.Errorf("%d decisions, want %d", decided, f.Config.Rates.Stranger)
	}
}

// logging is a recorder that logs as the program does.
type logging struct{ *audit.Log }

func (l logging) Record(ctx context.Context, e audit.Event) { _ = l.Log.Record(ctx, e) }

// All names that nobody has proved are one name in the log, those of known DIDs and those
// that no DID has.
func TestNamesThatNobodyProvedShareTheirLines(t *testing.T) {
	for name, victim := range map[string]func(f telling, i int) registrartest.Agent{
		"known":   func(f telling, i int) registrartest.Agent { return f.registered(fmt.Sprint("known", i)) },
		"unknown": func(f telling, i int) registrartest.Agent { return registrartest.NewAgent(f, fmt.Sprint("unknown", i)) },
	} {
		t.Run(name, func(t *testing.T) {
			var logged bytes.Buffer
			lines := logging{audit.NewLog(slog.New(slog.NewTextHandler(&logged, nil)), slog.LevelDebug)}
			inBubble(t, func(c *registrar.Config) { c.Recorder = lines }, func(f telling) {
				thief := registrartest.NewKey(t, "thief")
				var all []registrartest.Agent
				for i := range 10 {
					all = append(all, victim(f, i))
				}
				for range 10 {
					for _, a := range all {
						want(t, registrartest.Ask(f, forgeries["a registration"](f.fixture, a, thief)), 403, "did_not_key_bound")
					}
				}
				lines.Flush()
			})
			text := logged.String()
			if n := strings.Count(text, `msg="gate refused"`); n != audit.LinesPerSecond {
				t.Errorf("%d lines, want %d", n, audit.LinesPerSecond)
			}
			summaries := strings.Count(text, "left_out=80")
			if strings.Count(text, "left_out") != 1 || summaries != 1 {
				t.Errorf("not one summary: %s", text)
			}
		})
	}
}

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

// Where too much comes from an address that nobody has proved, it waits and so do its
// neighbours, who are served all the same. Who has proved its key and has not used up its
// own makes nobody wait.
func TestWhatNobodyProvedIsPacedByItsAddress(t *testing.T) {
	for name, tt := range map[string]struct {
		sends func(f telling, bob registrartest.Agent) *http.Request
		known int
		waits time.Duration
	}{
		"forged": {func(f telling, bob registrartest.Agent) *http.Request {
			return forgeries["an announcement"](f.fixture, bob, registrartest.NewKey(f, "thief"))
		}, 2, 60 * time.Millisecond},
		"changes beyond what is the DID's": {func(f telling, bob registrartest.Agent) *http.Request {
			return forgeries["an announcement"](f.fixture, bob, bob.Key)
		}, 2, 60 * time.Millisecond},
		"changes": {func(f telling, bob registrartest.Agent) *http.Request {
			return forgeries["an announcement"](f.fixture, bob, bob.Key)
		}, 2000, 0},
		"questions": {func(f telling, bob registrartest.Agent) *http.Request {
			return forgeries["an introspection"](f.fixture, bob, bob.Key)
		}, 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(c *registrar.Config) {
				c.Rates = registrar.Rates{Stranger: 1, Strangers: 1000, Known: tt.known, Questions: 2000}
			}, func(f telling) {
				bob := f.registered("bob")
				time.Sleep(time.Minute)
				f.Clock.Advance(time.Minute)
				for range 1002 { // two changes are bob's
					registrartest.Ask(f, tt.sends(f, bob))
				}
				began := time.Now()
				want(t, registrartest.Ask(f, forgeries["an introspection"](f.fixture, bob, bob.Key)), 200, "")
				if waited := time.Since(began); waited != tt.waits {
					t.Errorf("waited %s, want %s", waited, tt.waits)
				}
			})
		})
	}
}

// Signatures beyond those that are verified at once wait, and no longer than who sent them.
func TestSignaturesThatAreVerifiedAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	bob := f.registered("bob")
	ctx, leaves := context.WithCancel(t.Context())
	r := forgeries["an announcement"](f, bob, bob.Key)
	r.Body = readCloser{r.Body, leaves}
	release := f.VerifyNothing()
	want(t, registrartest.Ask(f, r.WithContext(ctx)), 503, "request_ended")
	answered := make(chan registrartest.Answer)
	go func() { answered <- registrartest.Ask(f, forgeries["an announcement"](f, bob, bob.Key)) }()
	release()
	want(t, <-answered, 204, "")
}
