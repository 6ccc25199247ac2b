package replay

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/gate"
)

const (
	shards = 64
	// slotSeconds is the granularity at which expired keys are forgotten.
	slotSeconds = 30
)

// set holds the keys that are still in the window. Owners are spread over
// shards, so that callers do not wait for each other. Times are unix seconds.
type set struct {
	room room
	// floor is the latest expiry of which keys may have been forgotten. Nothing
	// that expires then or earlier is admitted, whatever the clock says by now.
	floor  atomic.Int64
	swept  atomic.Int64 // the slot in which sweep ran last
	shards [shards]shard
}

type shard struct {
	mu          sync.Mutex
	held        int64
	generations []*generation
}

// generation holds the keys of one slot. It is dropped as a whole: deleting
// keys one by one would cost more, and not give back a map's memory.
type generation struct {
	slot   int64
	used   map[fingerprint]struct{}
	counts map[ownerID]int64
}

// entry is a key to remember.
type entry struct {
	owner   ownerID
	key     fingerprint
	expires int64
}

func newSet(perOwner, total int64) *set {
	s := &set{}
	s.room.init(perOwner, total)
	return s
}

func (s *set) shardOf(owner ownerID) *shard { return &s.shards[owner%shards] }

// use remembers e, or says why its request must be refused; the errors are
// those of [gate.ReplayStore].
func (s *set) use(e entry, now time.Time) error {
	s.sweep(now)
	if e.expires <= now.Unix() {
		return gate.ErrStale
	}
	sh := s.shardOf(e.owner)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	// Inside the lock: sweep raises the floor before it forgets.
	if floor := s.floor.Load(); e.expires <= floor {
		return &gate.RecoveringError{Wait: time.Duration(floor-e.expires+1) * time.Second}
	}
	if sh.holds(e.key) {
		return gate.ErrReplayed
	}
	share := s.room.share()
	if sh.held >= share && sh.count(e.owner) >= share || !s.room.take() {
		return gate.ErrQuota
	}
	sh.add(e)
	return nil
}

// restore remembers what was admitted before this process began, beyond all
// quotas. What has expired is not held but counts as forgotten.
func (s *set) restore(e entry, now time.Time) {
	if e.expires <= now.Unix() {
		s.raiseFloor(e.expires)
		return
	}
	sh := s.shardOf(e.owner)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if !sh.holds(e.key) {
		sh.add(e)
		s.room.held.Add(1)
	}
}

// undo forgets e, whose request was not admitted in the end.
func (s *set) undo(e entry) {
	sh := s.shardOf(e.owner)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	g := sh.at(e.expires / slotSeconds)
	if g == nil {
		return
	}
	if _, ok := g.used[e.key]; ok {
		delete(g.used, e.key)
		g.counts[e.owner]--
		sh.held--
		s.room.held.Add(-1)
	}
}

// sweep drops the generations that are wholly out of the window, once a slot.
func (s *set) sweep(now time.Time) {
	slot := now.Unix() / slotSeconds
	// Not only when it grows: a clock may have been ahead and set right.
	if last := s.swept.Load(); last == slot || !s.swept.CompareAndSwap(last, slot) {
		return
	}
	for i := range s.shards {
		s.room.held.Add(-s.dropBefore(&s.shards[i], slot))
	}
}

func (s *set) dropBefore(sh *shard, slot int64) (dropped int64) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	kept := sh.generations[:0]
	for _, g := range sh.generations {
		if g.slot >= slot {
			kept = append(kept, g)
			continue
		}
		s.raiseFloor((g.slot+1)*slotSeconds - 1)
		dropped += int64(len(g.used))
	}
	clear(sh.generations[len(kept):])
	sh.generations = kept
	sh.held -= dropped
	return dropped
}

func (s *set) raiseFloor(to int64) {
	for {
		floor := s.floor.Load()
		if to <= floor || s.floor.CompareAndSwap(floor, to) {
			return
		}
	}
}

func (sh *shard) holds(key fingerprint) bool {
	for _, g := range sh.generations {
		if _, ok := g.used[key]; ok {
			return true
		}
	}
	return false
}

// count returns how many keys the owner holds.
func (sh *shard) count(owner ownerID) (n int64) {
	for _, g := range sh.generations {
		n += g.counts[owner]
	}
	return n
}

func (sh *shard) add(e entry) {
	slot := e.expires / slotSeconds
	g := sh.at(slot)
	if g == nil {
		g = &generation{slot: slot, used: make(map[fingerprint]struct{}), counts: make(map[ownerID]int64)}
		sh.generations = append(sh.generations, g)
	}
	g.used[e.key] = struct{}{}
	g.counts[e.owner]++
	sh.held++
}

func (sh *shard) at(slot int64) *generation {
	for _, g := range sh.generations {
		if g.slot == slot {
			return g
		}
	}
	return nil
}
