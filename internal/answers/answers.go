// Package answers bounds what the answers of this process to one caller hold
// while they are made and while a slow reader takes them.
package answers

import (
	"context"
	"errors"
	"hash/maphash"
	"sync"
	"time"
)

// Errors of an [Answer].
var (
	// ErrFull: the caller's answers hold as much as they may. It should read
	// those that it has asked for.
	ErrFull = errors.New("the answers to this caller hold as many bytes as they may")
	// ErrTurn: a large answer has to wait for its turn, see [Answer.Wait].
	ErrTurn = errors.New("a large answer has to wait for its turn")
)

const (
	shards = 64
	// large is what makes an answer wait until no other large one is made for
	// the same caller: reading and encoding it takes a processor for a while.
	large = 256 << 10
	// patience is how long it may wait.
	patience = 10 * time.Second
)

// Pool holds the account of every caller that is being answered.
type Pool struct {
	limit  int64
	seed   maphash.Seed
	shards [shards]shard
}

type shard struct {
	mu      sync.Mutex
	callers map[string]*account
}

// account is that of one caller, for as long as it has answers.
type account struct {
	held    int64
	answers int
	turn    chan struct{} // in it is who makes a large answer; nil until somebody wants to
}

// New returns a pool in which the answers to one caller hold at most limit
// bytes. A single answer may be larger, when it is the only one.
func New(limit int64) *Pool {
	p := &Pool{limit: limit, seed: maphash.MakeSeed()}
	for i := range p.shards {
		p.shards[i].callers = make(map[string]*account)
	}
	return p
}

// Answer is one answer. It is used by one goroutine at a time.
type Answer struct {
	limit   int64
	caller  string
	shard   *shard
	account *account
	held    int64
	turn    bool
}

// Begin opens the account of an answer. The caller of Begin must call End.
func (p *Pool) Begin(caller string) *Answer {
	s := &p.shards[maphash.String(p.seed, caller)%shards]
	s.mu.Lock()
	defer s.mu.Unlock()
	acc, ok := s.callers[caller]
	if !ok {
		acc = new(account)
		s.callers[caller] = acc
	}
	acc.answers++
	return &Answer{limit: p.limit, caller: caller, shard: s, account: acc}
}

// Reserve charges for an answer of so many bytes before it is read, if that is
// more than was charged. 0 says that nothing is read for now, and lets others
// have their turn. Errors: [ErrTurn], [ErrFull]; then nothing is charged.
func (a *Answer) Reserve(bytes int64) error {
	if bytes == 0 {
		a.pass()
	}
	if bytes <= a.held {
		return nil
	}
	a.shard.mu.Lock()
	defer a.shard.mu.Unlock()
	switch {
	case !a.fits(bytes): // then waiting is of no use
		return ErrFull
	case bytes > large && !a.turn:
		return ErrTurn
	}
	a.account.held += bytes - a.held
	a.held = bytes
	return nil
}

// fits tells whether there is room. The caller holds the shard.
func (a *Answer) fits(bytes int64) bool {
	others := a.account.held - a.held
	return bytes <= a.held || others == 0 || others+bytes <= a.limit
}

// Wait waits for the turn that a large answer needs. [ErrFull] after 10 s: those
// before it are not made faster than they are read.
func (a *Answer) Wait(ctx context.Context) error {
	if a.turn {
		return nil
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case a.line() <- struct{}{}:
		a.turn = true
		return nil
	case <-timer.C:
		return ErrFull
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// line is where those wait who make large answers for one caller.
func (a *Answer) line() chan struct{} {
	a.shard.mu.Lock()
	defer a.shard.mu.Unlock()
	if a.account.turn == nil {
		a.account.turn = make(chan struct{}, 1)
	}
	return a.account.turn
}

// Made replaces the charge by what the answer came to, and lets the next large
// one be made. With [ErrFull] the answer must be dropped.
func (a *Answer) Made(bytes int64) error {
	a.pass()
	a.shard.mu.Lock()
	defer a.shard.mu.Unlock()
	if !a.fits(bytes) {
		return ErrFull
	}
	a.account.held += bytes - a.held
	a.held = bytes
	return nil
}

// End gives back what the answer held.
func (a *Answer) End() {
	a.pass()
	s := a.shard
	s.mu.Lock()
	defer s.mu.Unlock()
	a.account.held -= a.held
	a.held = 0
	if a.account.answers--; a.account.answers == 0 {
		delete(s.callers, a.caller)
	}
}

func (a *Answer) pass() {
	if a.turn {
		<-a.account.turn
		a.turn = false
	}
}
