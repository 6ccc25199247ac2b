package server

import (
	"context"
	"net/netip"
	"sync"
	"time"
)

// Queues bound how much work of one kind is done for one peer at once: an IPv4
// address or an IPv6 network of 64 bits. Where anybody who gets a connection can
// ask for work that goes to others, such as judging a token that is made up, one
// peer could fill all places there, and the rest would not be served in time.
type Queues struct {
	places int
	wait   time.Duration
	busy   error

	mu    sync.Mutex
	peers map[netip.Prefix]*queue
}

// queue is that of one peer, for as long as somebody is in it.
type queue struct {
	places chan struct{}
	inside int
}

// NewQueues gives each peer so many places. busy is the error for whoever waited
// for one that long.
func NewQueues(places int, wait time.Duration, busy error) *Queues {
	return &Queues{places: places, wait: wait, busy: busy, peers: make(map[netip.Prefix]*queue)}
}

// Enter waits for a place of the peer whose connection ctx belongs to, but no
// longer than is good for it or than ctx: then the error is that of [NewQueues].
// Contexts of no connection are one peer.
func (q *Queues) Enter(ctx context.Context) (leave func(), err error) {
	var peer netip.Prefix
	if c := connectionOf(ctx); c != nil {
		peer = c.peer
	}
	mine := q.join(peer)
	timer := time.NewTimer(q.wait)
	defer timer.Stop()
	select {
	case mine.places <- struct{}{}:
		return func() {
			<-mine.places
			q.part(peer, mine)
		}, nil
	case <-timer.C:
	case <-ctx.Done():
	}
	q.part(peer, mine)
	return nil, q.busy
}

func (q *Queues) join(peer netip.Prefix) *queue {
	q.mu.Lock()
	defer q.mu.Unlock()
	mine, ok := q.peers[peer]
	if !ok {
		mine = &queue{places: make(chan struct{}, q.places)}
		q.peers[peer] = mine
	}
	mine.inside++
	return mine
}

func (q *Queues) part(peer netip.Prefix, mine *queue) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if mine.inside--; mine.inside == 0 {
		delete(q.peers, peer)
	}
}
