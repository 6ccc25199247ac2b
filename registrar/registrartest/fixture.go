package registrartest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
)

// Open returns an empty database that lives as long as the test, as a function that
// opens it once more: each store that it returns is another process's.
type Open func(t *testing.T) (again func() registrar.Store)

// Clock is what time it is in a test.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns one that stands still.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)} }

// Now returns the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance lets time go by.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Fixture is a registrar with all that is around it.
type Fixture struct {
	testing.TB
	Config  registrar.Config
	Clock   *Clock
	Clients *Clients
	Logged  *bytes.Buffer
	*registrar.Registrar
}

// NewFixture returns a registrar over a store. change may change its configuration.
func NewFixture(t testing.TB, store registrar.Store, change func(*registrar.Config)) *Fixture {
	t.Helper()
	f := &Fixture{TB: t, Clock: NewClock(), Clients: &Clients{}, Logged: new(bytes.Buffer)}
	itself := NewAgent(t, "registrar")
	f.Config = registrar.Config{
		Self: itself.DID, Key: itself.Key, Store: store, Clients: f.Clients, Introspector: f.Clients, Mode: registrar.ModeToken,
		Scopes: []string{"agent:read", "agent:write"}, Audience: []string{"step-ca"}, CAAudience: "step-ca", TokenLifetime: 5 * time.Minute,
		Window: 5 * time.Minute, Lease: 30 * time.Second,
		PendingFor: time.Hour, MaxPending: 3, MaxPendingPerAddress: 2, MaxDIDsPerAddress: 100,
		Rates: registrar.Rates{Stranger: 1000, Strangers: 1000, Known: 1000, Questions: 1000}, MaxIntrospections: 4, MaxChanges: 16,
		Logger: slog.New(slog.NewTextHandler(&lockedWriter{w: f.Logged}, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: f.Clock.Now,
	}
	if change != nil {
		change(&f.Config)
	}
	f.Registrar = f.Replica(f.Config)
	return f
}

// Replica returns another registrar.
func (f *Fixture) Replica(cfg registrar.Config) *registrar.Registrar {
	f.Helper()
	r, err := registrar.New(cfg)
	if err != nil {
		f.Fatal(err)
	}
	return r
}

type lockedWriter struct {
	mu sync.Mutex
	w  *bytes.Buffer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// Register lets an agent register at a replica.
func (f *Fixture) Register(at *registrar.Registrar, a Agent, body Body) Answer {
	f.Helper()
	return Ask(at, a.Sign(f, a.Signing(f.Config.Self, body.JSON(), f.Clock.Now())))
}

// Announce lets an agent announce a TLS key at a replica.
func (f *Fixture) Announce(at *registrar.Registrar, a Agent, key registrar.TLSKey) Answer {
	f.Helper()
	return Ask(at, a.Sign(f, a.Announcement(f.Config.Self, key, f.Clock.Now())))
}

// Inquire lets an agent ask a replica about a token.
func (f *Fixture) Inquire(at *registrar.Registrar, a Agent, token string) Answer {
	f.Helper()
	return Ask(at, a.Sign(f, a.Question(f.Config.Self, token, f.Clock.Now())))
}

// KeyOf lets an agent ask a replica for the key of a DID.
func (f *Fixture) KeyOf(at *registrar.Registrar, a Agent, of did.DID) Answer {
	f.Helper()
	return Ask(at, a.Sign(f, a.KeyQuestion(f.Config.Self, of, f.Clock.Now())))
}

// NewToken returns the text of an enrolment token for any names.
func (f *Fixture) NewToken(uses int) string {
	f.Helper()
	return f.NewTokenFor("*", "*", uses)
}

// NewTokenFor returns the text of an enrolment token for some names.
func (f *Fixture) NewTokenFor(author, name string, uses int) string {
	f.Helper()
	_, text, err := f.CreateToken(f.Context(), registrar.TokenRequest{Author: author, Name: name, MaxUses: uses, Lifetime: time.Hour})
	if err != nil {
		f.Fatal(err)
	}
	return string(text)
}

// Uses returns how often an enrolment token was used, by its text.
func (f *Fixture) Uses(text string) int {
	f.Helper()
	all, err := f.Tokens(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	for _, t := range all {
		if t.Hash == sha256.Sum256([]byte(text)) {
			return t.Uses
		}
	}
	f.Fatalf("there is no such token among %d", len(all))
	return 0
}

// Row is what the database says of a DID.
type Row struct {
	Client    *registrar.Client
	Keys      []registrar.Key
	Scopes    []string
	Tombstone *registrar.Tombstone
	Intent    *registrar.Intent
	Pending   *registrar.Pending
	Announced []registrar.Announcement
}

// Row reads what the database says of a DID.
func (f *Fixture) Row(d did.DID) Row {
	f.Helper()
	var row Row
	err := f.Config.Store.View(f.Context(), func(read registrar.Reader) error {
		var errs [7]error
		row.Client, errs[0] = read.Client(d)
		row.Keys, errs[1] = read.Keys(d)
		row.Scopes, errs[2] = read.Scopes(d)
		row.Tombstone, errs[3] = read.Tombstone(d)
		row.Intent, errs[4] = read.Intent(d)
		row.Pending, errs[5] = read.Pending(d)
		row.Announced, errs[6] = read.Announcements(d)
		return errors.Join(errs[:]...)
	})
	if err != nil {
		f.Fatal(err)
	}
	return row
}
