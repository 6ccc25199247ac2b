package replay

import (
	"errors"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// errRotated: the segment was closed; the record belongs into the next one.
var errRotated = errors.New("the segment is closed")

// keepAhead writes down what was signed after the horizon. It waits for the
// disk: after a loss of power the horizon says nothing of such a request, and
// moving it as far would make everybody wait for one caller's clock.
func (s *Store) keepAhead(r record) error {
	for {
		log, err := s.aheadLog()
		if err != nil {
			return err
		}
		if err = log.append(r); !errors.Is(err, errRotated) {
			return err
		}
	}
}

// aheadLog returns the file of the current segment. Before the first record
// the state says that there is one: a file that is missing later was lost.
func (s *Store) aheadLog() (*syncLog, error) {
	if log := s.ahead.Load(); log != nil {
		return log, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if log := s.ahead.Load(); log != nil {
		return log, nil
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	next := s.current
	next.Ahead = true
	log, err := s.createAhead(next, nil)
	if err != nil {
		return nil, unavailable(err)
	}
	if err := s.write(append(s.closed[:len(s.closed):len(s.closed)], next), s.complete, s.horizon.Load()); err != nil {
		_, cerr := log.close(errRotated)
		return nil, unavailable(errors.Join(err, cerr))
	}
	s.current = next
	s.ahead.Store(log)
	return log, nil
}

// createAhead makes the file with what is known already. It is on stable
// storage once a state that names it was written.
func (s *Store) createAhead(seg segment, known []record) (*syncLog, error) {
	h := seg.header(aheadJournal)
	file, err := s.dir.CreateLog(seg.aheadFile(), fileMode)
	if err != nil {
		return nil, err
	}
	log := newSyncLog(file, h)
	b := h.encode()
	_, err = file.Write(b[:])
	for _, r := range known {
		if err == nil {
			_, err = log.write(r)
		}
	}
	if err == nil {
		err = file.Sync()
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	log.synced = log.written
	return log, nil
}

// syncSegment brings a whole segment to stable storage.
func (s *Store) syncSegment(ref segmentRef) error {
	for _, name := range ref.files() {
		if err := syncFile(s.dir, name); err != nil {
			return err
		}
	}
	return nil
}

func syncFile(dir *safefile.Dir, name string) error {
	f, err := dir.Open(name, fileMode)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
