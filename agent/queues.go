package agent

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/getbindu/bindu-go/oauth"
)

// queues bound how many unknown tokens of one peer are taken to Hydra at once.
// Anybody who gets a connection can make up tokens, and nobody knows that they
// are made up before Hydra was asked: without bounds one peer could fill all
// connections to Hydra, and the others' tokens would not be judged in time.
type queues struct {
	places int
	wait   time.Duration

	mu    sync.Mutex
	peers map[netip.Prefix]*queue
}

// queue is that of one peer, for as long as somebody is in it.
type queue struct {
	places chan struct{}
	inside int
}

func newQueues(places int, wait time.Duration) *queues {
	return &queues{places: places, wait: wait, peers: make(map[netip.Prefix]*queue)}
}

// enter waits for a place of the peer whose connection ctx belongs to, but no
// longer than is good for it: then the error is [oauth.ErrBusy].
func (q *queues) enter(ctx context.Context) (leave func(), err error) {
	var peer netip.Prefix
	if c, ok := ctx.Value(connKey{}).(*served); ok {
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
	return nil, oauth.ErrBusy
}

func (q *queues) join(peer netip.Prefix) *queue {
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

func (q *queues) part(peer netip.Prefix, mine *queue) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if mine.inside--; mine.inside == 0 {
		delete(q.peers, peer)
	}
}
