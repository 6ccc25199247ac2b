package registrar

import (
	"fmt"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
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
