package replay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
)

var (
	// ErrUnavailable: the keys cannot be written down, so nothing is admitted.
	// It wraps the cause, and ends by itself when the disk takes writes again.
	ErrUnavailable = errors.New("replay memory cannot be written")
	errClosed      = errors.New("closed")
	errNotOpen     = errors.New("no segment yet")
	errTime        = fmt.Errorf("%w: the time of signing is too far from the clock", ErrUnavailable)
)

func unavailable(cause error) error { return fmt.Errorf("%w: %w", ErrUnavailable, cause) }

const (
	// tickInterval is how often the housekeeper looks, and how soon a disk
	// that works again is noticed.
	tickInterval = time.Second
	// horizonAhead is how far ahead of the clock the horizon is at most, in
	// seconds, however far ahead requests are signed. After a loss of power
	// nothing is admitted for as long and a second, at most.
	horizonAhead = 60
	// unknownAhead is how far ahead of the start, in seconds, requests are
	// refused where another memory than ours would be needed to judge them:
	// in a copy of a directory, and in one that another program served.
	unknownAhead = 8
)

// Store is a [gate.ReplayStore] that does not forget when the process ends.
//
// A key is written to a file before it is admitted, with write(2) and without
// fsync: the kernel holds it even if the process is killed in the next instant.
// The files are read by [Open]. Should the kernel itself have stopped since
// (another boot id), or a file be missing or damaged, what was admitted is not
// known. Instead the store keeps one moment on stable storage, the horizon,
// half a minute to a minute ahead of the clock and moved in the background.
// What is signed later than the horizon is admitted only after its key was
// brought to stable storage: only callers whose clock is that far ahead wait
// for the disk. So after such a loss every request signed up to the horizon is
// refused with a [gate.RecoveringError], every later one can be judged, and
// the clock passes the horizon within 61 seconds of the crash, whatever
// anybody had signed.
//
// [Store.Close] brings everything to stable storage, so that after it nothing
// is ever unknown. If horizon or late keys are unknown too, everything signed
// up to a window after the start is refused.
//
// A copy of the files, as a backup restores it, is recognised: the original may
// have admitted more since. Then what was signed up to a few seconds after the
// start is refused. What the original admitted of requests signed further ahead
// than that, after the copy was made and within a window before the start, is
// not known and could be admitted again; who waits a window between stopping
// the original and starting the copy has nothing of the kind.
//
// Not recognised is a file system that loses data while the kernel keeps
// running (a disk pulled out), and a snapshot of a whole disk or machine.
type Store struct {
	dir      *safefile.Dir
	now      func() time.Time
	log      *slog.Logger
	boot     string
	window   int64 // seconds
	lifetime int64 // seconds from the signing of a key to its expiry
	set      *set
	horizon  atomic.Int64 // only grows
	failure  atomic.Pointer[error]
	journals [journals]journal
	ahead    atomic.Pointer[syncLog] // nil until the segment needs it

	mu       sync.Mutex // the state file and what it says
	complete int64
	current  segment // id 0 before the first one
	closed   []segment
	carried  []record // what outlived a loss, until it is in a segment

	wake, stop, done chan struct{}
	halt             func()       // ends the housekeeper, once
	close            func() error // once
}

var _ gate.UsedStore = (*Store)(nil)

// Open reads what is remembered in the directory "replay" inside dir. It fails
// if there can be no such directory, and on what somebody must look at:
// [safefile.ErrInsecurePermissions] and [safefile.ErrUnsafePath]. If files
// cannot be written it returns a Store that refuses everything until they can;
// see [Store.Err]. Only one Store may be open in a directory: hold its lock.
func Open(dir *safefile.Dir, cfg Config) (*Store, error) {
	if cfg.Window < time.Second || cfg.Total <= 0 {
		return nil, errors.New("replay: a memory needs a window of a second at least, and room for keys")
	}
	sub, err := dir.Subdir(DirName)
	if err != nil {
		return nil, err
	}
	s := newStore(sub, cfg)
	now := s.now()
	names, err := sub.Names()
	if err != nil {
		return nil, err
	}
	if err := s.recall(now, names, cfg); err != nil {
		return nil, err
	}
	if err := s.renew(now.Unix(), true); err != nil {
		if isUnsafe(err) {
			return nil, err
		}
		s.fail(err)
	} else {
		s.remove(s.unlisted(names))
	}
	s.halt = sync.OnceFunc(func() { close(s.stop); <-s.done })
	s.close = sync.OnceValue(s.shutDown)
	go s.keepHouse()
	return s, nil
}

func newStore(dir *safefile.Dir, cfg Config) *Store {
	s := &Store{
		dir: dir, now: cfg.Now, log: cfg.Logger, boot: cfg.BootID,
		window: int64(cfg.Window / time.Second), set: newSet(cfg.PerOwner, cfg.Total),
		wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.boot == "" {
		s.boot = bootID()
	}
	s.lifetime = s.window + 1
	for i := range s.journals {
		s.journals[i].latest, s.journals[i].err = math.MinInt64, unavailable(errNotOpen)
	}
	return s
}

// Use implements [gate.ReplayStore]. Its errors are those named there, and
// [ErrUnavailable].
func (s *Store) Use(_ context.Context, owner did.DID, key string, expires time.Time) error {
	id, fp := identify(owner, key)
	e := entry{owner: id, key: fp, expires: expires.Unix()}
	signed := e.expires - s.lifetime
	if err := s.set.use(e, s.now()); err != nil {
		return err
	}
	err := s.remember(record{key: fp, owner: id, signed: signed})
	if err != nil {
		s.set.undo(e)
		s.fail(err)
	}
	return err
}

// remember writes r down, so that it outlives this process and, in the end,
// this run of the kernel: by itself or because the horizon covers it.
func (s *Store) remember(r record) error {
	covered, err := s.cover(r.signed)
	switch {
	case err != nil:
		return err
	case covered:
		return s.journals[r.owner%journals].append(r)
	default:
		return s.keepAhead(r)
	}
}

// Recovering reports whether requests signed at this moment are refused
// because their time was forgotten, and until when.
func (s *Store) Recovering() (until time.Time, recovering bool) {
	until = time.Unix(s.set.floor.Load()-s.lifetime+1, 0)
	return until, s.now().Before(until)
}

// Err returns why keys cannot be written down, nil when they can.
func (s *Store) Err() error {
	if err := s.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// Close ends the store; later uses are refused. It may be called repeatedly.
func (s *Store) Close() error { return s.close() }
