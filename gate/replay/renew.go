package replay

import (
	"errors"
	"math"
	"slices"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// renew writes a state with a horizon a minute ahead, without expired segments
// and, if rotate, with a new one; then it acts on it. If it fails the old state
// stays in force. s.mu is held, except while nobody else has s.
func (s *Store) renew(now int64, rotate bool) error {
	expired := s.expired(now)
	gone := slices.DeleteFunc(slices.Clone(s.closed), func(seg segment) bool { return !expired(seg) })
	kept := slices.DeleteFunc(slices.Clone(s.closed), expired)
	complete := s.complete
	for _, seg := range gone {
		complete = max(complete, seg.latest)
	}
	horizon := max(s.horizon.Load(), complete, now+horizonAhead)
	if err := s.commit(kept, complete, horizon, now, rotate); err != nil {
		return unavailable(err)
	}
	for _, seg := range gone {
		s.remove(seg.files())
	}
	return nil
}

// commit makes the files of a new segment if there is to be one, writes the
// state, and only then lets the store act on it.
func (s *Store) commit(kept []segment, complete, horizon, now int64, rotate bool) error {
	listed := kept
	if s.current.Journals > 0 {
		listed = append(slices.Clone(kept), s.current)
	}
	var next opened
	if rotate {
		var err error
		if next, err = s.create(now); err != nil {
			return err
		}
		listed = append(slices.Clone(listed), next.segment)
	}
	if err := s.write(listed, complete, horizon); err != nil {
		return errors.Join(err, next.close())
	}
	s.closed, s.complete = kept, complete
	s.horizon.Store(horizon)
	if rotate {
		s.begin(next)
	}
	return nil
}

// opened is a segment with its files, of which nobody knows yet.
type opened struct {
	segment
	files []safefile.File
	ahead *syncLog // nil as long as nothing is
}

func (s *Store) write(segments []segment, complete, horizon int64) error {
	st := state{Boot: s.boot, Complete: complete, Horizon: horizon, Segments: []segmentRef{}}
	for _, seg := range segments {
		st.Segments = append(st.Segments, seg.segmentRef)
	}
	return writeState(s.dir, st)
}

// create makes the files of the next segment with their headers, and with what
// the last loss left over.
func (s *Store) create(now int64) (next opened, err error) {
	next.segment = segment{segmentRef: segmentRef{ID: s.current.ID + 1, Journals: journals, Ahead: len(s.carried) > 0}, began: now}
	for i := range journals {
		if err = s.createJournal(&next, i); err != nil {
			return opened{}, errors.Join(err, next.close())
		}
	}
	if next.Ahead {
		if next.ahead, err = s.createAhead(next.segment, s.carried); err != nil {
			return opened{}, errors.Join(err, next.close())
		}
	}
	return next, nil
}

func (s *Store) createJournal(next *opened, i int) error {
	f, err := s.dir.CreateLog(next.segment.files()[i], fileMode)
	if err != nil {
		return err
	}
	next.files = append(next.files, f)
	if i == 0 {
		if next.Mark, err = safefile.Mark(f); err != nil {
			return err
		}
	}
	b := next.header(i).encode()
	_, err = f.Write(b[:])
	return err
}

// begin lets the journals go on in the files of next.
func (s *Store) begin(next opened) {
	// Before the journals: one that fails right after must be heard.
	if s.failure.Swap(nil) != nil {
		s.log.Info("replay memory can be written again", "directory", s.dir.Path())
	}
	last := s.current
	last.latest = math.MinInt64
	for i := range s.journals {
		last.latest = max(last.latest, s.journals[i].swap(next.files[i], next.header(i)))
	}
	s.current, s.carried = next.segment, nil
	if log := s.ahead.Swap(next.ahead); log != nil {
		// Whoever waits for it learns of an error; nothing else depends on it.
		latest, _ := log.close(errRotated)
		last.latest = max(last.latest, latest)
	}
	if last.Journals > 0 {
		s.closed = append(s.closed, last)
	}
}

func (o opened) close() error {
	var errs []error
	for _, f := range o.files {
		errs = append(errs, f.Close())
	}
	if o.ahead != nil {
		_, err := o.ahead.close(errRotated)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// remove deletes files that no state names any more. What stays behind is
// deleted at the next start.
func (s *Store) remove(names []string) {
	for _, name := range names {
		if err := s.dir.Remove(name); err != nil {
			s.log.Warn("cannot delete what expired", "directory", s.dir.Path(), "file", name, "error", err)
			return
		}
	}
}

// unlisted returns those of names that are files of segments which a crash or
// a loss left behind.
func (s *Store) unlisted(names []string) []string {
	listed := make(map[string]bool)
	for _, seg := range append(slices.Clone(s.closed), s.current) {
		for _, name := range seg.files() {
			listed[name] = true
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return listed[name] || !isSegmentFile(name) })
}
