package oidc

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"time"

	"github.com/getbindu/bindu-go/oauth"
)

// key returns the key of the issuer for kid and algorithm. For an unknown kid
// the keys are fetched once more, at most once per limits.forced whoever asks.
// Errors: oauth.ErrUnknownKey; oauth.ErrUnavailable or oauth.ErrInvalidResponse
// when the keys are missing or too old, or the fetch failed.
func (s *keySource) key(ctx context.Context, kid *string, a algorithm) (crypto.PublicKey, error) {
	set, err := s.fresh()
	if err != nil {
		return nil, err
	}
	public, unknown := set.find(kid, a)
	if unknown == nil || kid == nil || len(set.byID[*kid]) > 0 {
		return public, unknown
	}
	failed := s.refetch(ctx)
	if set, err = s.fresh(); err != nil {
		return nil, err
	}
	// Looked up again in any case: the fetch of another request may have brought it.
	if public, unknown = set.find(kid, a); unknown != nil && failed != nil {
		return nil, failed
	}
	return public, unknown
}

// fresh returns the keys if they may be used.
func (s *keySource) fresh() (*keySet, error) {
	set := s.set.Load()
	if set == nil {
		return nil, s.unavailable("its keys were never fetched")
	}
	if age := s.now().Sub(set.fetchedAt); age > s.limits.maxStale {
		return nil, s.unavailable(fmt.Sprintf("its keys are %v old", age.Round(time.Second)))
	}
	return set, nil
}

func (s *keySource) unavailable(why string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failure(why)
}

// failure wraps one sentinel: the one of the latest fetch, if that failed. mu is
// held.
func (s *keySource) failure(why string) error {
	switch {
	case s.lastErr == nil:
		return fmt.Errorf("%w: issuer %s: %s", oauth.ErrUnavailable, s.issuer.Issuer, why)
	case errors.Is(s.lastErr, oauth.ErrInvalidResponse):
		return fmt.Errorf("issuer %s: %s: %w", s.issuer.Issuer, why, s.lastErr)
	default:
		return fmt.Errorf("%w: issuer %s: %s: %w", oauth.ErrUnavailable, s.issuer.Issuer, why, s.lastErr)
	}
}

// refetch waits for a fetch, its own or one that is under way. If the last one
// for an unknown key was too recent it returns at once, with the failure of that
// last one if it failed.
func (s *keySource) refetch(ctx context.Context) error {
	select {
	case r := <-s.forced.DoChan("", func() (any, error) { return nil, s.force() }):
		return r.Err
	case <-ctx.Done():
		return fmt.Errorf("%w: waiting for the keys of issuer %s: %w", oauth.ErrUnavailable, s.issuer.Issuer, ctx.Err())
	}
}

// force has run fetch the keys, if that is allowed, and waits for it.
func (s *keySource) force() error {
	if allowed, err := s.begin(); !allowed {
		return err
	}
	defer s.waiting.Done()
	done := make(chan error, 1)
	err := ErrClosed
	select {
	case s.wake <- done:
		select {
		case err = <-done:
		case <-s.stopped:
		}
	case <-s.stopped:
	}
	if err != nil {
		return s.unavailable("its keys could not be refreshed for a new key id")
	}
	return nil
}

// begin reports whether the keys may be fetched for a new key id, and what is
// wrong if they may not.
func (s *keySource) begin() (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return false, s.failure("its keys are no longer refreshed")
	case s.lastForced.IsZero() || s.now().Sub(s.lastForced) >= s.limits.forced:
		s.lastForced = s.now()
		s.waiting.Add(1)
		return true, nil
	case s.lastErr != nil:
		return false, s.failure("its keys could not be refreshed for a new key id")
	}
	return false, nil
}

// Status is what is known about the keys of one issuer.
type Status struct {
	Issuer    string
	Keys      int       // usable ones
	FetchedAt time.Time // zero: never
	Err       error     // nil: keys are there and fresh
	LastErr   error     // of the latest fetch, nil after a success
}

func (s *keySource) status() Status {
	st := Status{Issuer: s.issuer.Issuer}
	if set := s.set.Load(); set != nil {
		st.Keys, st.FetchedAt = len(set.keys), set.fetchedAt
	}
	_, st.Err = s.fresh()
	s.mu.Lock()
	defer s.mu.Unlock()
	st.LastErr = s.lastErr
	return st
}
