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
)

// recall fills the set with what was admitted before. What it cannot know it
// replaces by a moment up to which everything is refused. It returns an error
// only for files that must not be touched.
func (s *Store) recall(now time.Time, fresh bool) error {
	st, err := readState(s.dir)
	switch {
	case isUnsafe(err):
		return err
	case errors.Is(err, fs.ErrNotExist) && fresh:
		return nil
	case err != nil:
		if errors.Is(err, fs.ErrNotExist) {
			err = errNoState
		}
		// Whatever was admitted was signed at most a window after then, and
		// then is before now.
		s.forgetUpTo(now.Unix()+s.window, err)
		return nil
	}
	s.current.ID = lastID(st)
	if st.Boot != s.boot || s.boot == "" {
		s.forgetUpTo(st.Horizon, errOtherBoot)
		return nil
	}
	err = s.load(st, now)
	if isUnsafe(err) {
		return err
	}
	if err != nil {
		s.closed = nil
		s.forgetUpTo(st.Horizon, err)
		return nil
	}
	s.complete = st.Complete
	s.set.raiseFloor(st.Complete + s.lifetime)
	s.log.Info("replay memory read", "keys", s.set.held.Load(), "segments", len(s.closed))
	return nil
}

func (s *Store) load(st state, now time.Time) error {
	for _, ref := range st.Segments {
		latest, err := loadSegment(s.dir, ref, func(r record) {
			s.set.restore(entry{owner: r.owner, key: r.key, expires: r.signed + s.lifetime}, now)
		})
		if err != nil {
			return err
		}
		s.closed = append(s.closed, segment{segmentRef: ref, latest: latest})
	}
	return nil
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
	s.log.Warn(fmt.Sprintf("replay memory was lost: refusing requests signed before %s. If that is far off because the clock was wrong, set the clock right, remove %s while the agent is stopped, and start it",
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
