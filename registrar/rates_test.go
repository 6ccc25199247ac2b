package registrar_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

func TestRates(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Rates = registrar.ModeOpen, registrar.Rates{Stranger: 3, Strangers: 4, Known: 2, Questions: 1000}
	})
	from := func(address string, a registrartest.Agent) registrartest.Answer {
		r := a.Sign(t, a.Signing(f.Config.Self, a.Body(registrartest.SecretOf("1")).JSON(), f.Clock.Now()))
		r.RemoteAddr = address
		return registrartest.Ask(f, r)
	}
	stranger := func(i int) registrartest.Agent { return registrartest.NewNamedAgent(t, fmt.Sprint("stranger", i)) }
	known := registrartest.NewAgent(t, "known")
	if got := from("[2001:db8::1]:1", known); got.Status != 201 {
		t.Fatal(got)
	}
	for i, tt := range []struct {
		address string
		who     registrartest.Agent
		limited bool
		again   string // in seconds: when one more is taken
	}{
		{"[2001:db8::2]:1", stranger(1), false, ""}, {"[2001:db8::3]:1", stranger(2), false, ""},
		{"[2001:db8::4]:1", stranger(3), true, "20"},                                      // one network is one address
		{"192.0.2.1:1", stranger(4), false, ""}, {"192.0.2.2:1", stranger(5), true, "15"}, // all strangers together
		{"[2001:db8::1]:1", known, false, ""}, {"[2001:db8::1]:1", known, false, ""}, {"[2001:db8::1]:1", known, true, "30"},
		{"192.0.2.2:1", registrartest.Agent{DID: known.DID, Key: registrartest.NewKey(t, "thief")}, true, "15"}, // a stranger as others
	} {
		got := from(tt.address, tt.who)
		if (got.Reason == "rate_limited") != tt.limited {
			t.Errorf("%d: %s", i, got)
		}
		if tt.limited && (got.Status != 429 || got.Header.Get("Retry-After") != tt.again) {
			t.Errorf("%d: %s %v, want %s", i, got, got.Header, tt.again)
		}
	}
	f.Clock.Advance(time.Minute)
	if got := from("192.0.2.2:1", stranger(6)); got.Reason != "did_not_key_bound" {
		t.Error(got)
	}
}

// Strangers who have used up all that there is for them keep nobody out who brings a
// token; and who has not even signed uses nothing up.
func TestStrangersTakeNothingFromWhoBringsAToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Rates = registrar.ModeOpen, registrar.Rates{Stranger: 3, Strangers: 2, Known: 9, Questions: 9}
	})
	sent := 0
	from := func(a registrartest.Agent, key *did.KeyPair, b registrartest.Body) registrartest.Answer {
		sent++
		r := registrartest.Agent{DID: a.DID, Key: key}.Sign(t, a.Signing(f.Config.Self, b.JSON(), f.Clock.Now()))
		r.RemoteAddr = fmt.Sprintf("192.0.2.%d:1", sent)
		return registrartest.Ask(f, r)
	}
	stranger := func(i int) registrartest.Agent { return registrartest.NewNamedAgent(t, fmt.Sprint("stranger", i)) }
	body := func(a registrartest.Agent) registrartest.Body { return a.Body(registrartest.SecretOf("1")) }
	forger := registrartest.NewKey(t, "forger")
	for i := range 9 {
		want(t, from(stranger(i), forger, body(stranger(i))), 403, "crypto_mismatch")
	}
	for i := range 2 {
		want(t, from(stranger(i), stranger(i).Key, body(stranger(i))), 403, "did_not_key_bound")
	}
	want(t, from(stranger(3), stranger(3).Key, body(stranger(3))), 429, "rate_limited")
	spent := f.NewToken(1)
	first, second := registrartest.NewAgent(t, "first"), registrartest.NewAgent(t, "second")
	if got := from(first, first.Key, body(first).With("enrolmentToken", spent)); got.Status != 201 {
		t.Errorf("with a token: %s", got)
	}
	want(t, from(second, second.Key, body(second).With("enrolmentToken", spent)), 429, "rate_limited")
}

// However many addresses write a DID into a header, its agent can ask from any of them.
func TestManyAddressesTakeNothingFromAKnownDID(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Rates = registrar.ModeOpen, registrar.Rates{Stranger: 1, Strangers: 1, Known: 2, Questions: 2}
	})
	known := f.registered("known")
	f.Clock.Advance(time.Minute)
	from := func(address string, key *did.KeyPair, what string) registrartest.Answer {
		r := registrartest.Agent{DID: known.DID, Key: key}.Sign(t, askings[what](f, known))
		r.RemoteAddr = address + ":1"
		return registrartest.Ask(f, r)
	}
	f.registered("alice") // for whose key is asked
	f.Clock.Advance(time.Minute)
	forger := registrartest.NewKey(t, "forger")
	for _, what := range []string{"an announcement", "a question for a key"} {
		t.Run(what, func(t *testing.T) {
			for i := range 200 {
				want(t, from(fmt.Sprintf("192.0.2.%d", i), forger, what), 403, "crypto_mismatch")
			}
			want(t, from("192.0.2.7", forger, what), 429, "rate_limited")
			for _, address := range []string{"198.51.100.1", "192.0.2.7"} {
				want(t, from(address, known.Key, what), taken[what], "")
			}
		})
		f.Clock.Advance(time.Minute)
	}
}

// Many addresses give nobody more changes, and who writes a DID elsewhere without having
// its key takes none of them.
func TestChangesOfOneDIDCountOverAllAddresses(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Rates = registrar.ModeOpen, registrar.Rates{Stranger: 9, Strangers: 9, Known: 3, Questions: 3}
	})
	known := registrartest.NewAgent(t, "known")
	f.accept(known, known.Body(registrartest.SecretOf("1")))
	thief := registrartest.Agent{DID: known.DID, Key: registrartest.NewKey(t, "thief")}
	addresses := 0
	from := func(a registrartest.Agent, announces bool) registrartest.Answer {
		addresses++
		r := a.Signing(f.Config.Self, a.Body(registrartest.SecretOf("1")).JSON(), f.Clock.Now())
		if announces {
			r = a.Announcement(f.Config.Self, registrar.TLSKey{1}, f.Clock.Now())
		}
		req := a.Sign(t, r)
		req.RemoteAddr = fmt.Sprintf("192.0.2.%d:1", addresses)
		return registrartest.Ask(f, req)
	}
	for range 4 {
		want(t, from(thief, false), 403, "did_not_key_bound")
		want(t, from(thief, true), 403, "crypto_mismatch")
	}
	want(t, from(known, false), 200, "")
	want(t, from(known, true), 204, "")
	want(t, from(known, false), 200, "")
	for _, announces := range []bool{true, false} {
		got := from(known, announces)
		want(t, got, 429, "rate_limited")
		if got.Gate != "limits" || got.Header.Get("Retry-After") != "20" {
			t.Errorf("%s %v", got, got.Header)
		}
	}
	want(t, f.KeyOf(f.Registrar, known, known.DID), 200, "") // questions are others
	other := registrartest.NewAgent(t, "other")
	f.accept(other, other.Body(registrartest.SecretOf("1")))
	f.Clock.Advance(20 * time.Second)
	want(t, from(known, true), 204, "")
}

// Strangers who have used up all that there is for them keep no known DID from
// registering, not even from their own address.
func TestStrangersTakeNothingFromKnownDIDs(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Rates = registrar.ModeOpen, registrar.Rates{Stranger: 2, Strangers: 2, Known: 5, Questions: 1000}
	})
	known, stranger := registrartest.NewAgent(t, "known"), registrartest.NewNamedAgent(t, "stranger")
	f.accept(known, known.Body(registrartest.SecretOf("1")))
	want(t, f.put(stranger, stranger.Body(registrartest.SecretOf("1"))), 403, "did_not_key_bound")
	want(t, f.put(stranger, stranger.Body(registrartest.SecretOf("1"))), 429, "rate_limited")
	for range 5 {
		f.accept(known, known.Body(registrartest.SecretOf("1")))
	}
	want(t, f.put(known, known.Body(registrartest.SecretOf("1"))), 429, "rate_limited")
}

// Whoever follows many DIDs pays for what the database is asked about them.
func TestAStreamCostsWhatItIsAbout(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *registrar.Config) { c.Mode, c.Rates.Questions = registrar.ModeOpen, 10 })
	a := f.registered("alice")
	var many []did.DID
	for i := range 64 * 10 {
		many = append(many, registrartest.NewAgent(nil2, fmt.Sprint("followed ", i)).DID)
	}
	want(t, registrartest.Ask(f, a.Sign(t, a.Following(f.Config.Self, many, f.Clock.Now()))), 429, "rate_limited")
}
