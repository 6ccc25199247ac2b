package mtls_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// bench is a renewer in a bubble of simulated time, with everything around it
// under the test's control.
type bench struct {
	t       *testing.T
	ca      *stepcatest.CA
	wall    *clock
	source  *mtls.Source
	renewer *mtls.Renewer
	ttl     time.Duration
	cancel  context.CancelFunc
	done    chan error

	mu      sync.Mutex
	down    error // what Enrol returns
	disk    error // what Save returns
	enrols  []time.Time
	saved   []string
	phases  []mtls.Phase
	reasons []string
	roots   []*x509.Certificate
}

func newBench(t *testing.T, ttl time.Duration, change ...func(*mtls.RenewerConfig)) *bench {
	t.Helper()
	b := &bench{t: t, wall: &clock{}, ttl: ttl, done: make(chan error, 1)}
	b.ca = stepcatest.NewCA(t, nil)
	b.roots = b.ca.Roots()
	b.source = newSource(t, b.issue(), func(c *mtls.SourceConfig) { c.Now = b.wall.Now })
	cfg := mtls.RenewerConfig{
		Source:  b.source,
		Enrol:   b.enrol,
		Save:    b.save,
		Now:     b.wall.Now,
		Jitter:  func() float64 { return 0.5 },
		OnState: b.onState,
	}
	for _, c := range change {
		c(&cfg)
	}
	b.renewer = mtls.NewRenewer(cfg)
	ctx, cancel := context.WithCancel(t.Context())
	b.cancel = cancel
	go func() { b.done <- b.renewer.Run(ctx) }()
	return b
}

func (b *bench) issue() *mtls.Identity {
	return &mtls.Identity{
		Certificate: b.ca.Issue(issuer, alice.String(), stepcatest.Valid(-time.Minute, b.ttl)),
		Roots:       b.roots,
	}
}

func (b *bench) enrol(ctx context.Context) (*mtls.Identity, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.enrols = append(b.enrols, time.Now())
	if b.down != nil {
		return nil, b.down
	}
	return b.issue(), ctx.Err()
}

func (b *bench) save(id *mtls.Identity) error {
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

// stop ends Run and waits for it.
func (b *bench) stop() {
	b.t.Helper()
	b.cancel()
	if err := <-b.done; !errors.Is(err, context.Canceled) {
		b.t.Errorf("Run: %v", err)
	}
}

var errDown = fmt.Errorf("%w: connection refused", mtls.ErrCAUnavailable)

func TestThreeMonthsOfRenewals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 24*time.Hour)
		defer b.stop()
		serials := map[string]bool{}
		for range 90 * 24 {
			b.sleep(time.Hour)
			id := b.source.Current()
			serials[id.Serial()] = true
			if left := time.Until(id.NotAfter()); left < 7*time.Hour {
				t.Fatalf("only %s left", left)
			}
		}
		// One every 24 − 8 h, and 24 minutes less for the jitter of one half.
		if got, want := b.calls(), 138; got < want-2 || got > want+2 {
			t.Errorf("%d renewals, want about %d", got, want)
		}
		if len(serials) < b.calls() || len(b.saved) != b.calls() {
			t.Errorf("%d renewals, %d certificates seen, %d saved", b.calls(), len(serials), len(b.saved))
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
			if time.Until(b.source.Current().NotAfter()) <= 0 {
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
		if b.calls() != 0 || b.renewer.State().Phase != mtls.PhaseFresh {
			t.Fatal("too early")
		}
		b.sleep(2 * time.Hour)
		if s := b.renewer.State(); s.Phase != mtls.PhaseDue || !s.Ready() || s.Failures == 0 || s.NextAttempt.IsZero() || s.Reason() != "ca_unavailable" {
			t.Errorf("in the window: %+v", s)
		}
		b.sleep(4 * time.Hour)
		if s := b.renewer.State(); s.Phase != mtls.PhaseFailing || !s.Ready() {
			t.Errorf("half of it lost: %+v", s)
		}
		b.sleep(3*time.Hour - 4*time.Minute)
		if s := b.renewer.State(); s.Phase != mtls.PhaseUrgent || s.Ready() {
			t.Errorf("five minutes before the end: %+v", s)
		}
		tried := b.calls()
		if tried < 60 || tried > 300 {
			t.Errorf("%d attempts in eight hours", tried)
		}
		b.sleep(time.Hour)
		if s := b.renewer.State(); s.Phase != mtls.PhaseExpired || s.Ready() || s.Reason() != "cert_expired_self" {
			t.Errorf("expired: %+v", s)
		}
		b.set(func(b *bench) { b.down = nil })
		b.sleep(15 * time.Second)
		if s := b.renewer.State(); s.Phase != mtls.PhaseFresh || !s.Ready() || s.Failures != 0 || s.LastError != nil || s.Reason() != "" {
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
				first := b.source.Current().Serial()
				b.sleep(tt.from)
				b.set(func(b *bench) { b.down = errDown })
				b.sleep(tt.to - tt.from)
				if b.source.Current().Serial() != first {
					t.Fatal("renewed without a CA")
				}
				b.set(func(b *bench) { b.down = nil })
				b.sleep(tt.within)
				if b.source.Current().Serial() == first {
					t.Errorf("not renewed %s after the CA came back: %+v", tt.within, b.renewer.State())
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
		first := b.source.Current().Serial()
		b.sleep(17 * time.Hour)
		s := b.renewer.State()
		if b.source.Current().Serial() == first || s.Serial == first {
			t.Fatal("the certificate was not replaced")
		}
		if !errors.Is(s.StorageError, full) || s.Reason() != "storage_unwritable" || !s.Ready() || s.Phase != mtls.PhaseFresh {
			t.Errorf("%+v", s)
		}
		b.set(func(b *bench) { b.disk = nil })
		b.sleep(time.Minute)
		if s := b.renewer.State(); s.StorageError != nil || s.Reason() != "" || len(b.saved) != 1 || b.saved[0] != s.Serial {
			t.Errorf("after the disk came back: %+v, saved %v", s, b.saved)
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
		if len(b.saved) != 1 {
			t.Errorf("saved %v", b.saved)
		}
	})
}

// What could not be saved at the start is saved as soon as it can be.
func TestUnsavedFromTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("no space left on device")
		var writable atomic.Bool
		b := newBench(t, 24*time.Hour, func(c *mtls.RenewerConfig) {
			next := c.Save
			c.Unsaved, c.Save = true, func(id *mtls.Identity) error {
				if !writable.Load() {
					return full
				}
				return next(id)
			}
		})
		defer b.stop()
		b.sleep(time.Second)
		if s := b.renewer.State(); !errors.Is(s.StorageError, full) {
			t.Errorf("%+v", s)
		}
		writable.Store(true)
		b.sleep(time.Minute)
		if s := b.renewer.State(); s.StorageError != nil || len(b.saved) != 1 || b.calls() != 0 {
			t.Errorf("%+v, saved %v, %d enrolments", s, b.saved, b.calls())
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
				if s := b.renewer.State(); (s.Phase == mtls.PhaseExpired) != expired || s.Ready() == expired {
					t.Errorf("a minute after the step: %+v", s)
				}
				b.sleep(2 * time.Minute)
				if got := b.calls(); got > 2 {
					t.Errorf("%d calls to the CA", got)
				}
				b.wall.Step(-step)
				b.sleep(time.Minute)
				if s := b.renewer.State(); s.Phase != mtls.PhaseFresh || s.Failures != 0 || s.LastError != nil {
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
		first := b.source.Current().Serial()
		b.sleep(time.Hour)
		b.renewer.RenewNow()
		b.sleep(0)
		if b.calls() != 1 || b.source.Current().Serial() == first {
			t.Fatalf("%d enrolments", b.calls())
		}
		if s := b.renewer.State(); s.Phase != mtls.PhaseFresh {
			t.Errorf("%+v", s)
		}
		b.set(func(b *bench) { b.down = errDown })
		b.renewer.RenewNow()
		b.sleep(time.Minute)
		if s := b.renewer.State(); s.Phase != mtls.PhaseDue || !s.Ready() || s.Failures < 2 {
			t.Errorf("a failing RenewNow is not retried: %+v", s)
		}
	})
}

// Refused identities count as failures, and the old certificate stays.
func TestUnusableIdentityIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 24*time.Hour, func(c *mtls.RenewerConfig) {
			next := c.Enrol
			c.Enrol = func(ctx context.Context) (*mtls.Identity, error) {
				id, err := next(ctx)
				if err == nil {
					id.Roots = stepcatest.NewCA(t, nil).Roots()
				}
				return id, err
			}
		})
		defer b.stop()
		first := b.source.Current().Serial()
		b.sleep(17 * time.Hour)
		s := b.renewer.State()
		if b.source.Current().Serial() != first || !errors.Is(s.LastError, mtls.ErrUnknownCA) || len(b.saved) != 0 {
			t.Errorf("%+v", s)
		}
	})
}

func TestRunEndsDuringAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 24*time.Hour, func(c *mtls.RenewerConfig) {
			c.Enrol = func(ctx context.Context) (*mtls.Identity, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}
		})
		b.sleep(17 * time.Hour)
		if s := b.renewer.State(); s.Phase != mtls.PhaseDue {
			t.Errorf("while an attempt hangs: %+v", s)
		}
		b.stop()
		if s := b.renewer.State(); s.Failures != 0 {
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
		b := newBench(t, 24*time.Hour, func(c *mtls.RenewerConfig) {
			c.Roots = func(context.Context) ([]*x509.Certificate, error) {
				mu.Lock()
				defer mu.Unlock()
				return served, fault
			}
		})
		defer b.stop()
		old := b.ca.Roots()
		serve(old, nil)
		b.sleep(10 * time.Minute)
		if len(b.saved) != 0 {
			t.Error("roots that did not change were saved")
		}
		serve(slices.Concat(old, next.Roots()), nil)
		b.sleep(45 * time.Second)
		if got := b.source.Current().Roots; len(got) != 2 || len(b.saved) != 1 {
			t.Fatalf("%d roots, %d saves", len(got), len(b.saved))
		}
		serve(nil, errDown)
		b.sleep(10 * time.Minute)
		serve(nil, nil) // a CA that says "none" is not believed
		b.sleep(10 * time.Minute)
		if got := b.source.Current().Roots; len(got) != 2 {
			t.Fatalf("%d roots after the CA went away", len(got))
		}
		// Our own root is withdrawn: trust follows within a minute, and a new certificate is fetched.
		b.set(func(b *bench) { b.ca, b.roots = next, next.Roots() })
		serve(next.Roots(), nil)
		first := b.source.Current().Serial()
		b.sleep(45 * time.Second)
		id := b.source.Current()
		if len(id.Roots) != 1 || id.Serial() == first || id.Verify(alice, issuer, time.Now()) != nil {
			t.Errorf("%d roots, serial changed: %t", len(id.Roots), id.Serial() != first)
		}
	})
}

// Agents that were started together do not renew together (160: a thousand of
// them must stay below 50 requests per second).
func TestJitterSpreadsAFleet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		perSecond := map[int64]int{}
		ca := stepcatest.NewCA(t, nil)
		id := identity(ca, alice)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 100 {
			r := mtls.NewRenewer(mtls.RenewerConfig{
				Source: newSource(t, id),
				Enrol: func(context.Context) (*mtls.Identity, error) {
					mu.Lock()
					defer mu.Unlock()
					perSecond[time.Now().Unix()]++
					return id, errDown
				},
			})
			wg.Go(func() { _ = r.Run(ctx) })
		}
		time.Sleep(17 * time.Hour)
		cancel()
		wg.Wait()
		most := 0
		for _, n := range perSecond {
			most = max(most, n)
		}
		if most > 15 {
			t.Errorf("%d requests in one second", most)
		}
	})
}

func TestStateOfARenewerThatWasNeverRun(t *testing.T) {
	source := newSource(t, identity(stepcatest.NewCA(t, nil), alice))
	s := mtls.NewRenewer(mtls.RenewerConfig{Source: source}).State()
	if s.Phase != mtls.PhaseFresh || !s.Ready() || s.Serial != source.Current().Serial() {
		t.Errorf("%+v", s)
	}
}
