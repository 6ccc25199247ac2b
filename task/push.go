package task

import (
	"context"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// Webhooks are where owners of tasks want to be told what happens.
type Webhooks struct {
	// Outbox keeps them. It is the service's store.
	Outbox Outbox
	// Check returns a reason, fit for the peer, why a URL is not called, "" if its text
	// says nothing against it.
	Check func(url string) (why string)
	// PerTask and PerOwner are the most webhooks.
	PerTask, PerOwner int64
	// Made is called when a webhook of a task was made, or a task that rested goes on, and
	// News when something happened to a task. They must not block.
	Made, News func(owner, taskID string)
}

// CreateTaskPushConfig implements A2A 1.0 section 3.1.7. A webhook of the same id is
// replaced.
func (s *Service) CreateTaskPushConfig(ctx context.Context, req *a2a.PushConfig) (*a2a.PushConfig, error) {
	return s.MakePush(ctx, req, "")
}

// MakePush is [Service.CreateTaskPushConfig] with the form in which the webhook is told;
// see [Push].
func (s *Service) MakePush(ctx context.Context, req *a2a.PushConfig, form string) (*a2a.PushConfig, error) {
	owner, err := s.pushCaller(ctx, req != nil)
	if err != nil {
		return nil, err
	}
	if err := checkTaskID(req.TaskID); err != nil {
		return nil, err
	}
	p, err := s.newPush(req, form)
	if err != nil {
		return nil, err
	}
	if err := s.store.note(s.cfg.Webhooks.Outbox.MakePush(ctx, owner, string(req.TaskID), *p), true); err != nil {
		return nil, err
	}
	s.arm(key{owner, string(req.TaskID)})
	return p.config(req.TaskID), nil
}

// arm says that a task may have a webhook that there is something to tell again.
func (s *Service) arm(k key) {
	if s.cfg.Webhooks != nil {
		s.cfg.Webhooks.Made(k.owner, k.id)
	}
}

// GetTaskPushConfig implements A2A 1.0 section 3.1.8.
func (s *Service) GetTaskPushConfig(ctx context.Context, req *a2a.GetTaskPushConfigRequest) (*a2a.PushConfig, error) {
	all, err := s.pushes(ctx, req != nil, func() a2a.TaskID { return req.TaskID })
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if p.ID == req.ID {
			return p, nil
		}
	}
	return nil, ErrNotFound
}

// ListTaskPushConfigs implements A2A 1.0 section 3.1.9. A page has them all.
func (s *Service) ListTaskPushConfigs(ctx context.Context, req *a2a.ListTaskPushConfigRequest) (*a2a.ListTaskPushConfigResponse, error) {
	all, err := s.pushes(ctx, req != nil, func() a2a.TaskID { return req.TaskID })
	switch {
	case err != nil:
		return nil, err
	case req.PageSize < 0:
		return nil, invalid("pageSize must not be negative")
	case req.PageToken != "":
		return nil, ErrPageToken
	}
	return &a2a.ListTaskPushConfigResponse{Configs: all}, nil
}

// DeleteTaskPushConfig implements A2A 1.0 section 3.1.10. Nothing more is told; a
// delivery that is under way ends as it ends.
func (s *Service) DeleteTaskPushConfig(ctx context.Context, req *a2a.DeleteTaskPushConfigRequest) error {
	owner, err := s.pushCaller(ctx, req != nil)
	if err != nil {
		return err
	}
	if err := checkTaskID(req.TaskID); err != nil {
		return err
	}
	if err := checkPushID(req.ID); err != nil {
		return err
	}
	return s.store.note(s.cfg.Webhooks.Outbox.DropPush(ctx, owner, string(req.TaskID), req.ID), true)
}

// pushes returns the webhooks of a task of the caller.
func (s *Service) pushes(ctx context.Context, given bool, of func() a2a.TaskID) ([]*a2a.PushConfig, error) {
	owner, err := s.pushCaller(ctx, given)
	if err != nil {
		return nil, err
	}
	id := of()
	if err := checkTaskID(id); err != nil {
		return nil, err
	}
	found, err := s.cfg.Webhooks.Outbox.Pushes(ctx, owner, string(id))
	if s.store.note(err, false) != nil {
		return nil, err
	}
	all := make([]*a2a.PushConfig, len(found)) // [] on the wire, not null
	for i, p := range found {
		all[i] = p.config(id)
	}
	return all, nil
}

// pushCaller returns the caller where there are webhooks and parameters.
func (s *Service) pushCaller(ctx context.Context, given bool) (string, error) {
	_, owner, err := caller(ctx)
	switch {
	case s.cfg.Webhooks == nil:
		return "", errPush
	case err != nil:
		return "", err
	case !given:
		return "", invalid("params are required")
	}
	return owner, nil
}

// config is the webhook as the protocol has it.
func (p Push) config(id a2a.TaskID) *a2a.PushConfig {
	c := &a2a.PushConfig{TaskID: id, ID: p.ID, URL: p.URL, Token: p.Token}
	if a := p.Authentication; a != nil {
		c.Auth = &a2a.PushAuthInfo{Scheme: a.Scheme, Credentials: a.Credentials}
	}
	return c
}
