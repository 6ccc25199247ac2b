package registrar

import (
	"slices"
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
	MaxStreamsPerDID = 8
	// maxFollowedTogether is how many DIDs all streams are about together.
	maxFollowedTogether = 1 << 18
	// givesWay is how old the oldest stream of a DID must be to end for a new one: the
	// follower of one that is dead has been silent for it long ago, and asks again.
	givesWay = time.Minute
	// fresh is how old the last look at the database may be where a heartbeat says that
	// nothing happened: a database may take its time.
	fresh = 2 * time.Second
)

// hub hands what the one poller of the database finds to the streams that follow it.
type hub struct {
	mu      sync.Mutex
	open    bool
	head    Head
	looked  time.Time // when the database was last asked, by the monotonic clock
	issued  time.Time // the same by the registrar's
	streams map[*stream]bool
	perDID  map[did.DID][]*stream // the oldest first
	shares  shares
	// following are the streams that follow a DID; one follows its own follower, to end
	// when that is revoked.
	following map[did.DID]map[*stream]bool
}

func newHub() *hub {
	return &hub{streams: make(map[*stream]bool), perDID: make(map[did.DID][]*stream), shares: newShares(), following: make(map[did.DID]map[*stream]bool)}
}

// join lets a stream be told of what happens from now on.
func (h *hub) join(s *stream) *Refusal {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.open {
		return refuse(refusal.ShuttingDown, nil)
	}
	own := h.perDID[s.follower]
	if len(own) >= MaxStreamsPerDID && time.Since(own[0].joined) < givesWay {
		return &Refusal{Word: refusal.RateLimited, RetryAfter: revocation.Silence}
	}
	if !h.shares.fit(s.address, len(s.followed), share{}) {
		last := s.before(own)
		if last == nil || !h.shares.fit(s.address, len(s.followed), share{1, len(last.followed)}) {
			return &Refusal{Word: refusal.Overloaded, RetryAfter: revocation.Silence}
		}
		h.replace(last) // rather than none for who follows one DID more
	}
	if own := h.perDID[s.follower]; len(own) >= MaxStreamsPerDID {
		h.replace(own[0])
	}
	h.shares.take(s.address, len(s.followed))
	s.joined = time.Now()
	h.streams[s] = true
	h.perDID[s.follower] = append(h.perDID[s.follower], s)
	for _, d := range append([]did.DID{s.follower}, s.followed...) {
		if h.following[d] == nil {
			h.following[d] = make(map[*stream]bool)
		}
		h.following[d][s] = true
	}
	return nil
}

// replace has a stream lose its place to another at once: it may be dead, and not hear of it.
func (h *hub) replace(s *stream) {
	h.endOne(s, revocation.EndReplaced)
	h.remove(s)
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
	h.remove(s)
}

// remove forgets a stream, if it was not forgotten before.
func (h *hub) remove(s *stream) {
	if !h.streams[s] {
		return
	}
	delete(h.streams, s)
	h.shares.giveBack(s.address, len(s.followed))
	own := slices.DeleteFunc(h.perDID[s.follower], func(other *stream) bool { return other == s })
	if h.perDID[s.follower] = own; len(own) == 0 {
		delete(h.perDID, s.follower)
	}
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
	h.endOne(s, why)
}

// endOf has all streams of a follower end for a reason.
func (h *hub) endOf(d did.DID, why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.perDID[d] {
		h.endOne(s, why)
	}
}

func (h *hub) endOne(s *stream, why string) {
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
		h.endOne(s, why)
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
