package task

import (
	"context"
	"errors"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// maxContexts bounds a list of contexts.
const maxContexts = 100

// Contexts returns the caller's contexts, the most recently updated first: at
// most limit of them, and at most 100 in any case; 0 means the most.
func (s *Service) Contexts(ctx context.Context, limit int) ([]Context, error) {
	_, owner, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	if limit < 0 {
		return nil, invalid("length must not be negative")
	}
	if limit == 0 || limit > maxContexts {
		limit = maxContexts
	}
	return s.store.Contexts(ctx, owner, limit)
}

// ClearContext deletes the caller's tasks of a context, ending those that run,
// and returns how many there were. ErrContextNotFound if there were none. The
// holder of the administrators' permission may clear a context of anybody.
func (s *Service) ClearContext(ctx context.Context, contextID string) (int, error) {
	who, owner, err := caller(ctx)
	if err != nil {
		return 0, err
	}
	switch {
	case contextID == "" || blank(contextID):
		return 0, invalid("contextId is required and must not be blank")
	case !validID(contextID):
		return 0, ErrContextNotFound
	}
	n, err := s.clear(ctx, owner, contextID)
	if errors.Is(err, ErrContextNotFound) && s.isAdmin(who) {
		return s.clearForeign(ctx, contextID)
	}
	return n, err
}

func (s *Service) clearForeign(ctx context.Context, contextID string) (int, error) {
	owners, err := s.store.ContextOwners(ctx, contextID)
	if err != nil {
		return 0, err
	}
	owner, err := onlyOne(owners, ErrContextNotFound)
	if err != nil {
		return 0, err
	}
	return s.clear(ctx, owner, contextID)
}

func (s *Service) clear(ctx context.Context, owner, contextID string) (int, error) {
	n, err := s.store.ClearContext(ctx, owner, contextID)
	if n > 0 {
		s.feed.wakeOwner(owner) // whose tasks are gone reads it
	}
	if err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, ErrContextNotFound
	}
	return n, nil
}

// Feedback stores what the caller thinks of one of its tasks.
func (s *Service) Feedback(ctx context.Context, f Feedback) error {
	_, owner, err := caller(ctx)
	if err != nil {
		return err
	}
	if err := checkTaskID(a2a.TaskID(f.TaskID)); err != nil {
		return err
	}
	switch {
	case f.Text == "":
		return invalid("feedback is required")
	case f.Rating < 0 || f.Rating > 5:
		return invalid("rating must be between 1 and 5")
	}
	f.At, f.MaxBytes, f.MakeRoom = s.now(), s.cfg.Limits.Bytes, s.cfg.MakeRoom
	return s.store.AddFeedback(ctx, owner, f)
}
