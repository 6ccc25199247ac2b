package registrar_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

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
