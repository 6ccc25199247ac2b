package a2a

import (
	"context"

	legacy "github.com/a2aproject/a2a-go/a2a"
	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2acompat/a2av0"
	"github.com/go-json-experiment/json/jsontext"
)

func (v version1) createPush(ctx context.Context, params jsontext.Value) (any, error) {
	var req a2a.PushConfig
	if err := decode1(params, &req, &req.Tenant); err != nil {
		return nil, err
	}
	return v.tasks.MakePush(ctx, &req, formV1)
}

func (v version1) getPush(ctx context.Context, params jsontext.Value) (any, error) {
	var req a2a.GetTaskPushConfigRequest
	if err := decode1(params, &req, &req.Tenant); err != nil {
		return nil, err
	}
	return v.tasks.GetTaskPushConfig(ctx, &req)
}

func (v version1) listPushes(ctx context.Context, params jsontext.Value) (any, error) {
	var req a2a.ListTaskPushConfigRequest
	if err := decode1(params, &req, &req.Tenant); err != nil {
		return nil, err
	}
	return v.tasks.ListTaskPushConfigs(ctx, &req)
}

func (v version1) deletePush(ctx context.Context, params jsontext.Value) (any, error) {
	var req a2a.DeleteTaskPushConfigRequest
	if err := decode1(params, &req, &req.Tenant); err != nil {
		return nil, err
	}
	return struct{}{}, v.tasks.DeleteTaskPushConfig(ctx, &req)
}

// pushParams are those of the methods of A2A 0.3. Clients of the reference name the task
// by id where they set a webhook, which tells them from others.
type pushParams struct {
	taskParams
	ConfigID string             `json:"pushNotificationConfigId"`
	Config   *legacy.PushConfig `json:"pushNotificationConfig"`
}

func decodePush(params jsontext.Value) (p pushParams, id string, err error) {
	if err = decode(params, &p); err != nil {
		return p, "", err
	}
	id, err = p.id()
	return p, id, err
}

// setPush makes a webhook. One without an id has that of its task, so that clients who
// know of one webhook replace it.
func (v version03) setPush(ctx context.Context, params jsontext.Value) (any, error) {
	p, id, err := decodePush(params)
	if err != nil {
		return nil, err
	}
	if p.Config == nil {
		p.Config = new(legacy.PushConfig) // which the service refuses for want of a URL
	}
	form := formV03
	if p.TaskID == "" {
		form = formReference
	}
	made, err := v.tasks.MakePush(ctx, push03(id, p.Config), form)
	if err != nil {
		return nil, err
	}
	return toPush03(made), nil
}

// push03 is a webhook of a task as A2A 1.0 has it.
func push03(taskID string, c *legacy.PushConfig) *a2a.PushConfig {
	p := a2av0.ToV1PushConfig(&legacy.TaskPushConfig{TaskID: legacy.TaskID(taskID), Config: *c})
	if p.ID == "" {
		p.ID = taskID
	}
	return p
}

// taskPush03 is a webhook with its task, which the reference names id.
type taskPush03 struct {
	*legacy.TaskPushConfig
	ID legacy.TaskID `json:"id"`
}

func toPush03(p *a2a.PushConfig) taskPush03 {
	c := a2av0.FromV1PushConfig(p)
	return taskPush03{c, c.TaskID}
}

// getPush returns the webhook that is named, or else the first.
func (v version03) getPush(ctx context.Context, params jsontext.Value) (any, error) {
	p, id, err := decodePush(params)
	if err != nil {
		return nil, err
	}
	if p.ConfigID == "" {
		all, err := v.tasks.ListTaskPushConfigs(ctx, &a2a.ListTaskPushConfigRequest{TaskID: a2a.TaskID(id)})
		if err != nil {
			return nil, err
		}
		if len(all.Configs) > 0 {
			return toPush03(all.Configs[0]), nil
		}
	}
	found, err := v.tasks.GetTaskPushConfig(ctx, &a2a.GetTaskPushConfigRequest{TaskID: a2a.TaskID(id), ID: p.ConfigID})
	if err != nil {
		return nil, err
	}
	return toPush03(found), nil
}

func (v version03) listPushes(ctx context.Context, params jsontext.Value) (any, error) {
	_, id, err := decodePush(params)
	if err != nil {
		return nil, err
	}
	found, err := v.tasks.ListTaskPushConfigs(ctx, &a2a.ListTaskPushConfigRequest{TaskID: a2a.TaskID(id)})
	if err != nil {
		return nil, err
	}
	all := make([]taskPush03, len(found.Configs))
	for i, c := range found.Configs {
		all[i] = toPush03(c)
	}
	return all, nil
}

func (v version03) deletePush(ctx context.Context, params jsontext.Value) (any, error) {
	p, id, err := decodePush(params)
	if err != nil {
		return nil, err
	}
	return nil, v.tasks.DeleteTaskPushConfig(ctx, &a2a.DeleteTaskPushConfigRequest{TaskID: a2a.TaskID(id), ID: p.ConfigID})
}
