package gate_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// meanwhile is a body that takes its time: something happens before its first byte.
type meanwhile struct {
	*strings.Reader
	do func()
}

func (m *meanwhile) Read(p []byte) (int, error) {
	if m.do != nil {
		m.do()
		m.do = nil
	}
	return m.Reader.Read(p)
}

func (*meanwhile) Close() error { return nil }

// ticker is a clock set by hand.
type ticker struct{ atomic.Int64 }

func newTicker() *ticker {
	var c ticker
	c.Store(testNow.UnixNano())
	return &c
}

func (c *ticker) now() time.Time { return time.Unix(0, c.Load()) }

func (c *ticker) on(config *gate.Config) { config.Now = c.now }

// set changes what the fakes say.
func (b *bench) set(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
}

// ending is something that happens to the proofs after a while.
type ending struct {
	name      string
	after     time.Duration
	configure func(*gate.Config)
	change    func(*bench, *http.Request)
	meanwhile func(*bench)
	status    int
	reason    gate.Reason
	gate      string
}

// endings are those that end a request whenever they come.
func endings() []ending {
	var distrusted, revoked atomic.Bool
	return []ending{
		{name: "nothing", after: 25 * time.Second, status: 200},
		{name: "token revoked", after: 25 * time.Second, meanwhile: func(b *bench) { b.tokenErr = oauth.ErrInactive },
			status: 401, reason: gate.TokenInactive, gate: "token"},
		{name: "authority down", after: 25 * time.Second, meanwhile: func(b *bench) { b.tokenErr = oauth.ErrUnavailable },
			status: 503, reason: gate.TokenUnavailable, gate: "token"},
		{name: "token expired", after: time.Hour, status: 401, reason: gate.TokenExpired, gate: "token"},
		{name: "token is another's", after: 25 * time.Second, meanwhile: func(b *bench) { b.claims.DID = "did:bindu:ops:other:3" },
			status: 403, reason: gate.IdentityMismatch, gate: "agreement"},
		{name: "caller revoked", after: 25 * time.Second, configure: func(c *gate.Config) {
			c.Revoked = func(did.DID) bool { return revoked.Load() }
		}, meanwhile: func(*bench) { revoked.Store(true) }, status: 403, reason: gate.CallerRevoked, gate: "agreement"},
		{name: "permission withdrawn", after: 25 * time.Second, meanwhile: func(b *bench) { b.claims.Scopes = nil },
			status: 403, reason: gate.ScopeInsufficient, gate: "scope"},
		{name: "certificate expired", after: 25 * time.Second, change: func(b *bench, r *http.Request) {
			r.TLS = connection(b.t, func(c *x509.Certificate) { c.NotAfter = testNow.Add(20 * time.Second) }, testIssuer+"#"+b.caller.String())
		}, status: 401, reason: gate.CertExpired, gate: "certificate"},
		{name: "root distrusted", after: 25 * time.Second, configure: func(c *gate.Config) {
			c.CheckPeer = func(*tls.ConnectionState) error {
				if distrusted.Load() {
					return mtls.ErrUnknownCA
				}
				return nil
			}
		}, meanwhile: func(*bench) { distrusted.Store(true) }, status: 403, reason: gate.CertRefused, gate: "certificate"},
		{name: "policy changed", after: 25 * time.Second, meanwhile: func(b *bench) { b.callerErr = errors.New("off the list") },
			status: 403, reason: gate.PolicyDenied, gate: "policy"},
	}
}

// bench returns gates over a clock for this ending, and a request to them.
func (e ending) bench(t *testing.T) (*bench, *ticker, *http.Request) {
	clock := newTicker()
	b := newBench(t, clock.on, func(c *gate.Config) {
		if e.configure != nil {
			e.configure(c)
		}
	})
	r := b.request(signature.Reference, testBody)
	if e.change != nil {
		e.change(b, r)
	}
	return b, clock, r
}

// happen lets the time go by and the ending come.
func (e ending) happen(b *bench, clock *ticker) {
	clock.Add(int64(e.after))
	if e.meanwhile != nil {
		b.set(func() { e.meanwhile(b) })
	}
}

// What a gate proved is looked at again when the body is there: nothing is
// served, and nothing remembered, on what has ended since.
func TestHostile167ProofsThatEndWhileTheBodyComes(t *testing.T) {
	tests := append(endings(),
		ending{name: "timestamp left the window", after: 301 * time.Second, status: 403, reason: gate.TimestampWindow, gate: "timestamp"},
		ending{name: "clock set back", after: -301 * time.Second, status: 403, reason: gate.TimestampWindow, gate: "timestamp"},
	)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, clock, r := tt.bench(t)
			r.Body = &meanwhile{strings.NewReader(testBody), func() { tt.happen(b, clock) }}
			w, got := b.do(r)
			if w.Code != tt.status || got.Error.Data.Reason != string(tt.reason) || got.Error.Data.Gate != tt.gate {
				t.Fatalf("%d %s, want %d %s at %s", w.Code, w.Body, tt.status, tt.reason, tt.gate)
			}
			if admitted := tt.status == http.StatusOK; (b.ran["handler"] > 0) != admitted || (b.ran["replay"] > 0) != (admitted || tt.gate == "scope") {
				t.Errorf("ran %v", b.ran)
			}
			if b.ran["token"] != 2 {
				t.Errorf("the token was judged %d times, want twice", b.ran["token"])
			}
		})
	}
}

// Who is revoked already is refused when the proofs agree on it, and before anything is
// spent on the request: neither its body is read nor its signature remembered.
func TestWhoIsRevokedIsRefusedBeforeTheBody(t *testing.T) {
	var asked []did.DID
	b := newBench(t, func(c *gate.Config) {
		c.Revoked = func(d did.DID) bool { asked = append(asked, d); return true }
	})
	r := b.request(signature.Reference, testBody)
	read := false
	r.Body = &meanwhile{strings.NewReader(testBody), func() { read = true }}
	w, got := b.do(r)
	if w.Code != http.StatusForbidden || got.Error.Data.Reason != string(gate.CallerRevoked) || got.Error.Data.Gate != "agreement" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if read || b.ran["replay"] != 0 || b.ran["handler"] != 0 || len(asked) != 1 || asked[0] != b.caller {
		t.Errorf("the body was read: %v; ran %v; asked about %v", read, b.ran, asked)
	}
}

// A request that goes through at once is not judged twice.
func TestProofsAreLookedAtAgainOnlyAfterSomeTime(t *testing.T) {
	for after, want := range map[time.Duration]int{0: 1, gate.ProofAge - 1: 1, gate.ProofAge: 2} {
		clock := newTicker()
		b := newBench(t, clock.on)
		r := b.request(signature.Reference, testBody)
		r.Body = &meanwhile{strings.NewReader(testBody), func() { clock.Add(int64(after)) }}
		if w, _ := b.do(r); w.Code != http.StatusOK || b.ran["token"] != want || b.ran["caller"] != want {
			t.Errorf("after %v: %d, ran %v", after, w.Code, b.ran)
		}
	}
}

// slowReplay takes its time, as a disk does, and something happens meanwhile.
type slowReplay struct {
	gate.ReplayStore
	do func()
}

func (s slowReplay) Use(ctx context.Context, owner did.DID, key string, expires time.Time) error {
	s.do()
	return s.ReplayStore.Use(ctx, owner, key, expires)
}

func TestHostile167ProofsThatEndWhileTheDiskIsSlow(t *testing.T) {
	clock := newTicker()
	var b *bench
	b = newBench(t, clock.on, func(c *gate.Config) {
		c.Replay = slowReplay{c.Replay, func() {
			clock.Add(int64(6 * time.Second))
			b.set(func() { b.tokenErr = oauth.ErrInactive })
		}}
	})
	w, got := b.do(b.request(signature.Reference, testBody))
	if w.Code != http.StatusUnauthorized || got.Error.Data.Reason != "token_inactive" || b.ran["handler"] != 0 {
		t.Errorf("%d %s, ran %v", w.Code, w.Body, b.ran)
	}
}

// slowPolicy is a policy that takes its time.
type slowPolicy struct {
	gate.Policy
	do func()
}

func (s slowPolicy) Decide(ctx context.Context, c identity.Caller, r gate.Request) (func(), error) {
	s.do()
	return s.Policy.Decide(ctx, c, r)
}

func TestHostile167ProofsThatEndWhileThePolicyIsSlow(t *testing.T) {
	clock := newTicker()
	b := newBench(t, clock.on, func(c *gate.Config) {
		c.Policy = slowPolicy{c.Policy, func() { clock.Add(int64(2 * time.Hour)) }}
	})
	w, got := b.do(b.request(signature.Reference, testBody))
	if w.Code != http.StatusUnauthorized || got.Error.Data.Reason != "token_expired" || b.ran["handler"] != 0 || b.ran["policy released"] != 1 {
		t.Errorf("%d %s, ran %v", w.Code, w.Body, b.ran)
	}
}

// A mode in which a token may be ignored goes on without what the token gave.
func TestHostile167IgnoredTokenGivesNothingMore(t *testing.T) {
	clock := newTicker()
	b := newBench(t, clock.on, func(c *gate.Config) { c.TokenMode = gate.TokenPermissive })
	r := b.request(signature.Reference, testBody)
	r.Body = &meanwhile{strings.NewReader(testBody), func() {
		clock.Add(int64(6 * time.Second))
		b.set(func() { b.tokenErr = oauth.ErrInactive })
	}}
	if w, got := b.do(r); w.Code != http.StatusForbidden || got.Error.Data.Reason != "scope_insufficient" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if len(b.events) != 2 || b.events[0].Reason != "token_ignored" || b.events[0].DID != b.caller.String() {
		t.Errorf("events %+v", b.events)
	}
}

// Where callers need no DID, a token may be given one, or lose it, while a body
// comes: whoever was charged and signed is not whom it names now.
func TestHostile167CallerThatBecomesAnother(t *testing.T) {
	for name, dids := range map[string][2]bool{"loses its DID": {true, false}, "is given a DID": {false, true}, "another subject": {false, false}} {
		t.Run(name, func(t *testing.T) {
			clock := newTicker()
			b := newBench(t, clock.on, func(c *gate.Config) { c.Mode, c.TokenOnly = gate.ModeOff, true })
			name := map[bool]string{true: b.caller.String()}
			b.claims.DID = name[dids[0]]
			r := b.request(signature.Reference, testBody)
			if !dids[0] {
				r.Header.Del(signature.HeaderDID)
			}
			r.Body = &meanwhile{strings.NewReader(testBody), func() {
				clock.Add(int64(6 * time.Second))
				b.set(func() { b.claims.DID, b.claims.Subject = name[dids[1]], "somebody else" })
			}}
			if w, _ := b.do(r); w.Code != http.StatusForbidden || b.ran["handler"] != 0 {
				t.Errorf("%d %s, ran %v", w.Code, w.Body, b.ran)
			}
		})
	}
}

// The policy is told the time at which it judges.
func TestHostile168PolicyJudgesByNow(t *testing.T) {
	for _, took := range []time.Duration{20 * time.Millisecond, 50 * time.Millisecond} {
		t.Run(took.String(), func(t *testing.T) {
			clock := newTicker()
			b := newBench(t, clock.on, func(c *gate.Config) { c.Replay = replay.NewMemory(clock.now, 0, 1_000_000) })
			r := b.request(signature.Reference, testBody)
			r.Body = &meanwhile{strings.NewReader(testBody), func() { clock.Add(int64(took)) }}
			w := httptest.NewRecorder()
			b.chain.ServeHTTP(w, r)
			if w.Code != http.StatusOK || !b.judged.Time.Equal(clock.now()) {
				t.Errorf("%d, judged at %v, it is %v", w.Code, b.judged.Time, clock.now())
			}
		})
	}
}
