package registrar

import (
	"fmt"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// fullHub has as many streams of one DID as that may have, the first of which is so old.
func fullHub(t *testing.T, age time.Duration) (h *hub, all []*stream, more func() *stream) {
	t.Helper()
	d, err := did.Parse("did:bindu:author:alice:1")
	if err != nil {
		t.Fatal(err)
	}
	more = func() *stream {
		return &stream{follower: d, address: fmt.Sprintf("192.0.2.%d", len(all)), wake: make(chan struct{}, 1), pending: make(map[did.DID]Tombstone)}
	}
	h = newHub()
	h.start(Head{})
	for range MaxStreamsPerDID {
		s := more()
		if refused := h.join(s); refused != nil {
			t.Fatal(refused)
		}
		all = append(all, s)
	}
	all[0].joined = all[0].joined.Add(-age)
	return h, all, more
}

// The oldest of a DID's streams loses its place with the moment in which it gives way: one
// that is dead may not hear of it.
func TestAPlaceIsFreeBeforeItsStreamHasEnded(t *testing.T) {
	t.Parallel()
	h, all, more := fullHub(t, givesWay)
	next := more()
	if refused := h.join(next); refused != nil {
		t.Fatal(refused)
	}
	if h.streams[all[0]] || !h.streams[next] || len(h.perDID[next.follower]) != MaxStreamsPerDID || h.shares.all.streams != MaxStreamsPerDID {
		t.Errorf("%d streams, %d of the DID, %+v counted", len(h.streams), len(h.perDID[next.follower]), h.shares.all)
	}
	h.leave(all[0]) // when it has ended
	for _, s := range append(all[1:], next) {
		h.leave(s)
	}
	if len(h.streams) != 0 || len(h.perDID) != 0 || len(h.following) != 0 || h.shares.all != (share{}) {
		t.Errorf("left are %d streams, %+v counted", len(h.streams), h.shares.all)
	}
}

// Streams that are alive do not push each other out.
func TestAYoungStreamKeepsItsPlace(t *testing.T) {
	t.Parallel()
	h, all, more := fullHub(t, givesWay/2)
	if refused := h.join(more()); refused == nil || refused.Word != refusal.RateLimited {
		t.Errorf("a ninth: %v", refused)
	}
	if !h.streams[all[0]] || len(h.streams) != MaxStreamsPerDID {
		t.Errorf("%d streams", len(h.streams))
	}
}

// Nothing is said of a database that was not asked for long, but that a stream ends.
func TestAStreamSaysNothingOfLongAgo(t *testing.T) {
	t.Parallel()
	h, all, _ := fullHub(t, 0)
	s := all[0]
	s.number = 1 // it has begun
	h.publish(nil, Head{}, time.Now().Add(-fresh-time.Second), time.Now())
	if now, ok := h.report(s); ok {
		t.Errorf("told %+v", now)
	}
	h.publish(nil, Head{}, time.Now(), time.Now())
	if _, ok := h.report(s); !ok {
		t.Error("nothing is told of what was just seen")
	}
	h.looked = time.Now().Add(-fresh - time.Second)
	h.end(s, "an end")
	if now, ok := h.report(s); !ok || now.end != "an end" {
		t.Errorf("an end is not told: %+v", now)
	}
}

// Where all but the last quarter is taken, a follower that has few goes on to follow them
// and one more: its next stream has the place of the last one, which ends, and holds no more.
func TestAFollowerThatGrowsIsLetIn(t *testing.T) {
	t.Parallel()
	h := newHub()
	h.start(Head{})
	about := func(address, follower string, n int) *stream {
		d, err := did.Parse("did:bindu:author:" + follower + ":1")
		if err != nil {
			t.Fatal(err)
		}
		return &stream{follower: d, address: address, followed: make([]did.DID, n), wake: make(chan struct{}, 1), pending: make(map[did.DID]Tombstone)}
	}
	for i := 0; h.shares.all.dids < maxFollowedTogether*3/4; i++ {
		if refused := h.join(about(fmt.Sprint("192.0.2.", i), fmt.Sprint("other", i), MaxFollowed/4)); refused != nil {
			t.Fatalf("%d have %+v: %s", i, h.shares.all, refused.Word)
		}
	}
	const few = maxFollowedTogether / 1024
	var last *stream
	for n := few - 5; n <= few; n++ {
		next := about("198.51.100.1", "honest", n)
		if refused := h.join(next); refused != nil {
			t.Fatalf("about %d: %s", n, refused.Word)
		}
		if last != nil && last.end != revocation.EndReplaced {
			t.Fatalf("about %d: the last stream ended with %q", n, last.end)
		}
		if n := h.shares.ofAddress["198.51.100.1"]; n.streams != 1 || n.dids > few {
			t.Fatalf("it has %+v", n)
		}
		last = next
	}
	if refused := h.join(about("198.51.100.1", "honest", few+1)); refused == nil {
		t.Error("about more than few")
	}
	if last.end != "" || !h.streams[last] {
		t.Errorf("what it had ended with %q for nothing", last.end)
	}
}
