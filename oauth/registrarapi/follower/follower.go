package follower

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
)

const (
	// spacing is the least time between two streams: callers that come together are
	// followed together, and still within the second that is promised.
	spacing = 400 * time.Millisecond
	// unused is how long a DID is followed after it was seen last: longer than anything
	// of it is kept.
	unused = 2 * time.Minute
)

// Why everything that is kept is forgotten.
const (
	// Silent: nothing was heard for too long.
	Silent = "silence"
	// Gap: what was heard is not all, or not the registrar's.
	Gap = "gap"
	// Epoch: the registrar has another database, or one that was restored.
	Epoch = "epoch"
)

// Stream is what a registrar says. Next ends with the context of its opening.
type Stream interface {
	Next() (revocation.Message, error)
	Close()
}

// Config is what a [Follower] needs. Every field is wanted.
type Config struct {
	// Open asks the registrar about DIDs; see registrarapi.Client.Follow. Its error, and
	// that of Next, may say when to ask again.
	Open func(ctx context.Context, dids []did.DID) (Stream, error)
	// Limit is how many DIDs are followed at most. The longest unused go for others,
	// and are then as they are without a stream.
	Limit int
	// Forget has what is kept of a DID not count any more, ForgetAll all that is kept.
	Forget    func(did.DID)
	ForgetAll func(why string)
	// Broken reports an error after which nothing that was heard counts.
	Broken func(error) bool
	Logger *slog.Logger
}

// Follower follows revocations. Its methods may be called concurrently.
type Follower struct {
	cfg  Config
	wake chan struct{} // somebody is not followed yet

	mu       sync.Mutex
	known    map[did.DID]*standing
	asked    map[did.DID]bool // what the newest stream is about
	dirty    bool             // somebody is known whom it is not about
	lags     time.Time        // since when somebody is, or waits to be told of; zero if nobody
	hears    bool             // something was heard, and not too long ago
	since    time.Time        // when somebody was known again, zero once that is no excuse
	refusing int              // of known, those that are revoked
}

// standing is what is known of a DID that was seen.
type standing struct {
	used    time.Time
	seq     int64 // of the last event
	revoked bool
}

// New returns a follower that does nothing until it runs.
func New(cfg Config) *Follower {
	return &Follower{cfg: cfg, wake: make(chan struct{}, 1), known: make(map[did.DID]*standing)}
}

// Revoked reports whether a DID was revoked, and has it followed from now on: who asks
// has a verdict or a key of it. It waits for nothing.
func (f *Follower) Revoked(d did.DID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.known[d]
	if s == nil {
		f.room()
		if len(f.known) == 0 {
			f.since = time.Now()
		}
		s = &standing{}
		f.known[d] = s
	}
	s.used = time.Now()
	if !f.asked[d] && !f.dirty {
		f.setDirty(true)
		select {
		case f.wake <- struct{}{}:
		default:
		}
	}
	return s.revoked
}

// room forgets the longest unused DID where there are as many as may be followed, and
// one that is revoked only where all are: who is asked about it refuses it anyhow.
func (f *Follower) room() {
	if len(f.known) < f.cfg.Limit {
		return
	}
	var oldest did.DID
	var found *standing
	for d, s := range f.known {
		if found == nil || found.revoked && !s.revoked || found.revoked == s.revoked && s.used.Before(found.used) {
			oldest, found = d, s
		}
	}
	f.remove(oldest, found)
}

func (f *Follower) remove(d did.DID, s *standing) {
	if s.revoked {
		f.refusing--
	}
	delete(f.known, d)
}

// Status says how things stand: whether the registrar is heard, or needs not be, how
// many DIDs are followed, and how many of them are refused because they are revoked.
func (f *Follower) Status() (hears bool, followed, refused int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	hears = f.hears || len(f.known) == 0 || time.Since(f.since) < revocation.Silence
	if !f.lags.IsZero() && time.Since(f.lags) >= revocation.Silence {
		hears = false // about somebody it should have heard by now
	}
	return hears, len(f.asked), f.refusing
}

// idle reports whether nobody was seen for so long that nothing is kept of anybody.
func (f *Follower) idle() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	for _, s := range f.known {
		if !s.outworn(now) {
			return false
		}
	}
	return true
}

// outworn reports whether a DID needs not be followed any more.
func (s *standing) outworn(now time.Time) bool { return !s.revoked && now.Sub(s.used) > unused }

// wanted returns whom to follow now, having forgotten who was not seen for long.
func (f *Follower) wanted() []did.DID {
	f.mu.Lock()
	defer f.mu.Unlock()
	now, all := time.Now(), make([]did.DID, 0, len(f.known))
	for d, s := range f.known {
		if s.outworn(now) {
			f.remove(d, s)
			continue
		}
		all = append(all, d)
	}
	return all
}

// follows notes what the newest stream is about.
func (f *Follower) follows(asked map[did.DID]bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = asked
	missing := false
	for d := range f.known {
		missing = missing || !asked[d]
	}
	f.setDirty(missing)
}

// setDirty notes whether somebody is not followed, and since when.
func (f *Follower) setDirty(dirty bool) {
	if dirty && f.lags.IsZero() {
		f.lags = time.Now()
	}
	f.dirty = dirty
}

// caughtUp notes that the newest stream has told all that it is about.
func (f *Follower) caughtUp() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lags = time.Time{}
	f.setDirty(f.dirty)
}

// rests notes that there is no stream, and need not be: who was seen this moment is
// followed as soon as anybody is.
func (f *Follower) rests() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked, f.lags = nil, time.Time{}
	f.setDirty(len(f.known) > 0)
	f.hears, f.since = false, time.Now()
}

// missing reports whether somebody is known whom the newest stream is not about.
func (f *Follower) missing() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dirty
}

// setHears notes whether the registrar is heard. Who was heard, or should have been, and
// is not has no excuse.
func (f *Follower) setHears(hears bool) (changed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	changed = f.hears != hears
	f.hears, f.since = hears, time.Time{}
	return changed
}

// apply takes what happened to a DID. Numbers grow from one epoch to the next, too, so
// that what is older than what is known, or was heard already, says nothing.
func (f *Follower) apply(e revocation.Event) {
	f.mu.Lock()
	s := f.known[e.DID]
	if s == nil || e.Seq <= s.seq {
		f.mu.Unlock()
		return
	}
	if s.revoked != e.Revoked {
		f.refusing += map[bool]int{true: 1, false: -1}[e.Revoked]
	}
	s.seq, s.revoked = e.Seq, e.Revoked
	f.mu.Unlock()
	f.cfg.Forget(e.DID)
	f.cfg.Logger.Info("the registrar says", "did", e.DID.String(), "revoked", e.Revoked, "seq", e.Seq)
}

// pause is how long to wait before the next attempt after so many that failed.
func pause(failed int) time.Duration {
	ceiling := min(100*time.Millisecond<<min(failed, 10), 5*time.Second)
	return ceiling/2 + rand.N(ceiling/2)
}
