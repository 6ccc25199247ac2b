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
	result, err := v.tasks.SendMessage(ctx, &req)
	if err != nil {
		return nil, err
	}
	return a2a.StreamResponse{Event: result}, nil
}

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
