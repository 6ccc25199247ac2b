package task

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// probeEvery is the pause between attempts to write to a store that failed.
// Without them an agent that gets no requests while it is not ready would never
// learn that it is again.
const probeEvery = time.Second

// storage is a store that remembers whether it can be written.
type storage struct {
	Store
	log  *slog.Logger
	ctx  context.Context // of the probes
	stop context.CancelFunc

	mu      sync.Mutex
	err     error // of the last failure, nil after the next write that succeeded
	probing bool
	closed  bool
	probes  sync.WaitGroup
}

func newStorage(store Store, log *slog.Logger) *storage {
	ctx, stop := context.WithCancel(context.Background())
	return &storage{Store: store, log: log, ctx: ctx, stop: stop}
}

// failing returns why the store cannot be used, nil if it can.
func (s *storage) failing() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// close ends the probes.
func (s *storage) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	s.probes.Wait()
}

// note takes the outcome of an operation in; wrote says that it reached the
// disk. It returns the outcome.
func (s *storage) note(err error, wrote bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case errors.Is(err, ErrStorage):
		if s.err == nil {
			s.log.Error("tasks cannot be stored; requests get storage_unavailable until they can", "error", err)
		}
		s.err = err
		if !s.probing && !s.closed {
			s.probing = true
			s.probes.Go(s.probe)
		}
	case err == nil && wrote && s.err != nil:
		s.log.Info("tasks can be stored again")
		s.err = nil
	}
	return err
}

// probe tries to write until something was written.
func (s *storage) probe() {
	timer := time.NewTimer(probeEvery)
	defer timer.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-timer.C:
		}
		if s.failing() != nil {
			ctx, cancel := context.WithTimeout(s.ctx, persistTimeout)
			_ = s.note(s.Store.Probe(ctx), true)
			cancel()
		}
		if s.recovered() {
			return
		}
		timer.Reset(probeEvery)
	}
}

// recovered ends the probing if there is nothing to probe.
func (s *storage) recovered() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.probing = s.err != nil
	return !s.probing
}

// Submit implements [Store].
func (s *storage) Submit(ctx context.Context, sub Submission) (Submitted, error) {
	out, err := s.Store.Submit(ctx, sub)
	return out, s.note(err, !out.Duplicate)
}

// Transition implements [Store].
func (s *storage) Transition(ctx context.Context, owner, id string, t Transition) error {
	return s.note(s.Store.Transition(ctx, owner, id, t), true)
}

// Get implements [Store].
func (s *storage) Get(ctx context.Context, owner, id string, history int) (*a2a.Task, error) {
	t, err := s.Store.Get(ctx, owner, id, history)
	return t, s.note(err, false)
}

// List implements [Store].
func (s *storage) List(ctx context.Context, owner string, f Filter) (Page, error) {
	page, err := s.Store.List(ctx, owner, f)
	return page, s.note(err, false)
}

// Contexts implements [Store].
func (s *storage) Contexts(ctx context.Context, owner string, limit int) ([]Context, error) {
	all, err := s.Store.Contexts(ctx, owner, limit)
	return all, s.note(err, false)
}

// ClearContext implements [Store].
func (s *storage) ClearContext(ctx context.Context, owner, contextID string) (int, error) {
	n, err := s.Store.ClearContext(ctx, owner, contextID)
	return n, s.note(err, n > 0)
}

// AddFeedback implements [Store].
func (s *storage) AddFeedback(ctx context.Context, owner string, f Feedback) error {
	return s.note(s.Store.AddFeedback(ctx, owner, f), true)
}

// Expire implements [Store].
func (s *storage) Expire(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := s.Store.Expire(ctx, before, limit)
	return n, s.note(err, n > 0)
}

// Append implements [Store].
func (s *storage) Append(ctx context.Context, owner, id string, c Chunk) error {
	return s.note(s.Store.Append(ctx, owner, id, c), true)
}

// Events implements [Store].
func (s *storage) Events(ctx context.Context, owner, id string, after int64, limit int) ([]Event, Head, error) {
	all, head, err := s.Store.Events(ctx, owner, id, after, limit)
	return all, head, s.note(err, false)
}

// Tell implements [Store].
func (s *storage) Tell(ctx context.Context, owner, id string) (bool, error) {
	works, err := s.Store.Tell(ctx, owner, id)
	return works, s.note(err, works)
}

// Hold implements [Store]. It writes less than would show that messages can be stored.
func (s *storage) Hold(ctx context.Context, holder string, d time.Duration) error {
	return s.note(s.Store.Hold(ctx, holder, d), false)
}

// TakeLost implements [Store].
func (s *storage) TakeLost(ctx context.Context, r Recovery, run string, at time.Time) (Taken, error) {
	taken, err := s.Store.TakeLost(ctx, r, run, at)
	return taken, s.note(err, taken.Task != nil)
}

// FailLost implements [Store].
func (s *storage) FailLost(ctx context.Context, r Recovery) ([]Lost, error) {
	lost, err := s.Store.FailLost(ctx, r)
	return lost, s.note(err, len(lost) > 0)
}
