package task

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// lease keeps the runs of this process alive. Who has no runs needs none.
type lease struct {
	store  Store
	holder string
	pace   pace

	mu    sync.Mutex
	until time.Time // by our clock and from before it was asked for; zero for none
}

// hold makes sure of the lease before a run begins.
func (l *lease) hold(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Until(l.until) > l.pace.renew() {
		return nil
	}
	return l.renew(ctx)
}

func (l *lease) renew(ctx context.Context) error {
	until := time.Now().Add(l.pace.lease)
	if err := l.store.Hold(ctx, l.holder, l.pace.lease); err != nil {
		return err
	}
	l.until = until
	return nil
}

// keepLease renews the lease while there are runs, and fails what others lost,
// until ctx ends.
func (s *Service) keepLease(ctx context.Context) {
	for pause(ctx, s.lease.pace.renew()) {
		if err := s.renewLease(ctx); err != nil && ctx.Err() == nil {
			s.cfg.Logger.Warn("the lease of the running tasks could not be renewed", "error", err)
		}
		if s.pool.isClosed() {
			continue // who goes on takes what is lost
		}
		if _, err := s.recover(ctx, false); err != nil && ctx.Err() == nil {
			s.cfg.Logger.Warn("tasks that another process left running could not be taken over", "error", err)
		}
	}
}

func (s *Service) renewLease(ctx context.Context) error {
	if s.pool.isIdle() {
		return nil
	}
	s.lease.mu.Lock()
	defer s.lease.mu.Unlock()
	return s.lease.renew(ctx)
}

// release ends the lease: what this process left unfinished is lost at once.
func (l *lease) release(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.until.IsZero() {
		return nil
	}
	l.until = time.Time{}
	return l.store.Release(ctx, l.holder)
}

// Recover fails what was submitted or working when the process that ran it ended,
// and returns how many tasks that were; a [Repeatable] executor begins anew what it
// may. Call it before serving, and only while no other process runs tasks from the
// same store: it waits for no lease to end. What other processes lose later is
// treated so when their lease has ended.
func (s *Service) Recover(ctx context.Context) (int, error) {
	n, err := s.recover(ctx, true)
	if err != nil {
		return 0, fmt.Errorf("recovering tasks: %w", err)
	}
	return n, nil
}

func (s *Service) recover(ctx context.Context, alone bool) (int, error) {
	taken, err := s.runAgain(ctx, alone)
	if err != nil {
		return taken, err
	}
	n, err := s.failLost(ctx, alone)
	return taken + n, err
}

func (s *Service) failLost(ctx context.Context, alone bool) (int, error) {
	t := s.failure(failRestart)
	t.At = s.now()
	lost, err := s.store.FailLost(ctx, Recovery{Holder: s.lease.holder, Alone: alone, Transition: t})
	for _, l := range lost {
		if !alone { // a start says how many there were
			s.cfg.Logger.Warn("task failed", "task", l.ID, "owner", l.Owner, "reason", failRestart.Reason)
		}
		s.feed.wake(key{l.Owner, l.ID})
	}
	return len(lost), err
}
