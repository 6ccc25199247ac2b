package replay

import (
	"errors"
	"fmt"
	"time"

	"github.com/getbindu/bindu-go/internal/safefile"
)

var errRolledBack = errors.New("the state is older than other files: an earlier one was put back")

// reading is what the files that a state names told.
type reading struct {
	segments []segment // with what was not known of them before
	late     []record  // signed after what may have to be refused
	unsynced bool      // of some only the kernel knew the end
	copied   bool      // not all are the files that we wrote
	damaged  error     // not nil: a file of which the horizon covers the loss
	blind    error     // not nil: a file of which it does not
}

// read takes all that the files tell into the set, also where it turns out not
// to be everything: each record that is whole was admitted. It returns an error
// only for files that must not be touched.
func (s *Store) read(st state, names []string, now time.Time) (reading, error) {
	var r reading
	for _, ref := range st.Segments {
		seg, err := s.readSegment(&r, st, ref, now)
		if err != nil {
			return r, err
		}
		r.segments = append(r.segments, seg)
		r.unsynced = r.unsynced || !ref.Synced
	}
	if newer := s.newer(names, lastID(st)); newer != "" {
		r.damaged = fmt.Errorf("%w: %s", errRolledBack, newer)
	}
	return r, nil
}

func (s *Store) readSegment(r *reading, st state, ref segmentRef, now time.Time) (segment, error) {
	seg := newSegment(ref)
	for i, name := range ref.files() {
		err := s.readFile(r, st, &seg, i, now)
		switch {
		case isUnsafe(err):
			return seg, err
		case err == nil:
		case i == ref.Journals && !ref.Synced && !s.sameBoot(st) && errors.Is(err, errZeros):
			// The end that the machine did not come to write was never acknowledged.
		case i == ref.Journals || ref.Synced:
			r.blind = fmt.Errorf("%s: %w", name, err)
		default:
			r.damaged = fmt.Errorf("%s: %w", name, err)
		}
	}
	return seg, nil
}

// readFile reads the i-th file of a segment.
func (s *Store) readFile(r *reading, st state, seg *segment, i int, now time.Time) error {
	f, err := s.dir.Open(seg.files()[i], fileMode)
	if err != nil {
		return err
	}
	defer f.Close()
	if i == 0 {
		if err := s.checkMark(r, st, seg, f); err != nil {
			return err
		}
	}
	journal := i
	if i == seg.Journals {
		journal = aheadJournal
	}
	return readJournal(f, seg.ID, journal, func(rec record) {
		seg.latest = max(seg.latest, rec.signed)
		if rec.signed > min(st.Horizon, now.Unix()+unknownAhead) {
			r.late = append(r.late, rec)
		}
		s.set.restore(entry{owner: rec.owner, key: rec.key, expires: rec.signed + s.lifetime}, now)
	})
}

// checkMark notices copies. States of version 1 had no marks.
func (s *Store) checkMark(r *reading, st state, seg *segment, f safefile.File) error {
	mark, err := safefile.Mark(f)
	if err != nil {
		return err
	}
	if st.Version > 1 && mark != seg.Mark {
		r.copied = true
	}
	seg.Mark = mark
	return nil
}

// newer returns a file with records of a segment after last: the state that
// named it was replaced by an older one.
func (s *Store) newer(names []string, last uint64) string {
	for _, name := range names {
		if id, ok := segmentOf(name); !ok || id <= last {
			continue
		}
		f, err := s.dir.Open(name, fileMode)
		if err != nil {
			continue // what cannot be read is removed or refused later
		}
		info, err := f.Stat()
		f.Close()
		if err == nil && info.Size() > headerSize {
			return name
		}
	}
	return ""
}

func (s *Store) sameBoot(st state) bool { return st.Boot == s.boot && s.boot != "" }
