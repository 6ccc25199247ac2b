package registrar

import (
	"sync"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
	"github.com/getbindu/bindu-go/internal/refusal"
)

const (
	// MaxStreams is how many followers there are at once, of which one DID may be
	// MaxStreamsPerDID: a follower that asks for more DIDs opens the next stream before
	// it leaves the last, and one may start while another stops.
	MaxStreams       = 4096
	MaxStreamsPerDID = 4
	// maxFollowedTogether is how many DIDs all streams are about together.
	maxFollowedTogether = 1 << 18
	// fresh is how old the last look at the database may be where a heartbeat says that
	// nothing happened: a database may take its time.
	fresh = 2 * time.Second
)

// hub hands what the one poller of the database finds to the streams that follow it.
type hub struct {
	mu       sync.Mutex
	open     bool
	head     Head
	looked   time.Time // when the database was last asked, by the monotonic clock
	issued   time.Time // the same by the registrar's
	streams  map[*stream]bool
	perDID   map[did.DID]int
	together int
	// following are the streams that follow a DID; one follows its own follower, to end
	// when that is revoked.
	following map[did.DID]map[*stream]bool
}

func newHub() *hub {
	return &hub{streams: make(map[*stream]bool), perDID: make(map[did.DID]int), following: make(map[did.DID]map[*stream]bool)}
}

// join lets a stream be told of what happens from now on.
func (h *hub) join(s *stream) *Refusal {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case !h.open:
		return refuse(refusal.ShuttingDown, nil)
	case h.perDID[s.follower] >= MaxStreamsPerDID:
		return &Refusal{Word: refusal.RateLimited, RetryAfter: revocation.Silence}
	case len(h.streams) >= MaxStreams || h.together+len(s.followed) > maxFollowedTogether:
		return &Refusal{Word: refusal.Overloaded, RetryAfter: revocation.Silence}
	}
	h.streams[s] = true
	h.perDID[s.follower]++
	h.together += len(s.followed)
	for _, d := range append([]did.DID{s.follower}, s.followed...) {
		if h.following[d] == nil {
			h.following[d] = make(map[*stream]bool)
		}
		h.following[d][s] = true
	}
	return nil
}

// begin has the state told first, unless something newer is known already.
func (h *hub) begin(s *stream, state []Tombstone, head Head, looked time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s.began, s.looked = head, looked
	for _, t := range state {
		if t.Seq > s.pending[t.DID].Seq {
			s.pending[t.DID] = t
		}
	}
	s.rouse()
}

func (h *hub) leave(s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.streams, s)
	if h.perDID[s.follower]--; h.perDID[s.follower] == 0 {
		delete(h.perDID, s.follower)
	}
	h.together -= len(s.followed)
	for _, d := range append([]did.DID{s.follower}, s.followed...) {
		if delete(h.following[d], s); len(h.following[d]) == 0 {
			delete(h.following, d)
		}
	}
}

// end has a stream end for a reason.
func (h *hub) end(s *stream, why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.end == "" {
		s.end = why
	}
	s.rouse()
}

// publish says what a look at the database found: all tombstones up to head.
func (h *hub) publish(found []Tombstone, head Head, looked, issued time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.head, h.looked, h.issued = head, looked, issued
	for _, t := range found {
		for s := range h.following[t.DID] {
			if t.DID == s.follower && t.Revoked && s.end == "" {
				s.end = revocation.EndUnregistered
			}
			if s.follows(t.DID) && t.Seq > s.began.Seq {
				s.pending[t.DID] = t
			}
			s.rouse()
		}
	}
}

// start opens the hub at a head; another one ends all streams.
func (h *hub) start(head Head) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open, h.head = true, head
	h.endAll(revocation.EndEpoch)
}

// stop ends all streams, and lets none begin.
func (h *hub) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open = false
	h.endAll(revocation.EndStopping)
}

// Streams returns how many follow revocations now.
func (r *Registrar) Streams() int {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	return len(r.hub.streams)
}

func (h *hub) endAll(why string) {
	for s := range h.streams {
		if s.end == "" {
			s.end = why
		}
		s.rouse()
	}
}

// report takes what a stream has to tell now. While nothing is known of the database
// there is nothing to tell, but that a stream ends.
func (h *hub) report(s *stream) (report, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := report{head: h.head, issued: h.issued, end: s.end}
	if now.issued.Before(s.looked) {
		now.issued = s.looked
	}
	if s.began.Epoch != h.head.Epoch && now.end == "" {
		now.end = revocation.EndEpoch
	}
	if time.Since(h.looked) > fresh && now.end == "" && s.number > 0 {
		return report{}, false
	}
	if now.head.Epoch == s.began.Epoch {
		now.head.Seq = max(now.head.Seq, s.began.Seq)
		for _, t := range s.pending {
			now.events = append(now.events, t)
			now.head.Seq = max(now.head.Seq, t.Seq)
		}
	}
	clear(s.pending)
	return now, true
}
