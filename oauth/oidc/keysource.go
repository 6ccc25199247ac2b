package oidc

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/getbindu/bindu-go/internal/retry"
	"github.com/getbindu/bindu-go/oauth"
)

// keySource holds the keys of one issuer. All fetches happen in run, so there is
// never more than one at a time; readers load an immutable set.
type keySource struct {
	issuer   Issuer
	allowed  algorithmSet
	fetch    fetcher
	limits   keyLimits
	insecure bool // http on loopback is allowed
	now      func() time.Time
	log      *slog.Logger

	set     atomic.Pointer[keySet] // nil until the first fetch
	jwksURI string                 // discovered; used by refresh only
	forced  singleflight.Group     // the fetch that requests wait for
	wake    chan chan<- error      // asks run for it
	stopped chan struct{}          // closed when run ends

	mu         sync.Mutex // for unknown keys and failures, not on the path of a known key
	lastForced time.Time
	lastErr    error          // of the latest fetch, nil after a success
	closed     bool           // no further forced fetch begins
	waiting    sync.WaitGroup // forced fetches
}

// keyLimits are the times of a key source.
type keyLimits struct {
	refresh  time.Duration // between successful fetches
	maxStale time.Duration // keys older than this are not used
	forced   time.Duration // least time between fetches for unknown keys
}

// Backoff after a failed fetch, doubled each time.
const (
	firstRetry = time.Second
	lastRetry  = time.Minute
)

// run refreshes until ctx ends. ready says that the first fetch already happened.
func (s *keySource) run(ctx context.Context, ready bool) {
	delay, retries := time.Duration(0), retry.NewDoubling(firstRetry, min(lastRetry, s.limits.refresh))
	if ready {
		delay = s.limits.refresh
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	defer s.stop()
	for {
		var done chan<- error // of a forced fetch
		select {
		case <-ctx.Done():
			return
		case done = <-s.wake:
		case <-timer.C:
		}
		err := s.refresh(ctx, done != nil)
		if err == nil {
			delay = s.limits.refresh
			retries.Reset()
		} else {
			delay = retries.Next()
		}
		if err != nil && ctx.Err() == nil { // a stop is no failure
			s.log.WarnContext(ctx, "keys of the issuer were not refreshed", "issuer", s.issuer.Issuer, "error", err, "retry_in", delay)
		}
		timer.Reset(delay)
		s.note(err)
		// A fetch that was under way when they came may be too old for those who wait.
		if done != nil {
			done <- err
		}
	}
}

// refresh replaces the set. A failure leaves the old one, which ages. The
// address is discovered again now and then, but not for a request that waits.
func (s *keySource) refresh(ctx context.Context, forced bool) error {
	uri := s.issuer.JWKSURI
	if uri == "" {
		if s.jwksURI == "" || !forced {
			m, err := s.fetch.discover(ctx, s.issuer.Issuer, s.insecure)
			if err != nil {
				return err
			}
			if m.JWKSURI == "" {
				return fmt.Errorf("%w: the discovery document has no jwks_uri", oauth.ErrInvalidResponse)
			}
			s.jwksURI = m.JWKSURI
		}
		uri = s.jwksURI
	}
	started := s.now()
	data, err := s.fetch.getJSON(ctx, uri)
	if err != nil {
		return err
	}
	set, skipped, err := parseKeySet(data, s.allowed)
	for _, k := range skipped {
		s.log.DebugContext(ctx, "key of the issuer is not used", "issuer", s.issuer.Issuer, "key_id", clip(k.ID), "reason", k.Reason)
	}
	if err != nil {
		return err
	}
	set.fetchedAt = started
	s.set.Store(set)
	return nil
}

// note records the outcome of a fetch.
func (s *keySource) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastErr = err
}

// stop refuses further fetches and ends the waits for one.
func (s *keySource) stop() {
	s.mu.Lock()
	s.closed, s.lastErr = true, ErrClosed
	s.mu.Unlock()
	close(s.stopped)
	s.waiting.Wait()
}
