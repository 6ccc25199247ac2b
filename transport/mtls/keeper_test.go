package mtls_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// bench is a Keeper in a bubble of simulated time, with everything around it
// under the test's control: it is the CA and the store.
type bench struct {
	t      *testing.T
	ca     *stepcatest.CA
	wall   *clock
	keeper *mtls.Keeper
	ttl    time.Duration
	first  *mtls.Identity // on disk at the start, nil for none

	mu      sync.Mutex
	down    error // what Enrol returns
	disk    error // what Save returns
	enrols  []time.Time
	saved   []string
	phases  []mtls.Phase
	reasons []string
	roots   []*x509.Certificate
}

func newBench(t *testing.T, ttl time.Duration, change ...func(*mtls.KeeperConfig)) *bench {
	t.Helper()
	b := &bench{t: t, wall: &clock{}, ttl: ttl, ca: stepcatest.NewCA(t, nil)}
	b.roots = b.ca.Roots()
	b.first = b.issue()
	if err := b.start(t.Context(), change...); err != nil {
		t.Fatal(err)
	}
	return b
}

// start makes the Keeper.
func (b *bench) start(ctx context.Context, change ...func(*mtls.KeeperConfig)) (err error) {
	cfg := mtls.KeeperConfig{
		DID:         alice,
		Source:      mtls.SourceConfig{Issuer: issuer, RequireClientCert: true, Now: b.wall.Now},
		CA:          b,
		Store:       b,
		RenewBefore: 8 * time.Hour,
		RootsEvery:  24 * time.Hour,
		Jitter:      func() float64 { return 0.5 },
		OnState:     b.onState,
	}
	for _, c := range change {
		c(&cfg)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Hour) // a start that should end, and does not
	defer cancel()
	b.keeper, err = mtls.NewKeeper(ctx, cfg)
	return err
}

// serial is that of the certificate that is served.
func (b *bench) serial() string { return b.keeper.Source().Current().Serial() }

func (b *bench) issue() *mtls.Identity {
	return &mtls.Identity{
		Certificate: b.ca.Issue(issuer, alice.String(), stepcatest.Valid(-time.Minute, b.ttl)),
		Roots:       b.roots,
	}
}

// Enrol implements [mtls.Enroller].
func (b *bench) Enrol(ctx context.Context) (*mtls.Identity, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.enrols = append(b.enrols, time.Now())
	if b.down != nil {
		return nil, b.down
	}
	return b.issue(), ctx.Err()
}

// Roots implements [mtls.Enroller].
func (b *bench) Roots(context.Context) ([]*x509.Certificate, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.roots, b.down
}

// Load implements [mtls.Store].
func (b *bench) Load(did.DID, string) (*mtls.Identity, error) {
	if b.first == nil {
		return nil, mtls.ErrNoIdentity
	}
	return b.first, nil
}

// Save implements [mtls.Store].
func (b *bench) Save(id *mtls.Identity) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.disk != nil {
		return b.disk
	}
	b.saved = append(b.saved, id.Serial())
	return nil
}

func (b *bench) onState(s mtls.State) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.phases); n == 0 || b.phases[n-1] != s.Phase {
		b.phases = append(b.phases, s.Phase)
	}
	b.reasons = append(b.reasons, s.Reason())
}

func (b *bench) set(change func(*bench)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(b)
}

func (b *bench) calls() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.enrols)
}

func (b *bench) sawSaved() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.saved)
}

func (b *bench) sawPhases() []mtls.Phase {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.phases)
}

// sleep lets simulated time pass and everything in it settle.
func (b *bench) sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// stop closes the Keeper.
func (b *bench) stop() {
	b.t.Helper()
	if err := b.keeper.Close(); err != nil {
		b.t.Errorf("Close: %v", err)
	}
}

// enroller is the bench with another answer to Enrol or to Roots.
type enroller struct {
	*bench
	enrol func(context.Context) (*mtls.Identity, error)
	roots func(context.Context) ([]*x509.Certificate, error)
}

func (e enroller) Enrol(ctx context.Context) (*mtls.Identity, error) {
	if e.enrol == nil {
		return e.bench.Enrol(ctx)
	}
	return e.enrol(ctx)
}

func (e enroller) Roots(ctx context.Context) ([]*x509.Certificate, error) {
	if e.roots == nil {
		return e.bench.Roots(ctx)
	}
	return e.roots(ctx)
}

// ask changes what a Keeper's CA answers.
func ask(e enroller) func(*mtls.KeeperConfig) {
	return func(c *mtls.KeeperConfig) { e.bench, c.CA = c.CA.(*bench), &e }
}

var errDown = fmt.Errorf("%w: connection refused", mtls.ErrCAUnavailable)

func TestThreeMonthsOfRenewals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 24*time.Hour)
		defer b.stop()
		serials := map[string]bool{}
		for range 90 * 24 {
			b.sleep(time.Hour)
			id := b.keeper.Source().Current()
			serials[id.Serial()] = true
			if left := time.Until(id.NotAfter()); left < 7*time.Hour {
				t.Fatalf("only %s left", left)
			}
		}
		// One every 24 − 8 h, and 24 minutes less for the jitter of one half.
		if got, want := b.calls(), 138; got < want-2 || got > want+2 {
			t.Errorf("%d renewals, want about %d", got, want)
		}
		if len(serials) < b.calls() || len(b.sawSaved()) != b.calls() {
			t.Errorf("%d renewals, %d certificates seen, %d saved", b.calls(), len(serials), len(b.sawSaved()))
		}
	})
}

// Certificates of seconds are dated back by a minute; that must not make each
// new one look overdue.
func TestShortLivedCertificatesAreNotRenewedInAStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 6*time.Second)
		defer b.stop()
		for range 600 {
			b.sleep(time.Second)
			if time.Until(b.keeper.Source().Current().NotAfter()) <= 0 {
				t.Fatal("an expired certificate is served")
			}
		}
		if got := b.calls(); got < 140 || got > 190 {
			t.Errorf("%d renewals in ten minutes, want about one every four seconds", got)
		}
	})
}

func TestCADownForTheWholeWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 24*time.Hour)
		defer b.stop()
		b.set(func(b *bench) { b.down = errDown })
		b.sleep(15 * time.Hour)
		if b.calls() != 0 || b.keeper.State().Phase != mtls.PhaseFresh {
			t.Fatal("too early")
		}
		b.sleep(2 * time.Hour)
		if s := b.keeper.State(); s.Phase != mtls.PhaseDue || !s.Ready() || s.Failures == 0 || s.NextAttempt.IsZero() || s.Reason() != "ca_unavailable" {
			t.Errorf("in the window: %+v", s)
		}
		b.sleep(4 * time.Hour)
		if s := b.keeper.State(); s.Phase != mtls.PhaseFailing || !s.Ready() {
			t.Errorf("half of it lost: %+v", s)
		}
		b.sleep(3*time.Hour - 4*time.Minute)
		if s := b.keeper.State(); s.Phase != mtls.PhaseUrgent || s.Ready() {
			t.Errorf("five minutes before the end: %+v", s)
		}
		tried := b.calls()
		if tried < 60 || tried > 300 {
			t.Errorf("%d attempts in eight hours", tried)
		}
		b.sleep(time.Hour)
		if s := b.keeper.State(); s.Phase != mtls.PhaseExpired || s.Ready() || s.Reason() != "cert_expired_self" {
			t.Errorf("expired: %+v", s)
		}
		b.set(func(b *bench) { b.down = nil })
		b.sleep(15 * time.Second)
		if s := b.keeper.State(); s.Phase != mtls.PhaseFresh || !s.Ready() || s.Failures != 0 || s.LastError != nil || s.Reason() != "" {
			t.Errorf("recovered: %+v", s)
		}
		want := []mtls.Phase{mtls.PhaseDue, mtls.PhaseFailing, mtls.PhaseUrgent, mtls.PhaseExpired, mtls.PhaseFresh}
		if got := b.sawPhases(); !slices.Equal(got, want) {
			t.Errorf("OnState saw %v, want %v", got, want)
		}
	})
}

// Scenarios 3 and 4: certificates of two minutes, the CA away around the end.
func TestRecoveryIsQuickWhenLifeIsShort(t *testing.T) {
	for name, tt := range map[string]struct{ from, to, within time.Duration }{
		"back before the end": {30 * time.Second, 114 * time.Second, 6 * time.Second},
		"back after the end":  {30 * time.Second, 10 * time.Minute, 13 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, 2*time.Minute)
				defer b.stop()
				first := b.serial()
				b.sleep(tt.from)
				b.set(func(b *bench) { b.down = errDown })
				b.sleep(tt.to - tt.from)
				if b.serial() != first {
					t.Fatal("renewed without a CA")
				}
				b.set(func(b *bench) { b.down = nil })
				b.sleep(tt.within)
				if b.serial() == first {
					t.Errorf("not renewed %s after the CA came back: %+v", tt.within, b.keeper.State())
				}
			})
		})
	}
}

func TestUnwritableStorageKeepsTheNewCertificateInService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 24*time.Hour)
		defer b.stop()
		full := errors.New("no space left on device")
		b.set(func(b *bench) { b.disk = full })
		first := b.serial()
		b.sleep(17 * time.Hour)
		s := b.keeper.State()
		if b.serial() == first || s.Serial == first {
			t.Fatal("the certificate was not replaced")
		}
		if !errors.Is(s.StorageError, full) || s.Reason() != "storage_unwritable" || !s.Ready() || s.Phase != mtls.PhaseFresh {
			t.Errorf("%+v", s)
		}
		b.set(func(b *bench) { b.disk = nil })
		b.sleep(time.Minute)
		if s := b.keeper.State(); s.StorageError != nil || s.Reason() != "" || len(b.sawSaved()) != 1 || b.sawSaved()[0] != s.Serial {
			t.Errorf("after the disk came back: %+v, saved %v", s, b.sawSaved())
		}
		if b.calls() != 1 {
			t.Errorf("%d enrolments; a full disk is no reason for another", b.calls())
		}
	})
}

func TestUnsavedCertificateIsSavedAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 24*time.Hour)
		b.set(func(b *bench) { b.disk = errors.New("busy") })
		b.sleep(17*time.Hour + 30*time.Second)
		b.set(func(b *bench) { b.disk = nil })
		b.stop()
		if len(b.sawSaved()) != 1 {
			t.Errorf("saved %v", b.sawSaved())
		}
	})
}

// What could not be saved at the start is saved as soon as it can be.
func TestUnsavedFromTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("no space left on device")
		b := firstBench(t)
		b.disk = full
		if err := b.start(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer b.stop()
		if s := b.keeper.State(); !errors.Is(s.StorageError, full) || !s.Ready() {
			t.Errorf("%+v", s)
		}
		b.set(func(b *bench) { b.disk = nil })
		b.sleep(time.Minute)
		if s := b.keeper.State(); s.StorageError != nil || len(b.sawSaved()) != 1 || b.calls() != 1 {
			t.Errorf("%+v, saved %v, %d enrolments", s, b.sawSaved(), b.calls())
		}
	})
}

// Timers know nothing of a wall clock that is set (153, scenario 11).
func TestWallClockSteps(t *testing.T) {
	skewed := fmt.Errorf("%w (%w)", mtls.ErrCABadCertificate, mtls.ErrClockSkew)
	for _, step := range []time.Duration{24 * time.Hour, -24 * time.Hour, 10 * time.Minute, -10 * time.Minute} {
		t.Run(step.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, 24*time.Hour)
				defer b.stop()
				b.sleep(time.Hour)
				b.set(func(b *bench) { b.down = skewed })
				b.wall.Step(step)
				b.sleep(time.Minute)
				expired := step == 24*time.Hour
				if s := b.keeper.State(); (s.Phase == mtls.PhaseExpired) != expired || s.Ready() == expired {
					t.Errorf("a minute after the step: %+v", s)
				}
				b.sleep(2 * time.Minute)
				if got := b.calls(); got > 2 {
					t.Errorf("%d calls to the CA", got)
				}
				b.wall.Step(-step)
				b.sleep(time.Minute)
				if s := b.keeper.State(); s.Phase != mtls.PhaseFresh || s.Failures != 0 || s.LastError != nil {
					t.Errorf("after the clock was put right: %+v", s)
				}
				calls := b.calls()
				b.sleep(10 * time.Hour)
				if b.calls() != calls {
					t.Error("renewed without need")
				}
			})
		})
	}
}

// A suspended laptop wakes up past the renewal.
func TestClockStepIntoTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 48*time.Hour)
		defer b.stop()
		b.sleep(time.Hour)
		b.wall.Step(41 * time.Hour)
		b.sleep(time.Minute)
		if b.calls() != 1 {
			t.Errorf("%d enrolments", b.calls())
		}
	})
}

func TestRenewNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 24*time.Hour)
		defer b.stop()
		first := b.serial()
		b.sleep(time.Hour)
		b.keeper.RenewNow()
		b.sleep(0)
		if b.calls() != 1 || b.serial() == first {
			t.Fatalf("%d enrolments", b.calls())
		}
		if s := b.keeper.State(); s.Phase != mtls.PhaseFresh {
			t.Errorf("%+v", s)
		}
		b.set(func(b *bench) { b.down = errDown })
		b.keeper.RenewNow()
		b.sleep(time.Minute)
		if s := b.keeper.State(); s.Phase != mtls.PhaseDue || !s.Ready() || s.Failures < 2 {
			t.Errorf("a failing RenewNow is not retried: %+v", s)
		}
	})
}

// Refused identities count as failures, and the old certificate stays.
func TestUnusableIdentityIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		foreign := stepcatest.NewCA(t, nil)
		b := newBench(t, 24*time.Hour)
		defer b.stop()
		first := b.serial()
		b.set(func(b *bench) { b.roots = foreign.Roots() })
		b.sleep(17 * time.Hour)
		s := b.keeper.State()
		if b.serial() != first || !errors.Is(s.LastError, mtls.ErrUnknownCA) || len(b.sawSaved()) != 0 {
			t.Errorf("%+v", s)
		}
	})
}

func TestCloseEndsAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 24*time.Hour, ask(enroller{enrol: func(ctx context.Context) (*mtls.Identity, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}))
		b.sleep(17 * time.Hour)
		if s := b.keeper.State(); s.Phase != mtls.PhaseDue {
			t.Errorf("while an attempt hangs: %+v", s)
		}
		b.stop()
		if s := b.keeper.State(); s.Failures != 0 {
			t.Errorf("stopping was counted as a failure: %+v", s)
		}
	})
}

func TestRootsAreFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := stepcatest.NewCA(t, nil)
		var mu sync.Mutex
		var served []*x509.Certificate
		var fault error
		serve := func(roots []*x509.Certificate, err error) {
			mu.Lock()
			defer mu.Unlock()
			served, fault = roots, err
		}
		fetch := func(context.Context) ([]*x509.Certificate, error) {
			mu.Lock()
			defer mu.Unlock()
			return served, fault
		}
		b := newBench(t, 24*time.Hour, ask(enroller{roots: fetch}), func(c *mtls.KeeperConfig) { c.RootsEvery = 45 * time.Second })
		defer b.stop()
		old := b.ca.Roots()
		serve(old, nil)
		b.sleep(10 * time.Minute)
		if len(b.sawSaved()) != 0 {
			t.Error("roots that did not change were saved")
		}
		serve(slices.Concat(old, next.Roots()), nil)
		b.sleep(45 * time.Second)
		if got := b.keeper.Source().Current().Roots; len(got) != 2 || len(b.sawSaved()) != 1 {
			t.Fatalf("%d roots, %d saves", len(got), len(b.sawSaved()))
		}
		serve(nil, errDown)
		b.sleep(10 * time.Minute)
		serve(nil, nil) // a CA that says "none" is not believed
		b.sleep(10 * time.Minute)
		if got := b.keeper.Source().Current().Roots; len(got) != 2 {
			t.Fatalf("%d roots after the CA went away", len(got))
		}
		// Our own root is withdrawn: trust follows within a minute, and a new certificate is fetched.
		b.set(func(b *bench) { b.ca, b.roots = next, next.Roots() })
		serve(next.Roots(), nil)
		first := b.serial()
		b.sleep(45 * time.Second)
		id := b.keeper.Source().Current()
		if len(id.Roots) != 1 || id.Serial() == first || id.Verify(alice, issuer, time.Now()) != nil {
			t.Errorf("%d roots, serial changed: %t", len(id.Roots), id.Serial() != first)
		}
	})
}

// Agents that were started together do not renew together (160: a thousand of
// them must stay below 50 requests per second).
func TestJitterSpreadsAFleet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		perSecond := map[int64]int{}
		b := newBench(t, 24*time.Hour, random)
		fleet := []*bench{b}
		for range 99 {
			next := &bench{t: t, ca: b.ca, wall: b.wall, ttl: b.ttl, roots: b.roots, first: b.first, down: errDown}
			if err := next.start(t.Context(), random); err != nil {
				t.Fatal(err)
			}
			fleet = append(fleet, next)
		}
		b.set(func(b *bench) { b.down = errDown })
		time.Sleep(17 * time.Hour)
		for _, b := range fleet {
			b.stop()
			for _, at := range b.enrols {
				perSecond[at.Unix()]++
			}
		}
		most := 0
		for _, n := range perSecond {
			most = max(most, n)
		}
		if most > 15 || len(perSecond) == 0 {
			t.Errorf("%d requests in one second", most)
		}
	})
}

// random takes the jitter that a Keeper has by default.
func random(c *mtls.KeeperConfig) { c.Jitter = nil }
