package registrar_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// askings are what only registered agents may ask.
var askings = map[string]func(f fixture, a registrartest.Agent) signature.Request{
	"an announcement": func(f fixture, a registrartest.Agent) signature.Request {
		return a.Announcement(f.Config.Self, registrar.TLSKey{1}, f.Clock.Now())
	},
	"an introspection": func(f fixture, a registrartest.Agent) signature.Request {
		return a.Question(f.Config.Self, "token", f.Clock.Now())
	},
	"a question for a key": func(f fixture, a registrartest.Agent) signature.Request {
		return a.KeyQuestion(f.Config.Self, registrartest.NewAgent(f, "alice").DID, f.Clock.Now())
	},
}

// taken is how each is answered when all is well.
var taken = map[string]int{"an announcement": 204, "an introspection": 200, "a question for a key": 200}

func (f fixture) ask(a registrartest.Agent, what string) registrartest.Answer {
	f.Helper()
	return registrartest.Ask(f, a.Sign(f, askings[what](f, a)))
}

func (f fixture) registered(name string) registrartest.Agent {
	f.Helper()
	a := registrartest.NewAgent(f, name)
	f.accept(a, a.Body(registrartest.SecretOf(name)))
	return a
}

var requestID = regexp.MustCompile(`"requestId":"[^"]*"`)

// Only who is registered at this moment is answered, and to others a DID that is
// registered is as good as one that nobody knows.
func TestWhoMayAsk(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		who    func(f fixture) registrartest.Agent
		status int // 0: taken
		reason string
	}{
		"a registered agent": {func(f fixture) registrartest.Agent { return f.registered("bob") }, 0, ""},
		"a stranger":         {func(f fixture) registrartest.Agent { return registrartest.NewAgent(f, "bob") }, 403, "crypto_mismatch"},
		"another key": {func(f fixture) registrartest.Agent {
			return registrartest.Agent{DID: f.registered("bob").DID, Key: registrartest.NewKey(f, "thief")}
		}, 403, "crypto_mismatch"},
		"a revoked agent": {func(f fixture) registrartest.Agent {
			a := f.registered("bob")
			f.revoke(a.DID)
			return a
		}, 403, "revoked"},
		"another key of a revoked agent": {func(f fixture) registrartest.Agent {
			d := f.registered("bob").DID
			f.revoke(d)
			return registrartest.Agent{DID: d, Key: registrartest.NewKey(f, "thief")}
		}, 403, "crypto_mismatch"},
		"a revoked stranger": {func(f fixture) registrartest.Agent {
			a := registrartest.NewAgent(f, "bob")
			f.revoke(a.DID)
			return a
		}, 403, "crypto_mismatch"},
		"a restored agent": {func(f fixture) registrartest.Agent {
			a := f.registered("bob")
			f.revoke(a.DID)
			if _, err := f.Restore(f.Context(), a.DID, ""); err != nil {
				f.Fatal(err)
			}
			return a
		}, 403, "not_registered"},
		"a key that has ended": {func(f fixture) registrartest.Agent {
			a := f.registered("bob")
			f.validity(a, f.Clock.Now().Add(-time.Hour), f.Clock.Now())
			return a
		}, 403, "crypto_mismatch"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for what := range askings {
				f := newFixture(t, inMode(registrar.ModeOpen))
				f.registered("alice")
				a := tt.who(f)
				got := f.ask(a, what)
				if tt.status == 0 {
					want(t, got, taken[what], "")
					continue
				}
				want(t, got, tt.status, tt.reason)
				if tt.reason == "crypto_mismatch" {
					stranger := f.ask(registrartest.NewAgent(t, "nobody"), what)
					if requestID.ReplaceAllString(got.Body, "") != requestID.ReplaceAllString(stranger.Body, "") {
						t.Errorf("%s: %s differs from what a stranger is told: %s", what, got, stranger)
					}
				}
				if row := f.Row(a.DID); row.Announced != nil {
					t.Errorf("%s: it is announced: %+v", what, row.Announced)
				}
			}
		})
	}
}

func (f fixture) validity(a registrartest.Agent, from, until time.Time) {
	f.Helper()
	err := f.Config.Store.Change(f.Context(), func(tx registrar.Tx) error {
		return tx.SaveKey(a.DID, registrar.Key{Public: a.Key.PublicKey(), From: from, Until: until})
	})
	if err != nil {
		f.Fatal(err)
	}
}

// A malformed signature tells no more of a DID than a wrong one.
func TestAMalformedSignatureTellsNothingOfADID(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice := f.registered("alice")
	for what, asking := range askings {
		for _, a := range []registrartest.Agent{alice, registrartest.NewAgent(t, "nobody")} {
			r := a.Sign(t, asking(f, a))
			r.Header.Set("X-Did-Signature", "0OIl")
			if got := registrartest.Ask(f, r); got.Status != 403 || got.Reason != "malformed_input" {
				t.Errorf("%s of %s: %s", what, a.DID, got)
			}
		}
	}
}

func TestEachAskingCountsOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice, bob := f.registered("alice"), f.registered("bob")
	f.revoke(bob.DID)
	for what, asking := range askings {
		for _, a := range []registrartest.Agent{alice, bob} {
			r := asking(f, a)
			r.Nonce = fmt.Sprintf("%022x", what)[:22]
			first := registrartest.Ask(f, a.Sign(t, r))
			if a == alice && first.Status != taken[what] {
				t.Errorf("%s: %s", what, first)
			}
			want(t, registrartest.Ask(f, a.Sign(t, r)), 409, "replayed")
			want(t, registrartest.Ask(f.Replica(f.Config), a.Sign(t, r)), 409, "replayed")
		}
	}
}

// A request for one thing is no request for another.
func TestAnAskingIsNothingElse(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice := f.registered("alice")
	for what, asking := range askings {
		for other, instead := range askings {
			if what == other {
				continue
			}
			r, to := alice.Sign(t, asking(f, alice)), instead(f, alice)
			r.Method, r.RequestURI = to.Method, to.Target
			if got := registrartest.Ask(f, r); got.Status < 400 {
				t.Errorf("%s is taken as %s: %s", what, other, got)
			}
		}
	}
	if row := f.Row(alice.DID); row.Announced != nil {
		t.Errorf("%+v", row.Announced)
	}
}

func TestAskingsThatAreMalformed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice := f.registered("alice")
	form := func(body string) func(*signature.Request) {
		return func(r *signature.Request) { r.Body = []byte(body) }
	}
	at := func(target string) func(*signature.Request) {
		return func(r *signature.Request) { r.Target = target }
	}
	long := strings.Repeat("a", 3*registrar.MaxToken+7)
	for name, tt := range map[string]struct {
		what   string
		change func(*signature.Request)
		status int
		reason string
	}{
		"no token":                   {"an introspection", form(""), 400, "question_invalid"},
		"two tokens":                 {"an introspection", form("token=a&token=b"), 400, "question_invalid"},
		"a hint":                     {"an introspection", form("token=a&token_type_hint=access_token"), 400, "question_invalid"},
		"another name":               {"an introspection", form("Token=a"), 400, "question_invalid"},
		"a bad escape":               {"an introspection", form("token=%zz"), 400, "question_invalid"},
		"a semicolon":                {"an introspection", form("token=a;b"), 400, "question_invalid"},
		"JSON":                       {"an introspection", func(r *signature.Request) { r.ContentType, r.Body = "application/json", []byte(`{"token":"a"}`) }, 415, "content_type"},
		"a form in another charset":  {"an introspection", func(r *signature.Request) { r.ContentType += "; charset=latin1" }, 415, "content_type"},
		"a form with a parameter":    {"an introspection", func(r *signature.Request) { r.ContentType += "; boundary=utf-8" }, 415, "content_type"},
		"a form with two parameters": {"an introspection", func(r *signature.Request) { r.ContentType += "; charset=utf-8; q=1" }, 415, "content_type"},
		"no content type":            {"an introspection", func(r *signature.Request) { r.ContentType = "" }, 415, "content_type"},
		"a form too long":            {"an introspection", form(long), 413, "payload_too_large"},
		"a token in the path":        {"an introspection", at(registrar.PathIntrospect + "?token=a"), 404, "not_found"},
		"a path that goes on":        {"an introspection", at(registrar.PathIntrospect + "/"), 404, "not_found"},
		"GET of an introspection":    {"an introspection", func(r *signature.Request) { r.Method = "GET" }, 405, "method_not_allowed"},
		"a body beside a key":        {"a question for a key", form("a"), 413, "payload_too_large"},
		"POST for a key":             {"a question for a key", func(r *signature.Request) { r.Method = "POST" }, 405, "method_not_allowed"},
		"no DID":                     {"a question for a key", at(registrar.PathKeys), 404, "not_found"},
		"a key's path that goes on":  {"a question for a key", at(registrar.PathKeys + alice.DID.String() + "/"), 404, "not_found"},
		"a DID that is escaped":      {"a question for a key", at(registrar.PathKeys + strings.ReplaceAll(alice.DID.String(), ":", "%3A")), 404, "not_found"},
		"a DID in upper case":        {"a question for a key", at(registrar.PathKeys + strings.ToUpper(alice.DID.String())), 404, "not_found"},
		"a name in upper case":       {"a question for a key", at(registrar.PathKeys + strings.Replace(alice.DID.String(), "author", "Author", 1)), 404, "client_unknown"},
		"a path to another client":   {"an announcement", at(registrar.PathClients + "did:a:b" + registrar.AfterTLSKey), 403, "path_mismatch"},
		"a path beyond the key":      {"an announcement", at(registrar.PathClients + alice.DID.String() + registrar.AfterTLSKey + "/"), 404, "not_found"},
		"the registrar's own client": {"an announcement", at(registrar.PathClients + f.Config.Self.String() + registrar.AfterTLSKey), 403, "did_unsupported"},
		"DELETE of an announcement":  {"an announcement", func(r *signature.Request) { r.Method = "DELETE" }, 405, "method_not_allowed"},
		"no key":                     {"an announcement", form(`{}`), 400, "announcement_invalid"},
		"a short key":                {"an announcement", form(`{"tlsKey":"` + strings.Repeat("a", 62) + `"}`), 400, "announcement_invalid"},
		"a long key":                 {"an announcement", form(`{"tlsKey":"` + strings.Repeat("a", 66) + `"}`), 400, "announcement_invalid"},
		"a key in upper case":        {"an announcement", form(`{"tlsKey":"` + strings.Repeat("A", 64) + `"}`), 400, "announcement_invalid"},
		"a key that is a number":     {"an announcement", form(`{"tlsKey":1}`), 400, "announcement_invalid"},
		"a key for longer":           {"an announcement", form(`{"tlsKey":"` + strings.Repeat("a", 64) + `","until":"2099"}`), 400, "announcement_invalid"},
		"a key twice":                {"an announcement", form(`{"tlsKey":"` + strings.Repeat("a", 64) + `","tlsKey":"b"}`), 400, "json_duplicate_key"},
	} {
		t.Run(name, func(t *testing.T) {
			r := askings[tt.what](f, alice)
			tt.change(&r)
			got := registrartest.Ask(f, alice.Sign(t, r))
			want(t, got, tt.status, tt.reason)
			if got.Hint == "" || (tt.status == 405) != (got.Header.Get("Allow") != "") {
				t.Errorf("%s %v", got, got.Header)
			}
		})
	}
	if row := f.Row(alice.DID); row.Announced != nil {
		t.Errorf("%+v", row.Announced)
	}
}

// Many HTTP clients say of themselves that a form is UTF-8, which is what it is taken for.
func TestAFormMaySayThatItIsUTF8(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice, poet := f.registered("alice"), f.bound("poet")
	for _, parameter := range []string{"", "; charset=utf-8", ";charset=UTF-8", `; Charset="Utf-8"`} {
		r := askings["an introspection"](f, alice)
		r.ContentType += parameter
		want(t, registrartest.Ask(f, alice.Sign(t, r)), 200, "")
		req := poet.request("POST", "/admin/oauth2/introspect", "token=a")
		req.Header.Set("Content-Type", r.ContentType)
		want(t, registrartest.Ask(f.Registrar.Reference(), req), 200, "")
	}
}

// Questions have a rate of their own, so that who asks much can still register.
func TestQuestionsHaveARateOfTheirOwn(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Rates = registrar.ModeOpen, registrar.Rates{Stranger: 3, Strangers: 3, Known: 3, Questions: 2}
	})
	alice := f.registered("alice")
	want(t, f.ask(alice, "an introspection"), 200, "")
	want(t, f.ask(alice, "a question for a key"), 200, "")
	want(t, f.ask(alice, "an introspection"), 429, "rate_limited")
	want(t, f.ask(alice, "a question for a key"), 429, "rate_limited")
	want(t, f.ask(alice, "an announcement"), 204, "")
	f.accept(alice, alice.Body(registrartest.SecretOf("2")))
	stranger := registrartest.NewAgent(t, "stranger")
	for range 2 {
		want(t, f.ask(stranger, "an introspection"), 403, "crypto_mismatch")
	}
	want(t, f.ask(stranger, "an introspection"), 429, "rate_limited")
	f.Clock.Advance(time.Minute)
	want(t, f.ask(alice, "an introspection"), 200, "")
}

// Who changes as much as it may can ask all the same. What it may ask is not more from
// many addresses, and nobody takes of it who has not the key.
func TestChangesTakeNothingFromQuestions(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Rates = registrar.ModeOpen, registrar.Rates{Stranger: 9, Strangers: 9, Known: 1, Questions: 3}
	})
	alice := f.registered("alice")
	want(t, f.ask(alice, "an announcement"), 204, "")
	want(t, f.ask(alice, "an announcement"), 429, "rate_limited")
	elsewhere := alice.Sign(t, askings["an announcement"](f, alice))
	elsewhere.RemoteAddr = "198.51.100.77:1"
	want(t, registrartest.Ask(f, elsewhere), 429, "rate_limited")
	for range 3 {
		want(t, f.ask(alice, "an introspection"), 200, "")
	}
	want(t, f.ask(alice, "an introspection"), 429, "rate_limited")
	f.Clock.Advance(time.Minute)
	from := func(address string, key *did.KeyPair) registrartest.Answer {
		r := registrartest.Agent{DID: alice.DID, Key: key}.Sign(t, askings["a question for a key"](f, alice))
		r.RemoteAddr = address + ":1"
		return registrartest.Ask(f, r)
	}
	for range 3 {
		want(t, from("198.51.100.9", registrartest.NewKey(t, "thief")), 403, "crypto_mismatch")
	}
	for n := range 3 {
		want(t, from(fmt.Sprint("198.51.100.", n), alice.Key), 200, "")
	}
	got := from("198.51.100.4", alice.Key)
	want(t, got, 429, "rate_limited")
	if got.Gate != "registry" || got.Header.Get("Retry-After") != "20" {
		t.Errorf("%s %v", got, got.Header)
	}
}

// Who asked and has gone is no reason to look at the authority.
func TestWhoeverGoesAwayIsNoFaultOfTheAuthority(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice := f.registered("alice")
	ctx, cancel := context.WithCancel(t.Context())
	f.asking(func(a *asked) {
		a.fail = errors.New("connection closed")
		a.before = func(string) { cancel() }
	})
	r := alice.Sign(t, askings["an introspection"](f, alice))
	want(t, registrartest.Ask(f, r.WithContext(ctx)), 503, "request_ended")
}

// What is refused before the signature costs no question and no row.
func TestAForgedAskingIsNotRemembered(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice := f.registered("alice")
	for what, asking := range askings {
		r := asking(f, alice)
		r.Nonce = fmt.Sprintf("%022x", what)[:22]
		mask := registrartest.Agent{DID: alice.DID, Key: registrartest.NewKey(t, "thief")}
		want(t, registrartest.Ask(f, mask.Sign(t, r)), 403, "crypto_mismatch")
		want(t, registrartest.Ask(f, alice.Sign(t, r)), taken[what], "")
	}
}

func TestADatabaseThatFailsAnswersNothing(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]*failing{
		"before anything is known": {view: true}, "at the decision": {changes: map[int]bool{1: true}},
	} {
		for what, asking := range askings {
			f := newFixture(t, inMode(registrar.ModeOpen))
			alice := f.registered("alice")
			cfg := f.Config
			cfg.Store = &failing{Store: f.Config.Store, view: store.view, changes: store.changes}
			got := registrartest.Ask(f.Replica(cfg), alice.Sign(t, asking(f, alice)))
			if want(t, got, 503, "storage_unavailable"); t.Failed() {
				t.Fatalf("%s, %s", name, what)
			}
		}
	}
}

// late is a database in which something happens just before the first decision.
type late struct {
	registrar.Store
	once sync.Once
	do   func()
}

func (s *late) Change(ctx context.Context, fn func(registrar.Tx) error) error {
	s.once.Do(s.do)
	return s.Store.Change(ctx, fn)
}

// Whoever could ask when its signature was looked at may not any more when it is decided.
func TestWhatChangesBetweenSignatureAndDecision(t *testing.T) {
	t.Parallel()
	for what, asking := range askings {
		for reason, do := range map[string]func(fixture, registrartest.Agent){
			"crypto_mismatch": func(f fixture, a registrartest.Agent) { f.validity(a, f.Clock.Now().Add(-time.Hour), f.Clock.Now()) },
			"revoked":         func(f fixture, a registrartest.Agent) { f.revoke(a.DID) },
		} {
			f := newFixture(t, inMode(registrar.ModeOpen))
			alice := f.registered("alice")
			cfg := f.Config
			cfg.Store = &late{Store: f.Config.Store, do: func() { do(f, alice) }}
			if got := registrartest.Ask(f.Replica(cfg), alice.Sign(t, asking(f, alice))); got.Status != 403 || got.Reason != reason {
				t.Errorf("%s, %s: %s", what, reason, got)
			}
		}
	}
}

// A key that ends while the authority is asked opens nothing when it answers.
func TestAKeyThatEndsWhileTheAuthorityIsAsked(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice := f.registered("alice")
	token := f.Clients.Issue(alice.DID)
	f.asking(func(a *asked) {
		a.before = func(string) { f.validity(alice, f.Clock.Now().Add(-time.Hour), f.Clock.Now()) }
	})
	want(t, f.Inquire(f.Registrar, alice, token), 403, "crypto_mismatch")
}

// Nothing that was announced outlives a revocation.
func TestARevocationForgetsAnnouncements(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice, bob := f.registered("alice"), f.registered("bob")
	for _, a := range []registrartest.Agent{alice, bob} {
		want(t, f.ask(a, "an announcement"), 204, "")
	}
	f.revoke(alice.DID)
	if gone, kept := f.Row(alice.DID).Announced, f.Row(bob.DID).Announced; len(gone) != 0 || len(kept) != 1 {
		t.Errorf("%+v %+v", gone, kept)
	}
}

// What an agent announces is in the log and in the record, as what it changes is.
func TestAnAnnouncementIsRecorded(t *testing.T) {
	t.Parallel()
	var recorded recorder
	f := newFixture(t, func(c *registrar.Config) { c.Mode, c.Recorder = registrar.ModeOpen, &recorded })
	alice := f.registered("alice")
	want(t, f.ask(alice, "an announcement"), 204, "")
	want(t, f.ask(registrartest.NewAgent(t, "nobody"), "an announcement"), 403, "crypto_mismatch")
	var told []string
	for _, e := range recorded.events {
		told = append(told, string(e.Decision)+" "+e.Method+" "+e.Reason)
	}
	if wanted := []string{"admitted registration ", "admitted announcement ", "refused PUT crypto_mismatch"}; !slices.Equal(told, wanted) {
		t.Errorf("%q", told)
	}
	if logged := f.Logged.String(); !strings.Contains(logged, "tls_key=01"+strings.Repeat("00", 31)) {
		t.Error(logged)
	}
}

type recorder struct{ events []audit.Event }

func (r *recorder) Record(_ context.Context, e audit.Event) { r.events = append(r.events, e) }
