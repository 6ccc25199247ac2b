package a2a

import (
	"context"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/task"
)

// version1 carries out the methods of A2A 1.0.
type version1 struct{ tasks *task.Service }

func (v version1) sendMessage(ctx context.Context, params jsontext.Value) (any, error) {
	var req a2a.SendMessageRequest
	if err := decode(params, &req); err != nil {
		return nil, err
	}
	result, err := v.tasks.Send(ctx, &req, task.SendOptions{PushForm: formV1})
	if err != nil {
		return nil, err
	}
	return a2a.StreamResponse{Event: result}, nil
}

func (v version1) sendStreamingMessage(ctx context.Context, params jsontext.Value, opt task.StreamOptions) (stream, error) {
	var req a2a.SendMessageRequest
	if err := decode(params, &req); err != nil {
		return stream{}, err
	}
	opt.PushForm = formV1
	return stream{updates: v.tasks.SendStream(ctx, &req, opt), event: event1}, nil
}

func (v version1) subscribeToTask(ctx context.Context, params jsontext.Value, opt task.StreamOptions) (stream, error) {
	var req a2a.SubscribeToTaskRequest
	if err := decode(params, &req); err != nil {
		return stream{}, err
	}
	return stream{updates: v.tasks.Subscribe(ctx, &req, opt), event: event1}, nil
}

func event1(e a2a.Event) (any, error) { return a2a.StreamResponse{Event: e}, nil }

func (v version1) getTask(ctx context.Context, params jsontext.Value) (any, error) {
	var req a2a.GetTaskRequest
	if err := decode(params, &req); err != nil {
		return nil, err
	}
	return v.tasks.GetTask(ctx, &req)
}

func (v version1) listTasks(ctx context.Context, params jsontext.Value) (any, error) {
	var req a2a.ListTasksRequest
	if params != nil {
		if err := decode(params, &req); err != nil {
			return nil, err
		}
	}
	return v.tasks.ListTasks(ctx, &req)
}

func (v version1) cancelTask(ctx context.Context, params jsontext.Value) (any, error) {
	var req a2a.CancelTaskRequest
	if err := decode(params, &req); err != nil {
		return nil, err
	}
	return v.tasks.CancelTask(ctx, &req)
}
