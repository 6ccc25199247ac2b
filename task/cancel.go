package task

import (
	"context"
	"errors"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/identity"
)

// CancelTask implements A2A 1.0 section 3.1.5. The holder of the
// administrators' permission may cancel a task of anybody, and is then told its
// state but not its content.
func (s *Service) CancelTask(ctx context.Context, req *a2a.CancelTaskRequest) (*a2a.Task, error) {
	who, owner, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkTaskID(req.ID); err != nil {
		return nil, err
	}
	id := string(req.ID)
	err = s.cancel(ctx, key{owner, id})
	if errors.Is(err, ErrNotFound) && s.isAdmin(who) {
		return s.cancelForeign(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	// It is canceled: the answer must not fail for want of room.
	return s.store.Get(WithReserve(ctx, nil), owner, id, -1)
}

func (s *Service) cancelForeign(ctx context.Context, id string) (*a2a.Task, error) {
	owners, err := s.store.TaskOwners(ctx, id)
	if err != nil {
		return nil, err
	}
	owner, err := onlyOne(owners, ErrNotFound)
	if err != nil {
		return nil, err
	}
	if err := s.cancel(ctx, key{owner, id}); err != nil {
		return nil, err
	}
	t, err := s.store.Get(WithReserve(ctx, nil), owner, id, 0)
	if err != nil {
		return nil, err
	}
	t.Artifacts = nil
	return t, nil
}

// cancel decides in the store. The execution reads it there.
func (s *Service) cancel(ctx context.Context, k key) error {
	err := s.store.Transition(ctx, k.owner, k.id, Transition{To: a2a.TaskStateCanceled, At: s.now()})
	if errors.Is(err, ErrEnded) {
		return ErrNotCancelable
	}
	if err != nil {
		return err
	}
	s.arm(k)
	s.feed.wake(k)
	return nil
}

func (s *Service) isAdmin(who identity.Caller) bool {
	return s.cfg.AdminPermission != "" && who.HasScope(s.cfg.AdminPermission)
}

// onlyOne returns the owner of an id that clients may have chosen: with two
// owners it does not say whose is meant.
func onlyOne(owners []string, notFound error) (string, error) {
	switch len(owners) {
	case 0:
		return "", notFound
	case 1:
		return owners[0], nil
	default:
		return "", invalid("several callers use this id; only its owner can be precise")
	}
}
