package replay

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// renew writes a state with a horizon well after signed, without expired
// segments and, if rotate, with a new one; then it acts on it. If it fails the
// old state stays in force. s.mu is held, except while nobody else has s.
func (s *Store) renew(now, signed int64, rotate bool) error {
	expired := s.expired(now)
	gone := slices.DeleteFunc(slices.Clone(s.closed), func(seg segment) bool { return !expired(seg) })
	kept := slices.DeleteFunc(slices.Clone(s.closed), expired)
	complete := s.complete
	for _, seg := range gone {
		complete = max(complete, seg.latest)
	}
	horizon := max(s.horizon.Load(), complete, max(now, signed, s.latest())+horizonAhead)
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
	next := segment{segmentRef: segmentRef{ID: s.current.ID + 1, Journals: journals}, began: now}
	var files []safefile.File
	if rotate {
		var err error
		if files, err = s.create(next); err != nil {
			return err
		}
		listed = append(slices.Clone(listed), next)
	}
	if err := s.write(listed, complete, horizon); err != nil {
		return errors.Join(err, closeAll(files))
	}
	s.closed, s.complete = kept, complete
	s.horizon.Store(horizon)
	if rotate {
		s.begin(next, files)
	}
	return nil
}

func (s *Store) write(segments []segment, complete, horizon int64) error {
	st := state{Boot: s.boot, Complete: complete, Horizon: horizon, Segments: []segmentRef{}}
	for _, seg := range segments {
		st.Segments = append(st.Segments, seg.segmentRef)
	}
	return writeState(s.dir, st)
}

// create makes the files of a segment with their headers.
func (s *Store) create(seg segment) (files []safefile.File, err error) {
	for i, name := range seg.files() {
		f, err := s.dir.CreateLog(name, fileMode)
		if err == nil {
			files = append(files, f)
			b := seg.header(i).encode()
			_, err = f.Write(b[:])
		}
		if err != nil {
			return nil, errors.Join(err, closeAll(files))
		}
	}
	return files, nil
}

// begin lets the journals go on in the files of next.
func (s *Store) begin(next segment, files []safefile.File) {
	// Before the journals: one that fails right after must be heard.
	if s.failure.Swap(nil) != nil {
		s.log.Info("replay memory can be written again", "directory", s.dir.Path())
	}
	last := s.current
	last.latest = math.MinInt64
	for i := range s.journals {
		last.latest = max(last.latest, s.journals[i].swap(files[i], next.header(i)))
	}
	if last.Journals > 0 {
		s.closed = append(s.closed, last)
	}
	s.current = next
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

func isSegmentFile(name string) bool {
	id, journal, ok := strings.Cut(name, "-")
	_, err1 := strconv.ParseUint(id, 10, 64)
	_, err2 := strconv.ParseUint(journal, 10, 8)
	return ok && err1 == nil && err2 == nil
}

func closeAll(files []safefile.File) error {
	var errs []error
	for _, f := range files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}
