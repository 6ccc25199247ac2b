package egress

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/getbindu/bindu-go/egress/pins"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// Errors of finding out who a peer is, beside those of package peer.
var (
	// errChanged: somebody else was met at the address first, or the same agent with
	// another key.
	errChanged = errors.New("another agent was seen at this address before, or this one with another key")
	// errListedKey: the peer does not prove the key that is listed.
	errListedKey = errors.New("the peer does not prove the key that the peers file has for it")
	// errPins: the memory of peers does not work.
	errPins = errors.New("the memory of peers")
)

// failedFor is how long a failure counts for who asks meanwhile: calls that wait in line
// for a peer that is away do not each wait for it.
const failedFor = time.Second

// found is what is known of a peer.
type found struct {
	entry Peer // as it was listed then
	peer  peer.Peer
	card  []byte
	since time.Time // when the card was first read as it is
	at    time.Time
	err   error
}

// seat is where calls of one peer wait while one of them finds out who it is.
type seat struct {
	turn chan struct{}
	last found // belongs to who has the turn
}

func (e *Egress) seat(name string) *seat {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, ok := e.seats[name]
	if !ok {
		s = &seat{turn: make(chan struct{}, 1)}
		e.seats[name] = s
	}
	return s
}

// find returns who a listed peer is, from memory where that is fresh.
func (e *Egress) find(ctx context.Context, p Peer) (found, error) {
	s := e.seat(p.Name)
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return found{}, context.Cause(ctx)
	}
	defer func() { <-s.turn }()
	age := e.cfg.Now().Sub(s.last.at)
	known := s.last.entry.same(p) && age >= 0
	switch {
	case known && s.last.err == nil && age < e.cfg.Limits.Fresh:
		return s.last, nil
	case known && s.last.err != nil && age < failedFor:
		return found{}, s.last.err
	}
	f, err := e.look(ctx, p)
	f.entry, f.at, f.err = p, e.cfg.Now(), err
	if f.since = f.at; bytes.Equal(f.card, s.last.card) {
		f.since = s.last.since
	}
	if ctx.Err() == nil {
		s.last = f
	}
	return f, err
}

// forget has a peer looked at anew: something that it proved before does not hold.
func (e *Egress) forget(ctx context.Context, p Peer) {
	s := e.seat(p.Name)
	select {
	case s.turn <- struct{}{}:
		s.last = found{}
		<-s.turn
	case <-ctx.Done():
	}
}

// look finds out who a peer is, and wants it to be who it was before.
func (e *Egress) look(ctx context.Context, p Peer) (found, error) {
	seen, err := e.cfg.Pins.Get(p.URL)
	if err != nil {
		return found{}, fmt.Errorf("%w: %w", errPins, err)
	}
	want := p.DID
	if want.IsZero() {
		want = seen.DID
	}
	ctx, cancel := context.WithTimeoutCause(ctx, e.cfg.Limits.Find, fmt.Errorf("%w: looking it up took more than %s", peer.ErrTimeout, e.cfg.Limits.Find))
	defer cancel()
	q, card, err := e.cfg.Client.DiscoverCard(ctx, p.URL, want)
	if err != nil {
		other := errors.Is(err, mtls.ErrPeerMismatch) || errors.Is(err, peer.ErrCardMismatch)
		if other && p.DID.IsZero() && !seen.DID.IsZero() {
			err = fmt.Errorf("%w: %w", errChanged, err)
		}
		return found{}, err
	}
	if err := p.holds(q, seen); err != nil {
		return found{}, err
	}
	return found{peer: q, card: card}, e.remember(p, q, seen)
}

// holds compares who answers with the list, and with who was met before. A key that was
// proved once has to be proved again, and so has that the peer signs its answers.
func (p Peer) holds(q peer.Peer, seen pins.Pin) error {
	if p.Key != nil && !p.Key.Equal(q.Key) {
		return fmt.Errorf("%w: %s", errListedKey, q.DID)
	}
	if seen.DID != q.DID { // the list says so, or nothing was seen
		return nil
	}
	switch {
	case seen.Key != nil && p.Key == nil && !seen.Key.Equal(q.Key):
		return fmt.Errorf("%w: the key of %s", errChanged, q.DID)
	case seen.Signs && !q.SignedAnswers:
		return fmt.Errorf("%w: %s signed its answers, and says no more that it does", errChanged, q.DID)
	}
	return nil
}

// remember keeps what is new of a peer.
func (e *Egress) remember(p Peer, q peer.Peer, seen pins.Pin) error {
	now := pins.Pin{DID: q.DID, Key: q.Key, Signs: q.SignedAnswers, Since: seen.Since}
	if now.DID == seen.DID && now.Key.Equal(seen.Key) && now.Signs == seen.Signs {
		return nil
	}
	if now.DID != seen.DID {
		now.Since = e.cfg.Now()
	}
	if err := e.cfg.Pins.Set(p.URL, now); err != nil {
		return fmt.Errorf("%w: %w", errPins, err)
	}
	e.cfg.Log.Info("a peer is remembered", "peer", p.Name, "address", p.URL, "did", q.DID, "card", string(q.Card.State), "signs_answers", q.SignedAnswers)
	return nil
}
