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
	if err := s.renew(now.Unix(), now.Unix(), rotate); err != nil {
		s.fail(err)
	}
}

// cover sees to it that the horizon is not before signed.
func (s *Store) cover(signed int64) error {
	if signed <= s.horizon.Load() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if signed <= s.horizon.Load() {
		return nil
	}
	if err := s.Err(); err != nil {
		return err
	}
	return s.renew(s.now().Unix(), signed, false)
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

// latest returns the latest time of signing of all that is remembered.
func (s *Store) latest() int64 {
	latest := int64(math.MinInt64)
	for _, seg := range s.closed {
		latest = max(latest, seg.latest)
	}
	for i := range s.journals {
		latest = max(latest, s.journals[i].lastSigned())
	}
	return latest
}

func (s *Store) horizonIsNear(now int64) bool {
	return max(now, s.latest())+horizonAhead/2 > s.horizon.Load()
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
	return false
}

// expired tells segments whose keys all expired by now.
func (s *Store) expired(now int64) func(segment) bool {
	return func(seg segment) bool { return seg.latest <= now-s.lifetime }
}

// shutDown stops the housekeeper and closes the files. The horizon is moved
// back to what was really admitted: should the machine be switched off now,
// nobody will have to wait for it.
func (s *Store) shutDown() error {
	s.halt()
	s.mu.Lock()
	defer s.mu.Unlock()
	closed := unavailable(errClosed)
	s.failure.Store(&closed)
	var errs []error
	last := max(s.complete, s.latest())
	for i := range s.journals {
		errs = append(errs, s.journals[i].stop(closed))
	}
	if s.current.Journals > 0 {
		errs = append(errs, s.write(append(s.closed, s.current), s.complete, last))
	}
	return errors.Join(errs...)
}
