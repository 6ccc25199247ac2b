package replay

import (
	"errors"
	"math"
	"slices"
	"time"
)

// keepHouse moves the horizon, begins segments and drops expired ones, until
// the store is closed.
func (s *Store) keepHouse() {
	defer close(s.done)
	ticker := time.NewTicker(tickInterval)
	defer ticker.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-ticker.C:
		case <-s.wake:
		}
		s.tick()
	}
}

func (s *Store) tick() {
	now := s.now()
	s.set.sweep(now)
	s.mu.Lock()
	defer s.mu.Unlock()
	// After a failure a new segment: a file with a torn end is not gone on with.
	rotate := s.Err() != nil || s.currentIsOld(now.Unix())
	expired := slices.ContainsFunc(s.closed, s.expired(now.Unix()))
	if !rotate && !expired && !s.horizonIsNear(now.Unix()) {
		return
	}
	if err := s.renew(now.Unix(), rotate); err != nil {
		s.fail(err)
	}
}

// cover reports whether signed is not after the horizon, which it moves for
// those who are less than a minute ahead of the clock.
func (s *Store) cover(signed int64) (bool, error) {
	if signed <= s.horizon.Load() {
		return true, nil
	}
	if signed > s.now().Unix()+horizonAhead {
		return false, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if signed <= s.horizon.Load() {
		return true, nil
	}
	if err := s.Err(); err != nil {
		return false, err
	}
	err := s.renew(s.now().Unix(), false)
	return signed <= s.horizon.Load(), err
}

// fail makes a failure known, and wakes the housekeeper to overcome it.
func (s *Store) fail(err error) {
	if !s.failure.CompareAndSwap(nil, &err) {
		return
	}
	s.log.Error("replay memory cannot be written: refusing requests until it can; free or repair the disk",
		"directory", s.dir.Path(), "error", err)
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *Store) horizonIsNear(now int64) bool {
	return now+horizonAhead/2 > s.horizon.Load()
}

// currentIsOld wants few segments at a time, and none that outlives its keys
// for long. An empty one does not age.
func (s *Store) currentIsOld(now int64) bool {
	age := now - s.current.began
	if age >= 0 && age < s.lifetime/2 {
		return false
	}
	for i := range s.journals {
		if s.journals[i].lastSigned() > math.MinInt64 {
			return true
		}
	}
	log := s.ahead.Load()
	return log != nil && !log.isEmpty()
}

// expired tells segments whose keys all expired by now.
func (s *Store) expired(now int64) func(segment) bool {
	return func(seg segment) bool { return seg.latest <= now-s.lifetime }
}

// shutDown stops the housekeeper, and brings everything to stable storage: the
// next start knows it all, whatever becomes of the machine meanwhile.
func (s *Store) shutDown() error {
	s.halt()
	s.mu.Lock()
	defer s.mu.Unlock()
	closed := unavailable(errClosed)
	s.failure.Store(&closed)
	var errs []error
	for i := range s.journals {
		errs = append(errs, s.journals[i].stop(closed))
	}
	if log := s.ahead.Load(); log != nil {
		_, err := log.close(closed)
		errs = append(errs, err)
	}
	if s.current.Journals > 0 {
		errs = append(errs, s.finish())
	}
	return errors.Join(errs...)
}

// finish writes the last state.
func (s *Store) finish() error {
	var errs []error
	all := append(slices.Clone(s.closed), s.current)
	for i := range all {
		if all[i].Synced {
			continue
		}
		err := s.syncSegment(all[i].segmentRef)
		all[i].Synced = err == nil
		errs = append(errs, err)
	}
	return errors.Join(append(errs, s.write(all, s.complete, s.horizon.Load()))...)
}
