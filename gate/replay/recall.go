package replay

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// Why the memory of earlier requests is not complete.
var (
	errNoState   = errors.New("there is no state file")
	errOtherBoot = errors.New("the machine was restarted")
	errCopied    = errors.New("the files are a copy: what was admitted since it was made is not known")
	errForeign   = errors.New("another program served in this directory, and kept no memory")
)

// recall fills the set with what was admitted before. What it cannot know it
// replaces by a moment up to which everything is refused. It returns an error
// only for files that must not be touched.
func (s *Store) recall(now time.Time, names []string, cfg Config) error {
	st, err := readState(s.dir)
	absent := errors.Is(err, fs.ErrNotExist)
	switch {
	case isUnsafe(err):
		return err
	case absent && cfg.Fresh:
		return nil
	case absent && cfg.Foreign && len(names) == 0:
		s.forgetUpTo(now.Unix()+unknownAhead, errForeign)
		return nil
	case err != nil:
		if absent {
			err = errNoState
		}
		// Whatever was admitted was signed at most a window after then, and
		// then is before now.
		s.forgetUpTo(now.Unix()+s.window, err)
		return nil
	}
	s.current.ID = lastID(st)
	r, err := s.read(st, names, now)
	if err != nil {
		return err
	}
	s.judge(st, r, now.Unix())
	return nil
}

// judge decides what the files are worth.
func (s *Store) judge(st state, r reading, now int64) {
	switch {
	case r.copied && (!r.unsynced || s.sameBoot(st)):
		// Complete as of the copying, so the horizon has nothing to add. Before
		// damage: what is missing in a copy says nothing of the original.
		s.startAnew(r, max(st.Complete, now+unknownAhead), errCopied)
	case r.blind != nil:
		s.startAnew(r, max(st.Horizon, now+s.window), r.blind)
	case r.unsynced && !s.sameBoot(st):
		// Beyond the horizon as well: the disk may be a snapshot of an older one.
		s.startAnew(r, max(st.Horizon, now+unknownAhead), errOtherBoot)
	case r.damaged != nil:
		// Here as well: a part of a copy cannot be told from a loss.
		s.startAnew(r, max(st.Horizon, now+unknownAhead), r.damaged)
	default:
		s.goOn(st, r)
	}
}

// goOn continues where the files end: they tell everything.
func (s *Store) goOn(st state, r reading) {
	s.closed, s.complete = r.segments, st.Complete
	s.set.raiseFloor(st.Complete + s.lifetime)
	if r.unsynced {
		s.horizon.Store(st.Horizon)
	}
	s.log.Info("replay memory read", "keys", s.set.room.held.Load(), "segments", len(s.closed))
}

// startAnew refuses what was signed up to then, and keeps what is known of later
// requests: the next segment has it, the old ones are not needed any more.
func (s *Store) startAnew(r reading, upTo int64, why error) {
	for _, rec := range r.late {
		if rec.signed > upTo {
			s.carried = append(s.carried, rec)
		}
	}
	s.forgetUpTo(upTo, why)
}

// forgetUpTo refuses from now on what was signed up to then.
func (s *Store) forgetUpTo(signed int64, why error) {
	s.complete = signed
	s.set.raiseFloor(signed + s.lifetime)
	until, recovering := s.Recovering()
	if !recovering {
		s.log.Info("replay memory starts anew", "why", why)
		return
	}
	s.log.Warn(fmt.Sprintf("replay memory is not complete: refusing requests signed before %s. If that is far off because the clock was wrong, set the clock right, remove %s while the agent is stopped, and start it",
		until.UTC().Format(time.RFC3339), s.dir.Path()), "why", why, "until", until)
}

func lastID(st state) uint64 {
	if len(st.Segments) == 0 {
		return 0
	}
	return st.Segments[len(st.Segments)-1].ID
}

func isUnsafe(err error) bool {
	return errors.Is(err, safefile.ErrUnsafePath) || errors.Is(err, safefile.ErrInsecurePermissions)
}
