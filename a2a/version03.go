package a2a

import (
	"context"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/task"
)

// version03 carries out the methods of A2A 0.3, in the strict form and in that
// of the reference, whose clients choose task ids and poll what they sent.
type version03 struct{ tasks *task.Service }

func (v version03) sendMessage(ctx context.Context, params jsontext.Value) (any, error) {
	var wire sendParams
	if err := decode(params, &wire); err != nil {
		return nil, err
	}
	req, err := wire.request()
	if err != nil {
		return nil, err
	}
	result, err := v.tasks.Send(ctx, req, task.SendOptions{AdoptTaskID: wire.byReference()})
	if err != nil {
		return nil, err
	}
	return toEvent03(result)
}

func (v version03) getTask(ctx context.Context, params jsontext.Value) (any, error) {
	var wire taskParams
	if err := decode(params, &wire); err != nil {
		return nil, err
	}
	id, err := wire.id()
	if err != nil {
		return nil, err
	}
	result, err := v.tasks.GetTask(ctx, &a2a.GetTaskRequest{ID: a2a.TaskID(id), HistoryLength: wire.History})
	if err != nil {
		return nil, err
	}
	return toTask03(result), nil
}

func (v version03) cancelTask(ctx context.Context, params jsontext.Value) (any, error) {
	var wire taskParams
	if err := decode(params, &wire); err != nil {
		return nil, err
	}
	id, err := wire.id()
	if err != nil {
		return nil, err
	}
	result, err := v.tasks.CancelTask(ctx, &a2a.CancelTaskRequest{ID: a2a.TaskID(id)})
	if err != nil {
		return nil, err
	}
	return toTask03(result), nil
}
