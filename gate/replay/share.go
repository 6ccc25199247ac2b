package replay

import "sync/atomic"

// The memory is shared by a rule that looks at one number, what is free:
//
//	an owner may hold perOwner keys while total − perOwner are free, and
//	perOwner × (free / (total − perOwner))³ of them, but at least one, below.
//
// What is held is never given back before its time, or a replay would pass. So
// the share of those who come must shrink faster than the memory fills: after
// n owners who took all they could the next one gets about perOwner / n^1.5,
// a sum that stays below total however many they are. The table in
// docs/security-model.md is made of these constants by a test.
const (
	// ownerPercent of the memory is what one owner may hold while most is free.
	ownerPercent = 30
	// leastShare is what an owner may hold while anything is free at all.
	leastShare = 1
)

// room is how much there is for keys, and how much of it is taken.
type room struct {
	perOwner, total int64
	held            atomic.Int64
}

// init takes zero as the share that owners have.
func (r *room) init(perOwner, total int64) {
	if perOwner == 0 {
		perOwner = max(1, total*ownerPercent/100)
	}
	r.perOwner, r.total = perOwner, total
}

// share returns how many keys an owner may hold by now.
func (r *room) share() int64 {
	free, ample := r.total-r.held.Load(), r.total-r.perOwner
	if free <= 0 {
		return 0
	}
	if free >= ample {
		return min(r.perOwner, free)
	}
	part := float64(free) / float64(ample)
	return max(leastShare, int64(float64(r.perOwner)*part*part*part))
}

// take takes room for one key, unless there is none. Owners in other shards
// take theirs at the same time, so that share alone would not bound the sum.
func (r *room) take() bool {
	if r.held.Add(1) <= r.total {
		return true
	}
	r.held.Add(-1)
	return false
}
