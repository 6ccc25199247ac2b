package a2a

import (
	"context"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/task"
)

// version1 carries out the methods of A2A 1.0.
type version1 struct{ tasks *task.Service }

// decode1 reads parameters of 1.0, of which tenant is one.
func decode1(params jsontext.Value, into any, tenant *string) error {
	if err := decode(params, into); err != nil {
		return err
	}
	return noTenant(*tenant)
}

// noTenant refuses a request that is for a tenant. Clients name the one that the card's
// interface has (section 8.3.2); ours has none, so that whoever names one means another
// agent, and would be answered by the wrong one.
func noTenant(tenant string) error {
	if tenant == "" {
		return nil
	}
	return invalidParams("tenant: this agent has none, also not " + quote(tenant) + ": leave it out, as the card does")
}

func sendRequest(params jsontext.Value) (*a2a.SendMessageRequest, error) {
	var req a2a.SendMessageRequest
	if err := decode1(params, &req, &req.Tenant); err != nil {
		return nil, err
	}
	if req.Config != nil && req.Config.PushConfig != nil {
		return &req, noTenant(req.Config.PushConfig.Tenant)
	}
	return &req, nil
}

func (v version1) sendMessage(ctx context.Context, params jsontext.Value) (any, error) {
	req, err := sendRequest(params)
	if err != nil {
		return nil, err
	}
	result, err := v.tasks.Send(ctx, req, task.SendOptions{PushForm: formV1})
	if err != nil {
		return nil, err
	}
	return a2a.StreamResponse{Event: result}, nil
}

func (v version1) sendStreamingMessage(ctx context.Context, params jsontext.Value, opt task.StreamOptions) (stream, error) {
	req, err := sendRequest(params)
	if err != nil {
		return stream{}, err
	}
	opt.PushForm = formV1
	return stream{updates: v.tasks.SendStream(ctx, req, opt), event: event1}, nil
}

func (v version1) subscribeToTask(ctx context.Context, params jsontext.Value, opt task.StreamOptions) (stream, error) {
	var req a2a.SubscribeToTaskRequest
	if err := decode1(params, &req, &req.Tenant); err != nil {
		return stream{}, err
	}
	return stream{updates: v.tasks.Subscribe(ctx, &req, opt), event: event1}, nil
}

func event1(e a2a.Event) (any, error) { return a2a.StreamResponse{Event: e}, nil }

func (v version1) getTask(ctx context.Context, params jsontext.Value) (any, error) {
	var req a2a.GetTaskRequest
	if err := decode1(params, &req, &req.Tenant); err != nil {
		return nil, err
	}
	return v.tasks.GetTask(ctx, &req)
}

func (v version1) listTasks(ctx context.Context, params jsontext.Value) (any, error) {
	var req a2a.ListTasksRequest
	if params != nil {
		if err := decode1(params, &req, &req.Tenant); err != nil {
			return nil, err
		}
	}
	return v.tasks.ListTasks(ctx, &req)
}

func (v version1) cancelTask(ctx context.Context, params jsontext.Value) (any, error) {
	var req a2a.CancelTaskRequest
	if err := decode1(params, &req, &req.Tenant); err != nil {
		return nil, err
	}
	return v.tasks.CancelTask(ctx, &req)
}
