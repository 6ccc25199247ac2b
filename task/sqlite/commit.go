package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/getbindu/bindu-go/internal/turns"
)

const (
	// together is how many changes commit together at most.
	together = 32
	// long is how long a transaction takes further changes.
	long = 10 * time.Millisecond
)

// errPanic ends the part of a transaction in which a change panicked.
var errPanic = errors.New("a change of the tasks panicked")

// pending is a change that waits for the transaction that it will be part of.
type pending struct {
	ctx      context.Context
	fn       func(ctx context.Context, tx *sql.Tx) error
	done     chan struct{}
	own      error // what it says itself, as a part of a transaction
	err      error // what is told
	panicked any
}

// committer lets changes that wait together commit together: what SQLite does for a
// commit, and for each page that several of them change, is done once.
type committer struct {
	lead chan struct{} // one place, for who carries out what waits, all of it its own or not
	long time.Duration

	mu   sync.Mutex
	line turns.Line[*pending] // owners take turns
}

func newCommitter() *committer { return &committer{lead: make(chan struct{}, 1), long: long} }

func (c *committer) push(owner string, p *pending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line.Push(owner, p)
}

// pop takes the change whose turn it is, nil if none waits.
func (c *committer) pop() *pending {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.line.Len() == 0 {
		return nil
	}
	return c.line.Pop()
}

// remove reports whether a change still waited; it does not any more.
func (c *committer) remove(owner string, p *pending) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.line.Remove(owner, func(other *pending) bool { return other == p })
}

// gather lets those come along who are about to ask, as long as some do: whoever runs on the
// same processor has had no moment to, and would have a commit of its own.
func (c *committer) gather() {
	for before, n := 0, c.waiting(); n > before && n < together; n = c.waiting() {
		before = n
		runtime.Gosched()
	}
}

// waiting returns how many wait for their turn.
func (c *committer) waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.line.Len()
}

// commit carries a change out, in a transaction that others may be part of. It is stored,
// or its error known, when commit returns. Waiting for the owner's turn ends with ctx.
func (s *Store) commit(ctx context.Context, owner string, fn func(ctx context.Context, tx *sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p := &pending{ctx: context.WithoutCancel(ctx), fn: fn, done: make(chan struct{}), err: errPanic}
	s.commits.push(owner, p)
	gone := ctx.Done()
	for waits := true; waits; {
		select {
		case <-p.done:
			waits = false
		case s.commits.lead <- struct{}{}:
			s.carryOut()
			s.keepLogSmall(p.ctx)
		case <-gone:
			if s.commits.remove(owner, p) {
				return ctx.Err()
			}
			gone = nil // it has its turn
		}
	}
	if p.panicked != nil {
		panic(p.panicked)
	}
	return p.err
}

// carryOut carries out what waits, in one transaction unless that would be long, and lets
// somebody else lead. Whatever panics, everybody is told.
func (s *Store) carryOut() {
	defer func() { <-s.commits.lead }()
	if s.log.isFull() {
		return
	}
	defer s.measure()
	s.commits.gather()
	first := s.commits.pop()
	if first == nil {
		return
	}
	taken := []*pending{first}
	tell := sync.OnceFunc(func() {
		for _, p := range taken {
			close(p.done)
		}
	})
	defer tell()
	err := inTx(first.ctx, s.write, nil, func(_ context.Context, tx *sql.Tx) error {
		began := time.Now()
		if err := first.run(tx); err != nil {
			return err // there is nothing else in the transaction
		}
		for len(taken) < together && time.Since(began) < s.commits.long {
			p := s.commits.pop()
			if p == nil {
				break
			}
			taken = append(taken, p)
			if err := s.part(tx, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.apart(taken, err)
	} else {
		for _, p := range taken {
			p.err = p.own
		}
	}
}
