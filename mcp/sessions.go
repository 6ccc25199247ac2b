package mcp

import (
	"errors"
	"sync"
	"time"

	"github.com/getbindu/bindu-go/identity"
)

// errSessions: the caller has as many sessions as it may, and each of them is in use.
// errFull: all callers together have.
var (
	errSessions = errors.New("too many sessions of one caller")
	errFull     = errors.New("too many sessions of all callers")
)

// session is one that the server gave to a caller.
type session struct {
	id     string
	caller identity.Caller // who opened it, as it was then
	used   time.Time
	open   int // requests of it that are being answered
}

func (s *session) idle(now time.Time, longest time.Duration) bool {
	return s.open == 0 && now.Sub(s.used) >= longest
}

// sessions are whose session is whose. It is safe for concurrent use.
type sessions struct {
	cfg Config

	mu      sync.Mutex
	all     map[string]*session            // by their ids
	owned   map[string]map[string]*session // the same by the names of their callers
	opening map[string]int                 // those that the server is asked for, by callers
	pending int                            // all of those
}

func newSessions(cfg Config) *sessions {
	return &sessions{cfg: cfg, all: make(map[string]*session), owned: make(map[string]map[string]*session), opening: make(map[string]int)}
}

// reserve takes a place for a session that the server is asked for. A caller that has as
// many as it may loses the one that it used longest ago, which is returned: the server is
// to end it. Errors: [errSessions], [errFull].
func (s *sessions) reserve(owner string) (lost *session, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.owned[owner])+s.opening[owner] >= s.cfg.SessionsPerCaller {
		if lost = s.oldest(owner); lost == nil {
			return nil, errSessions
		}
		s.drop(lost)
	}
	if len(s.all)+s.pending >= s.cfg.Sessions {
		return lost, errFull
	}
	s.opening[owner]++
	s.pending++
	return lost, nil
}

// oldest is the session that a caller used longest ago and does not use now.
func (s *sessions) oldest(owner string) (found *session) {
	for _, one := range s.owned[owner] {
		if one.open == 0 && (found == nil || one.used.Before(found.used)) {
			found = one
		}
	}
	return found
}

// settle gives back what reserve took; with an id the caller has that session from now on.
// Whoever had one of that name before has it no more: the server has given it anew.
func (s *sessions) settle(caller identity.Caller, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	owner := caller.Name()
	s.pending--
	if s.opening[owner]--; s.opening[owner] == 0 {
		delete(s.opening, owner)
	}
	if id == "" {
		return
	}
	if before := s.all[id]; before != nil {
		s.drop(before)
	}
	one := &session{id: id, caller: caller, used: s.cfg.Now()}
	s.all[id] = one
	if s.owned[owner] == nil {
		s.owned[owner] = make(map[string]*session)
	}
	s.owned[owner][id] = one
}

// use returns a session of a caller, which does not end before done is called; nil where the
// caller has none of that id.
func (s *sessions) use(owner, id string) (one *session, done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one = s.owned[owner][id]
	if one == nil || one.idle(s.cfg.Now(), s.cfg.SessionIdle) {
		return nil, nil
	}
	one.open++
	one.used = s.cfg.Now()
	return one, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		one.open--
		one.used = s.cfg.Now()
	}
}

// forget ends a session, if it is still the one of its id.
func (s *sessions) forget(one *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[one.id] == one {
		s.drop(one)
	}
}

func (s *sessions) drop(one *session) {
	owner := one.caller.Name()
	delete(s.all, one.id)
	delete(s.owned[owner], one.id)
	if len(s.owned[owner]) == 0 {
		delete(s.owned, owner)
	}
}

// expire forgets the sessions that nobody used for too long, and returns them.
func (s *sessions) expire() (over []*session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Now()
	for _, one := range s.all {
		if one.idle(now, s.cfg.SessionIdle) {
			s.drop(one)
			over = append(over, one)
		}
	}
	return over
}
