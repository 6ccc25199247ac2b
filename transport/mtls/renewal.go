package mtls

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/getbindu/bindu-go/internal/retry"
)

// loop is what a Keeper remembers between two steps; one goroutine owns it.
// Before the first certificate it differs in what follows a failure alone.
type loop struct {
	*Keeper
	plan      schedule
	pauses    *retry.Pauses // while there is no certificate
	asked     bool          // a renewal is wanted before its time
	failures  int           // since the last success
	lastErr   error
	final     bool      // lastErr ends the wait for a first certificate
	next      time.Time // no attempt before; like all times below, of the monotonic clock
	unsaved   *Identity // served, but not on disk
	storeErr  error
	nextSave  time.Time
	nextRoots time.Time
}

// run obtains and renews until ctx ends, or until there is no hope of a first
// certificate. It returns why there is none.
func (k *Keeper) run(ctx context.Context) error {
	l := k.newLoop()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			l.nextSave = time.Time{}
			l.save()
			return l.lastErr
		case <-k.poke:
			l.asked = true
			l.next = time.Time{}
		case <-timer.C:
		}
		if l.step(ctx); l.final {
			return l.lastErr
		}
		timer.Reset(l.pause())
	}
}

func (k *Keeper) newLoop() *loop {
	l := &loop{Keeper: k, pauses: retry.NewPauses(k.cfg.Jitter)}
	if k.source != nil {
		leaf := k.source.Current().Leaf()
		l.follow(leaf.NotBefore, leaf.NotAfter)
	}
	return l
}

// follow plans for a certificate that counts from start.
func (l *loop) follow(start, notAfter time.Time) {
	l.plan = newSchedule(start, notAfter, l.cfg.RenewBefore, l.cfg.Jitter())
	if l.nextRoots.IsZero() {
		l.nextRoots = time.Now().Add(l.rootsPause())
	}
}

// rootsPause varies by a fifth, so that a fleet does not ask in step.
func (k *Keeper) rootsPause() time.Duration {
	every := k.cfg.RootsEvery
	return every - time.Duration(k.cfg.Jitter()*float64(every/5))
}

// step does everything that is due, and reports.
func (l *loop) step(ctx context.Context) {
	first := l.source == nil
	l.refreshRoots(ctx)
	if !l.wanted() {
		l.failures, l.lastErr, l.next = 0, nil, time.Time{} // the clock was set back
	}
	if l.due() {
		l.report() // observers learn of PhaseDue before an attempt that may hang
		l.renew(ctx)
	}
	l.save()
	l.report()
	if first && l.source != nil {
		close(l.ready)
	}
}

func (l *loop) wanted() bool {
	return l.source == nil || l.asked || !l.now().Before(l.plan.renewAt)
}

func (l *loop) due() bool { return l.wanted() && !time.Now().Before(l.next) }

func (k *Keeper) now() time.Time { return k.cfg.Source.Now() }

func (l *loop) renew(ctx context.Context) {
	began, first := time.Now(), l.source == nil
	id, err := l.cfg.CA.Enrol(ctx)
	if err == nil {
		err = l.publish(id)
		if first && errors.Is(err, ErrExpired) {
			err = fmt.Errorf("%w: %w", errMeanwhile, err)
		}
	}
	if ctx.Err() != nil && err != nil {
		return
	}
	if err != nil {
		l.failedAfter(time.Since(began), err)
		return
	}
	// CAs date certificates back; the window is a share of what is left from here on.
	start := id.Leaf().NotBefore
	if now := l.now(); now.After(start) {
		start = now
	}
	l.follow(start, id.NotAfter())
	l.asked, l.failures, l.lastErr, l.next = false, 0, nil, time.Time{}
	l.unsaved, l.nextSave = id, time.Time{}
	if first {
		l.log().Info("certificate obtained", "serial", id.Serial(), "not_after", id.NotAfter())
		return
	}
	l.log().Info("certificate renewed", "serial", id.Serial(), "not_after", id.NotAfter(), "next_renewal", l.plan.renewAt)
}

// errMeanwhile: the first certificate was good when the CA gave it, and is not
// now; the next will be.
var errMeanwhile = errors.New("the certificate has ended meanwhile")

// failedAfter takes in an attempt that took so long, and decides on the next.
func (l *loop) failedAfter(took time.Duration, err error) {
	l.failures++
	l.lastErr = err
	if l.source == nil {
		if l.final = !l.cfg.Passing(err) && !errors.Is(err, errMeanwhile); l.final {
			return
		}
		pause := l.pauses.Next(took)
		l.next = time.Now().Add(pause)
		l.cfg.Waiting(err, pause)
		return
	}
	hopeless := errors.Is(err, ErrClockSkew) || errors.Is(err, ErrCABadCertificate)
	now := l.now()
	pause := l.plan.backoff(now, l.failures, hopeless, l.cfg.Jitter())
	l.next = time.Now().Add(pause)
	level := slog.LevelWarn
	if l.plan.phase(now, true) >= PhaseFailing {
		level = slog.LevelError
	}
	l.log().Log(context.Background(), level, "certificate renewal failed",
		"error", err, "attempt", l.failures, "retry_in", pause, "not_after", l.plan.notAfter)
}

// save runs after the swap, and again every minute: a full disk must not take
// a good certificate out of service.
func (l *loop) save() {
	if l.unsaved == nil || time.Now().Before(l.nextSave) {
		return
	}
	if err := l.cfg.Store.Save(l.unsaved); err != nil {
		if l.storeErr == nil {
			l.log().Error("certificate is served but could not be saved", "error", err)
		}
		l.storeErr = err
		l.nextSave = time.Now().Add(checkEvery)
		return
	}
	l.unsaved, l.storeErr = nil, nil
}
