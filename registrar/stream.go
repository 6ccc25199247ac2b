package registrar

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
)

// standingEvery is how often a stream looks whether its follower is still registered,
// in heartbeats. A revocation of the follower is seen at once.
const standingEvery = 10

// stream is one follower's. What it has to tell is bounded by what it follows: of each
// DID the last tombstone alone, so that nobody waits for one that reads slowly.
type stream struct {
	follower did.DID
	address  string
	proof    proof
	nonce    string
	followed []did.DID // in order
	number   int64

	wake chan struct{} // has one when there is something to tell

	joined time.Time // when the hub let it in

	// The hub's mutex guards these.
	pending map[did.DID]Tombstone
	end     string
	began   Head // what the state that is told first holds, as of looked
	looked  time.Time
}

func newStream(x *exchange) *stream {
	return &stream{
		follower: x.claim.Signer, address: x.address, proof: x.proof(), nonce: x.claim.ReplayKey(), followed: x.followed,
		wake: make(chan struct{}, 1), pending: make(map[did.DID]Tombstone),
	}
}

// report is what there is to tell at a moment.
type report struct {
	head   Head
	issued time.Time
	events []Tombstone
	end    string
}

// follows reports whether the follower named a DID: its own is watched anyhow.
func (s *stream) follows(d did.DID) bool {
	_, ok := slices.BinarySearchFunc(s.followed, d, compareDIDs)
	return ok
}

func compareDIDs(a, b did.DID) int { return strings.Compare(a.String(), b.String()) }

func (s *stream) rouse() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// run tells what there is until the stream ends.
func (s *stream) run(ctx context.Context, r *Registrar, write func(revocation.Message) bool) {
	beat := time.NewTicker(revocation.Every)
	defer beat.Stop()
	for beats := 1; ; {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-beat.C:
			if beats++; beats%standingEvery == 0 && !r.stillRegistered(ctx, s) {
				r.hub.end(s, revocation.EndUnregistered)
			}
		}
		now, ok := r.hub.report(s)
		if !ok { // the database says nothing: neither do we
			continue
		}
		if !s.tell(now, write) || now.end != "" {
			return
		}
	}
}

// stillRegistered is true, too, where the database cannot say: then heartbeats cease.
func (r *Registrar) stillRegistered(ctx context.Context, s *stream) bool {
	err := r.cfg.Store.View(ctx, func(read Reader) error { return registeredWith(read, s.proof.did, s.proof.key, r.cfg.Now()) })
	_, refused := errors.AsType[*Refusal](err)
	return !refused
}

// tell writes a report in as many messages as it takes.
func (s *stream) tell(now report, write func(revocation.Message) bool) bool {
	slices.SortFunc(now.events, func(a, b Tombstone) int { return cmp.Compare(a.Seq, b.Seq) })
	for {
		n := min(len(now.events), revocation.MaxEvents)
		s.number++
		m := revocation.Message{
			Follower: s.follower, Stream: s.nonce, Number: s.number, Epoch: now.head.Epoch, Head: now.head.Seq, Issued: now.issued,
			More: n < len(now.events),
		}
		for _, t := range now.events[:n] {
			m.Events = append(m.Events, revocation.Event{DID: t.DID, Revoked: t.Revoked, Seq: t.Seq, At: t.At})
		}
		now.events = now.events[n:]
		if !m.More {
			m.End = now.end
		}
		if !write(m) {
			return false
		}
		if !m.More {
			return true
		}
	}
}
