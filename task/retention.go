package task

import (
	"context"
	"errors"
	"time"
)

const (
	// sweepEvery is how often old tasks are looked for.
	sweepEvery = 10 * time.Minute
	// sweepPause lets others write between two batches of a sweep.
	sweepPause = 20 * time.Millisecond
	// sweepBatch is how many tasks are deleted at once.
	sweepBatch = 100
)

// keepHouse deletes what has outlived [Config.Retention], at once and then every
// sweepEvery, until ctx ends.
func (s *Service) keepHouse(ctx context.Context) {
	for {
		s.sweep(ctx)
		if !pause(ctx, sweepEvery) {
			return
		}
	}
}

// sweep deletes what is too old by now. What fails is tried by the next one.
func (s *Service) sweep(ctx context.Context) {
	before, total := s.now().Add(-s.cfg.Retention), 0
	for {
		n, err := s.store.Expire(ctx, before, sweepBatch)
		total += n
		if err != nil && !errors.Is(err, context.Canceled) {
			s.cfg.Logger.Warn("old tasks could not be deleted", "error", err)
		}
		if err != nil || n == 0 || !pause(ctx, sweepPause) {
			break
		}
	}
	if total > 0 {
		s.cfg.Logger.Info("old tasks deleted", "count", total, "unchanged_since", before)
	}
}

// pause reports whether d has passed before ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// StorageErr returns why tasks cannot be stored at present, nil if they can. It
// is tried every second until it works again, whether requests come or not.
func (s *Service) StorageErr() error { return s.store.failing() }
