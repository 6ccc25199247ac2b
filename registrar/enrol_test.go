package registrar_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

func TestWhoMayEnrol(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		mode       registrar.Mode
		named      bool // the DID does not follow from the key
		token      bool
		status     int
		reason     string
		registered bool
	}{
		"token mode, with a token":           {mode: registrar.ModeToken, token: true, status: 201, registered: true},
		"token mode, without":                {mode: registrar.ModeToken, status: 403, reason: "enrolment_token_required"},
		"token mode, a name, with a token":   {mode: registrar.ModeToken, named: true, token: true, status: 201, registered: true},
		"token mode, a name, without":        {mode: registrar.ModeToken, named: true, status: 403, reason: "did_not_key_bound"},
		"approve mode, with a token":         {mode: registrar.ModeApprove, token: true, status: 201, registered: true},
		"approve mode, without":              {mode: registrar.ModeApprove, status: 202},
		"approve mode, a name, without":      {mode: registrar.ModeApprove, named: true, status: 403, reason: "did_not_key_bound"},
		"open mode, without a token":         {mode: registrar.ModeOpen, status: 201, registered: true},
		"open mode, a name, without a token": {mode: registrar.ModeOpen, named: true, status: 403, reason: "did_not_key_bound"},
		"open mode, a name, with a token":    {mode: registrar.ModeOpen, named: true, token: true, status: 201, registered: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, inMode(tt.mode))
			agent := registrartest.NewAgent(t, "alice")
			if tt.named {
				agent = registrartest.NewNamedAgent(t, "alice")
			}
			body := agent.Body(registrartest.SecretOf("1"))
			if tt.token {
				body = body.With("enrolmentToken", f.NewTokenFor("author", "alice", 1))
			}
			want(t, f.put(agent, body), tt.status, tt.reason)
			if got := f.Clients.Document(agent.DID) != nil; got != tt.registered {
				t.Errorf("registered: %t", got)
			}
			if row := f.Row(agent.DID); (row.Client != nil) != tt.registered || row.Intent != nil {
				t.Errorf("the database has %+v", row)
			}
		})
	}
}

func TestATokenThatDoesNotFitBindsNothing(t *testing.T) {
	t.Parallel()
	fits := registrar.TokenRequest{Author: "author", Name: "alice", MaxUses: 1, Lifetime: time.Minute}
	for name, tt := range map[string]struct {
		change func(*registrar.TokenRequest)
		after  time.Duration
		edit   func(string) string
		who    string
		cause  string
	}{
		"it fits":         {},
		"another author":  {change: func(q *registrar.TokenRequest) { q.Author = "writer" }, cause: "made for other names"},
		"another name":    {who: "bob", cause: "made for other names"},
		"a pattern":       {change: func(q *registrar.TokenRequest) { q.Author = "auth*" }, cause: "a pattern, and"},
		"any name":        {change: func(q *registrar.TokenRequest) { q.Name = "*" }, cause: "a pattern, and"},
		"the last moment": {after: time.Minute - time.Millisecond},
		"expired":         {after: time.Minute, cause: "expired"},
		"of nobody":       {edit: anotherToken, cause: "not known"},
		"too short":       {edit: func(s string) string { return s[:len(s)-1] }, cause: "malformed"},
		"without prefix":  {edit: func(s string) string { return strings.Replace(s, "bindu", "hindu", 1) }, cause: "malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil)
			q := fits
			if tt.change != nil {
				tt.change(&q)
			}
			token, secret, err := f.CreateToken(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			text := string(secret)
			if tt.edit != nil {
				text = tt.edit(text)
			}
			f.Clock.Advance(tt.after)
			who := registrartest.NewNamedAgent(t, "alice")
			if tt.who != "" {
				who = registrartest.NewNamedAgent(t, tt.who)
			}
			got := f.put(who, who.Body(registrartest.SecretOf("1")).With("enrolmentToken", text))
			uses := 1
			if tt.cause != "" {
				uses = 0
				want(t, got, 403, "enrolment_token_refused")
				if !strings.Contains(f.Logged.String(), tt.cause) {
					t.Errorf("the log does not say %q: %s", tt.cause, f.Logged)
				}
			} else if got.State != "registered" {
				t.Errorf("%s", got)
			}
			all, err := f.Tokens(t.Context())
			if err != nil || len(all) != 1 || all[0].ID != token.ID || all[0].Uses != uses {
				t.Errorf("%+v, %v", all, err)
			}
			if row := f.Row(who.DID); (row.Client != nil) != (uses == 1) {
				t.Errorf("bound: %+v", row.Client)
			}
		})
	}
}

// A text that can be no token is as a token that nobody has: where none is needed it is
// not looked at, and where one is needed the database decides.
func TestAMalformedTokenIsAsOneThatNobodyHas(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	alice, bob := registrartest.NewAgent(t, "alice"), registrartest.NewAgent(t, "bob")
	secret := registrartest.SecretOf("1")
	f.accept(alice, alice.Body(secret).With("enrolmentToken", f.NewToken(1)))
	thief := registrartest.Agent{DID: alice.DID, Key: registrartest.NewKey(t, "thief")}
	for _, text := range []string{"", "zzz", "malformed", strings.Repeat("z", 7000), anotherToken(f.NewToken(1))} {
		if got := f.put(alice, alice.Body(secret).With("enrolmentToken", text)); got.State != "registered" {
			t.Errorf("%.20q, bound already: %s", text, got)
		}
		for _, a := range []registrartest.Agent{bob, thief} {
			got := f.put(a, a.Body(secret).With("enrolmentToken", text))
			if want(t, got, 403, "enrolment_token_refused"); got.Gate != "enrolment" {
				t.Errorf("%.20q: gate %s", text, got.Gate)
			}
		}
	}
	if len(f.Logged.String()) > 1<<16 {
		t.Error("what was sent is in the log")
	}
}

// anotherToken returns a token that differs in one character.
func anotherToken(s string) string {
	i := len(s) - 10
	if s[i] == 'A' {
		return s[:i] + "B" + s[i+1:]
	}
	return s[:i] + "A" + s[i+1:]
}

func TestATokenOfManyUsesBindsAsManyDIDsAndNoMore(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	token := f.NewToken(2)
	put := func(name string) registrartest.Answer {
		a := registrartest.NewAgent(t, name)
		return f.put(a, a.Body(registrartest.SecretOf(name)).With("enrolmentToken", token))
	}
	for _, name := range []string{"a", "a", "b", "a", "b"} { // the same key costs nothing again
		if got := put(name); got.State != "registered" {
			t.Fatalf("%s: %s", name, got)
		}
	}
	want(t, put("c"), 403, "enrolment_token_refused")
}

func TestADeletedTokenBindsNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	token, text, err := f.CreateToken(t.Context(), registrar.TokenRequest{Author: "*", Name: "*", MaxUses: 9, Lifetime: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	alice, bob := registrartest.NewAgent(t, "alice"), registrartest.NewAgent(t, "bob")
	f.accept(alice, alice.Body(registrartest.SecretOf("1")).With("enrolmentToken", string(text)))
	if found, err := f.DeleteToken(t.Context(), token.ID); err != nil || !found {
		t.Fatal(found, err)
	}
	want(t, f.put(bob, bob.Body(registrartest.SecretOf("2")).With("enrolmentToken", string(text))), 403, "enrolment_token_refused")
	f.accept(alice, alice.Body(registrartest.SecretOf("3"))) // what it bound stays bound
	if found, err := f.DeleteToken(t.Context(), token.ID); err != nil || found {
		t.Error(found, err)
	}
}

func TestTokensThatCannotBeMade(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for _, q := range []registrar.TokenRequest{
		{Author: "", Name: "*", MaxUses: 1, Lifetime: time.Hour}, {Author: "*", Name: "[", MaxUses: 1, Lifetime: time.Hour},
		{Author: "*", Name: "*", Lifetime: time.Hour}, {Author: "*", Name: "*", MaxUses: 1},
		{Author: "*", Name: "*", MaxUses: 1, Lifetime: registrar.MaxEnrolment + 1},
		{Author: "y:z", Name: "*", MaxUses: 1, Lifetime: time.Hour}, {Author: "*", Name: "po/et", MaxUses: 1, Lifetime: time.Hour},
		{Author: "é*", Name: "*", MaxUses: 1, Lifetime: time.Hour}, {Author: "*", Name: `\*`, MaxUses: 1, Lifetime: time.Hour},
		{Author: "a%40b", Name: "*", MaxUses: 1, Lifetime: time.Hour}, {Author: "[]", Name: "*", MaxUses: 1, Lifetime: time.Hour},
	} {
		if _, _, err := f.CreateToken(t.Context(), q); !errors.Is(err, registrar.ErrTokenRequest) || errors.Is(err, did.ErrMalformed) {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

// A token is made for the DIDs that agents with that author and name have.
func TestATokenIsForTheNamesOfAgents(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ author, name, wantAuthor, wantName string }{
		{"you@example.com", "poet", "you_at_example_com", "poet"},
		{"You@Example.com", "My Poet", "you_at_example_com", "my_poet"},
		{"*@example.com", "po?t-[0-9]", "*_at_example_com", "po?t-[0-9]"},
		{"you_at_example_com", "[^a]*", "you_at_example_com", "[^a]*"},
	} {
		f := newFixture(t, nil)
		made, _, err := f.CreateToken(t.Context(), registrar.TokenRequest{Author: tt.author, Name: tt.name, MaxUses: 1, Lifetime: registrar.MaxEnrolment})
		if err != nil || made.Author != tt.wantAuthor || made.Name != tt.wantName {
			t.Errorf("%s %s: %+v, %v", tt.author, tt.name, made, err)
		}
	}
	f := newFixture(t, nil)
	key := registrartest.NewKey(t, "poet")
	d, err := did.FromPublicKey("you@example.com", "My Poet", key.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	poet := registrartest.Agent{DID: d, Key: key}
	f.accept(poet, poet.Body(registrartest.SecretOf("1")).With("enrolmentToken", f.NewTokenFor("you@example.com", "My Poet", 1)))
}

// Whoever asks for a DID that has another key is told what is told of a DID that
// nobody has.
func TestStrangersDoNotLearnWhichDIDsAreKnown(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	known, unknown := registrartest.NewNamedAgent(t, "known"), registrartest.NewNamedAgent(t, "unknown")
	f.accept(known, known.Body(registrartest.SecretOf("1")).With("enrolmentToken", f.NewTokenFor("author", "known", 1)))
	bound := registrartest.NewAgent(t, "bound")
	f.accept(bound, bound.Body(registrartest.SecretOf("1")))
	thief, revoked := registrartest.NewKey(t, "thief"), registrartest.NewAgent(t, "revoked")
	f.accept(revoked, revoked.Body(registrartest.SecretOf("1")))
	absent := registrartest.NewNamedAgent(t, "revoked before it came")
	f.revoke(revoked.DID)
	f.revoke(absent.DID)
	spent := f.NewToken(1)
	other := registrartest.NewAgent(t, "other")
	f.accept(other, other.Body(registrartest.SecretOf("1")).With("enrolmentToken", spent))
	for _, victim := range []registrartest.Agent{known, unknown, bound, revoked, absent, registrartest.NewAgent(t, "nobody")} {
		mask := registrartest.Agent{DID: victim.DID, Key: thief}
		want(t, f.put(mask, mask.Body(registrartest.SecretOf("2"))), 403, "did_not_key_bound")
		want(t, f.put(mask, mask.Body(registrartest.SecretOf("2")).With("enrolmentToken", spent)), 403, "enrolment_token_refused")
	}
	// Nor does a good token take a DID from its key; it is not used up by that.
	token := f.NewTokenFor("author", "known", 1)
	mask := registrartest.Agent{DID: known.DID, Key: thief}
	want(t, f.put(mask, mask.Body(registrartest.SecretOf("2")).With("enrolmentToken", token)), 403, "enrolment_token_refused")
	if n := f.Uses(token); n != 0 {
		t.Errorf("the token was used %d times", n)
	}
	if got := f.Clients.Secret(known.DID); got != registrartest.SecretOf("1") {
		t.Error("the secret was changed")
	}
}

func TestOneAddressBindsSoManyDIDs(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *registrar.Config) { c.Mode, c.MaxDIDsPerAddress = registrar.ModeOpen, 2 })
	for _, name := range []string{"a", "b"} {
		a := registrartest.NewAgent(t, name)
		f.accept(a, a.Body(registrartest.SecretOf(name)))
	}
	c := registrartest.NewAgent(t, "c")
	token := f.NewToken(1)
	want(t, f.put(c, c.Body(registrartest.SecretOf("c")).With("enrolmentToken", token)), 429, "quota_exceeded")
	a := registrartest.NewAgent(t, "a")
	f.accept(a, a.Body(registrartest.SecretOf("again")))
	if n := f.Uses(token); n != 0 {
		t.Errorf("the token was used %d times", n)
	}
}

// Approving one agent after the other is no way around the bound of an address.
func TestApprovalsCountForTheAddressToo(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *registrar.Config) { c.Mode, c.MaxDIDsPerAddress = registrar.ModeApprove, 1 })
	var last error
	for _, name := range []string{"a", "b"} {
		a := registrartest.NewAgent(t, name)
		want(t, f.put(a, a.Body(registrartest.SecretOf(name))), 202, "")
		last = f.Approve(t.Context(), a.DID, registrar.Fingerprint(a.Key.PublicKey()))
	}
	if r, ok := errors.AsType[*registrar.Refusal](last); !ok || r.Word != "quota_exceeded" {
		t.Errorf("the second approval: %v", last)
	}
	if row := f.Row(registrartest.NewAgent(t, "b").DID); row.Client != nil || row.Pending == nil {
		t.Errorf("%+v", row)
	}
}
