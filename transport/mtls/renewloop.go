package mtls

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"slices"
	"time"
)

// loop is what Run remembers between two steps; one goroutine owns it.
type loop struct {
	*Renewer
	plan      schedule
	asked     bool // a renewal is wanted before its time
	failures  int  // since the last success
	lastErr   error
	next      time.Time // no attempt before; like all times below, of the monotonic clock
	unsaved   *Identity // served, but not on disk
	storeErr  error
	nextSave  time.Time
	nextRoots time.Time
}

func (r *Renewer) newLoop() *loop {
	leaf := r.cfg.Source.Current().Leaf()
	l := &loop{Renewer: r, plan: r.plan(leaf.NotBefore, leaf.NotAfter)}
	l.nextRoots = time.Now().Add(r.rootsPause())
	if r.cfg.Unsaved {
		l.unsaved = r.cfg.Source.Current()
	}
	return l
}

func (r *Renewer) plan(start, notAfter time.Time) schedule {
	return newSchedule(start, notAfter, r.cfg.RenewBefore, r.cfg.Jitter())
}

// rootsPause varies by a fifth, so that a fleet does not ask in step.
func (r *Renewer) rootsPause() time.Duration {
	every := r.cfg.RootsEvery
	return every - time.Duration(r.cfg.Jitter()*float64(every/5))
}

// step does everything that is due, and reports.
func (l *loop) step(ctx context.Context) {
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
}

func (l *loop) wanted() bool { return l.asked || !l.cfg.Now().Before(l.plan.renewAt) }

func (l *loop) due() bool { return l.wanted() && !time.Now().Before(l.next) }

func (l *loop) renew(ctx context.Context) {
	id, err := l.cfg.Enrol(ctx)
	if err == nil {
		err = l.cfg.Source.Swap(id)
	}
	if ctx.Err() != nil && err != nil {
		return
	}
	if err != nil {
		l.failed(err)
		return
	}
	// CAs date certificates back; the window is a share of what is left from here on.
	start := id.Leaf().NotBefore
	if now := l.cfg.Now(); now.After(start) {
		start = now
	}
	l.plan = l.Renewer.plan(start, id.NotAfter())
	l.asked, l.failures, l.lastErr, l.next = false, 0, nil, time.Time{}
	l.unsaved, l.nextSave = id, time.Time{}
	l.cfg.Logger.Info("certificate renewed", "serial", id.Serial(), "not_after", id.NotAfter(), "next_renewal", l.plan.renewAt)
}

func (l *loop) failed(err error) {
	l.failures++
	l.lastErr = err
	hopeless := errors.Is(err, ErrClockSkew) || errors.Is(err, ErrCABadCertificate)
	now := l.cfg.Now()
	pause := l.plan.backoff(now, l.failures, hopeless, l.cfg.Jitter())
	l.next = time.Now().Add(pause)
	level := slog.LevelWarn
	if l.plan.phase(now, true) >= PhaseFailing {
		level = slog.LevelError
	}
	l.cfg.Logger.Log(context.Background(), level, "certificate renewal failed",
		"error", err, "attempt", l.failures, "retry_in", pause, "not_after", l.plan.notAfter)
}

// save runs after the swap, and again every minute: a full disk must not take
// a good certificate out of service.
func (l *loop) save() {
	if l.unsaved == nil || time.Now().Before(l.nextSave) {
		return
	}
	if err := l.cfg.Save(l.unsaved); err != nil {
		if l.storeErr == nil {
			l.cfg.Logger.Error("certificate is served but could not be saved", "error", err)
		}
		l.storeErr = err
		l.nextSave = time.Now().Add(checkEvery)
		return
	}
	l.unsaved, l.storeErr = nil, nil
}

// refreshRoots follows the CA's root bundle. When it cannot be had the roots stay as they are.
func (l *loop) refreshRoots(ctx context.Context) {
	if l.cfg.Roots == nil || time.Now().Before(l.nextRoots) {
		return
	}
	l.nextRoots = time.Now().Add(l.rootsPause())
	roots, err := l.cfg.Roots(ctx)
	if err != nil {
		l.cfg.Logger.Debug("trusted CAs could not be refreshed", "error", err)
		return
	}
	current := l.cfg.Source.Current()
	if slices.EqualFunc(roots, current.Roots, (*x509.Certificate).Equal) {
		return
	}
	if err := l.cfg.Source.SetRoots(roots); err != nil {
		l.cfg.Logger.Error("trusted CAs from the CA are unusable", "error", err)
		return
	}
	l.unsaved, l.nextSave = l.cfg.Source.Current(), time.Time{}
	if err := l.unsaved.Verify(l.cfg.Source.self, l.cfg.Source.cfg.Issuer, l.cfg.Now()); err != nil {
		l.cfg.Logger.Warn("own certificate is not signed by the CAs trusted now; asking for a new one", "error", err)
		l.asked = true
	}
}

// pause is the time until the next thing is due, at most checkEvery.
func (l *loop) pause() time.Duration {
	pause := checkEvery
	soonest := func(d time.Duration) { pause = min(pause, max(d, 0)) }
	now, mono := l.cfg.Now(), time.Now()
	if l.wanted() {
		soonest(l.next.Sub(mono))
	} else {
		soonest(l.plan.renewAt.Sub(now))
	}
	for _, at := range []time.Time{l.plan.alertAt, l.plan.urgentAt, l.plan.notAfter} {
		if at.After(now) {
			soonest(at.Sub(now) + time.Millisecond)
		}
	}
	if l.unsaved != nil {
		soonest(l.nextSave.Sub(mono))
	}
	if l.cfg.Roots != nil {
		soonest(l.nextRoots.Sub(mono))
	}
	return pause
}

// report publishes the state, and tells OnState when it changed.
func (l *loop) report() {
	id := l.cfg.Source.Current()
	s := State{
		Phase:        l.plan.phase(l.cfg.Now(), l.failures > 0),
		Serial:       id.Serial(),
		NotAfter:     id.NotAfter(),
		Failures:     l.failures,
		LastError:    l.lastErr,
		StorageError: l.storeErr,
	}
	if s.Phase == PhaseFresh && l.asked {
		s.Phase = PhaseDue
	}
	if l.failures > 0 {
		s.NextAttempt = l.next
	}
	l.mu.Lock()
	changed := !s.equal(l.state)
	l.state = s
	l.mu.Unlock()
	if changed && l.cfg.OnState != nil {
		l.cfg.OnState(s)
	}
}
