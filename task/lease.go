package task

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// leaseFor is how long the runs of a process outlive it at most, where others
// use its store; renewEvery is the pause between renewals.
const (
	leaseFor   = time.Minute
	renewEvery = leaseFor / 3
)

// lease keeps the runs of this process alive. Who holds none has no runs: it
// begins with the first message.
type lease struct {
	store  Store
	holder string

	mu     sync.Mutex
	until  time.Time // by our clock and from before it was asked for
	renews bool
	closed bool
}

// hold makes sure of the lease before a run begins, and has it renewed from then on.
func (l *lease) hold(ctx context.Context, renew func()) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Until(l.until) > leaseFor/3 {
		return nil
	}
	if err := l.renew(ctx); err != nil {
		return err
	}
	if !l.renews && !l.closed {
		l.renews = true
		renew()
	}
	return nil
}

func (l *lease) renew(ctx context.Context) error {
	until := time.Now().Add(leaseFor)
	if err := l.store.Hold(ctx, l.holder, leaseFor); err != nil {
		return err
	}
	l.until = until
	return nil
}

// renewLease renews the lease, and fails what others lost, until ctx ends.
func (s *Service) renewLease(ctx context.Context) {
	for pause(ctx, renewEvery) {
		s.lease.mu.Lock()
		err := s.lease.renew(ctx)
		s.lease.mu.Unlock()
		if err == nil {
			_, err = s.failLost(ctx, false)
		}
		if err != nil && ctx.Err() == nil {
			s.cfg.Logger.Warn("the lease of the running tasks could not be renewed", "error", err)
		}
	}
}

// release ends the lease: what this process left unfinished is lost at once.
func (l *lease) release(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.until.IsZero() {
		return nil
	}
	l.until = time.Time{}
	return l.store.Release(ctx, l.holder)
}

// Recover fails what was submitted or working when the process that ran it
// ended. Call it before serving, and only while no other process runs tasks
// from the same store: it waits for no lease to end. What other processes lose
// later is failed when their lease has ended.
func (s *Service) Recover(ctx context.Context) (int, error) {
	n, err := s.failLost(ctx, true)
	if err != nil {
		return 0, fmt.Errorf("recovering tasks: %w", err)
	}
	return n, nil
}

func (s *Service) failLost(ctx context.Context, alone bool) (int, error) {
	t := s.failure(failRestart)
	t.At = s.now()
	lost, err := s.store.FailLost(ctx, Recovery{Holder: s.lease.holder, Alone: alone, Transition: t})
	for _, l := range lost {
		s.cfg.Logger.Warn("task failed", "task", l.ID, "owner", l.Owner, "reason", failRestart.Reason)
		s.feed.wake(key{l.Owner, l.ID})
	}
	return len(lost), err
}
