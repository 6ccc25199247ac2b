package mtls

import "time"

// pause is the time until the next thing is due, at most checkEvery.
func (l *loop) pause() time.Duration {
	pause := checkEvery
	soonest := func(d time.Duration) { pause = min(pause, max(d, 0)) }
	now, mono := l.now(), time.Now()
	if l.wanted() {
		soonest(l.next.Sub(mono))
	} else {
		soonest(l.plan.renewAt.Sub(now))
	}
	if l.source == nil {
		return pause
	}
	for _, at := range []time.Time{l.plan.alertAt, l.plan.urgentAt, l.plan.notAfter} {
		if at.After(now) {
			soonest(at.Sub(now) + time.Millisecond)
		}
	}
	if l.unsaved != nil {
		soonest(l.nextSave.Sub(mono))
	}
	soonest(l.nextRoots.Sub(mono))
	return pause
}

// report publishes the state, and tells OnState when it changed.
func (l *loop) report() {
	if l.source == nil {
		return
	}
	id := l.source.Current()
	s := State{
		Phase:        l.plan.phase(l.now(), l.failures > 0),
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
