package mtls_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/retry"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// firstBench is a bench whose store is empty; start it.
func firstBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, wall: &clock{}, ttl: 24 * time.Hour, ca: stepcatest.NewCA(t, nil)}
	b.roots = b.ca.Roots()
	return b
}

// waits records what a Keeper says while it waits for its first certificate.
type waits struct {
	errs   []error
	pauses []time.Duration
}

func (w *waits) note(err error, pause time.Duration) {
	w.errs, w.pauses = append(w.errs, err), append(w.pauses, pause)
}

// While the CA is away a start waits, with short pauses and as long as it takes.
// What it returns is served, and on disk.
func TestAStartWaitsForTheCA(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := firstBench(t)
		b.down = errDown
		time.AfterFunc(time.Hour, func() { b.set(func(b *bench) { b.down = nil }) })
		var w waits
		began := time.Now()
		err := b.start(t.Context(), func(c *mtls.KeeperConfig) {
			c.Waiting, c.Passing = w.note, func(err error) bool { return errors.Is(err, mtls.ErrCAUnavailable) }
		})
		if err != nil {
			t.Fatal(err)
		}
		defer b.stop()
		if took := time.Since(began); took < time.Hour || took > time.Hour+retry.Longest {
			t.Errorf("took %s", took)
		}
		if !slices.Equal(b.sawSaved(), []string{b.serial()}) {
			t.Errorf("saved %v, served %s", b.sawSaved(), b.serial())
		}
		if len(w.errs) != b.calls()-1 || slices.Max(w.pauses) > retry.Longest || !errors.Is(w.errs[0], mtls.ErrCAUnavailable) {
			t.Errorf("%d attempts, %d waits, of %s at most", b.calls(), len(w.errs), slices.Max(w.pauses))
		}
		if s := b.keeper.State(); s.Phase != mtls.PhaseFresh || s.Failures != 0 || s.LastError != nil || s.Serial != b.serial() || len(b.sawPhases()) != 0 {
			t.Errorf("%+v, told %v", s, b.sawPhases())
		}
		b.sleep(17 * time.Hour)
		if len(b.sawSaved()) != 2 {
			t.Errorf("the first certificate is not renewed: saved %v", b.sawSaved())
		}
	})
}

// A CA that kept the failed attempt waiting gets twice that time.
func TestAStartGivesABusyCATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := firstBench(t)
		var w waits
		slow := func(ctx context.Context) (*mtls.Identity, error) {
			if len(w.errs) == 0 {
				time.Sleep(20 * time.Second)
				return nil, errDown
			}
			return b.Enrol(ctx)
		}
		if err := b.start(t.Context(), ask(enroller{enrol: slow}), func(c *mtls.KeeperConfig) { c.Waiting = w.note }); err != nil {
			t.Fatal(err)
		}
		defer b.stop()
		if want := 20*time.Second + time.Millisecond; len(w.pauses) != 1 || w.pauses[0] != want { // half of twice the time
			t.Errorf("pauses %v, want %s", w.pauses, want)
		}
	})
}

// A failure that does not pass ends a start, at the first attempt or later.
func TestAStartEndsWithWhatDoesNotPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := firstBench(t)
		b.down = errDown
		final := fmt.Errorf("%w: the one in the file", mtls.ErrFingerprintMismatch)
		time.AfterFunc(time.Minute, func() { b.set(func(b *bench) { b.down = final }) })
		passing := func(err error) bool { return errors.Is(err, mtls.ErrCAUnavailable) }
		var w waits
		err := b.start(t.Context(), func(c *mtls.KeeperConfig) { c.Passing, c.Waiting = passing, w.note })
		if !errors.Is(err, final) || b.keeper != nil {
			t.Errorf("%v, %v", b.keeper, err)
		}
		calls := b.calls()
		if len(w.errs) != calls-1 {
			t.Errorf("%d attempts, %d waits: what does not pass is not waited for", calls, len(w.errs))
		}
		b.sleep(time.Hour)
		if b.calls() != calls {
			t.Error("it goes on asking")
		}
	})
}

// A start that is called off ends at once, with what kept it waiting.
func TestAStartEndsWithItsContext(t *testing.T) {
	why := errors.New("asked to stop")
	hangs := func(ctx context.Context) (*mtls.Identity, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for name, test := range map[string]struct {
		change func(*mtls.KeeperConfig)
		want   error
	}{
		"between two attempts": {func(*mtls.KeeperConfig) {}, errDown},
		"during the first":     {ask(enroller{enrol: hangs}), why},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := firstBench(t)
				b.down = errDown
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Minute, func() { cancel(why) })
				began := time.Now()
				if err := b.start(ctx, test.change); !errors.Is(err, test.want) || time.Since(began) != time.Minute {
					t.Errorf("%v after %s, want %v", err, time.Since(began), test.want)
				}
			})
		})
	}
}

// A certificate for somebody else is neither served nor kept, even if the CA's
// client let it through.
func TestAFirstCertificateIsOurs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := firstBench(t)
		began := time.Now()
		other := func(context.Context) (*mtls.Identity, error) { return identity(b.ca, bob), nil }
		err := b.start(t.Context(), ask(enroller{enrol: other}), func(c *mtls.KeeperConfig) { c.Passing = func(error) bool { return false } })
		if took := time.Since(began); !errors.Is(err, mtls.ErrOtherDID) || len(b.sawSaved()) != 0 || took != 0 {
			t.Errorf("%v after %s, saved %v", err, took, b.sawSaved())
		}
		if err == nil {
			b.stop()
		}
	})
}

// Neither is one that somebody else's store has.
func TestAStoredCertificateIsOurs(t *testing.T) {
	b := firstBench(t)
	b.first = identity(b.ca, bob)
	if err := b.start(t.Context()); !errors.Is(err, mtls.ErrOtherDID) || b.calls() != 0 {
		t.Errorf("%v after %d enrolments", err, b.calls())
	}
	if b.keeper != nil {
		b.stop()
	}
}

// A certificate that ends between the store, or the CA, and the socket is one
// more to obtain, and no failure.
func TestACertificateMayEndMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := firstBench(t)
		b.first = identity(b.ca, alice, stepcatest.Expired())
		late := func(ctx context.Context) (*mtls.Identity, error) {
			id, err := b.Enrol(ctx)
			if b.calls() == 1 {
				return identity(b.ca, alice, stepcatest.Expired()), err
			}
			return id, err
		}
		err := b.start(t.Context(), ask(enroller{enrol: late}), func(c *mtls.KeeperConfig) { c.Passing = func(error) bool { return false } })
		if err != nil {
			t.Fatal(err)
		}
		defer b.stop()
		if b.calls() != 2 || len(b.sawSaved()) != 1 {
			t.Errorf("%d enrolments, saved %v", b.calls(), b.sawSaved())
		}
	})
}

// What somebody else could have read is for a human; the CA is not asked.
func TestAStartDoesNotPassOverAnUnsafeFile(t *testing.T) {
	b := firstBench(t)
	path := newDirPath(t)
	mustSave(t, storeAt(t, path), b.issue())
	if err := os.Chmod(filepath.Join(path, "tls_key.pem"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := b.start(t.Context(), func(c *mtls.KeeperConfig) { c.Store = storeAt(t, path) })
	if !errors.Is(err, safefile.ErrInsecurePermissions) || b.calls() != 0 {
		t.Errorf("%v after %d enrolments", err, b.calls())
	}
}

// Close may be called by several, and again: each returns once all has ended.
func TestCloseIsIdempotent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 24*time.Hour)
		var all sync.WaitGroup
		for range 3 {
			all.Go(b.stop)
		}
		all.Wait()
		b.stop()
		b.sleep(30 * time.Hour)
		if b.calls() != 0 || b.keeper.Source() == nil {
			t.Errorf("%d enrolments after Close", b.calls())
		}
	})
}

// What is missing is told before anybody is asked.
func TestNewKeeperRefuses(t *testing.T) {
	for name, change := range map[string]func(*mtls.KeeperConfig){
		"no DID":    func(c *mtls.KeeperConfig) { c.DID = did.DID{} },
		"no issuer": func(c *mtls.KeeperConfig) { c.Source.Issuer = "" },
		"no CA":     func(c *mtls.KeeperConfig) { c.CA = nil },
		"no store":  func(c *mtls.KeeperConfig) { c.Store = nil },
		"no window": func(c *mtls.KeeperConfig) { c.RenewBefore = 0 },
	} {
		b := firstBench(t)
		if err := b.start(t.Context(), change); err == nil || b.calls() != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
