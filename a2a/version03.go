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
	result, err := v.tasks.Send(ctx, req, wire.options())
	if err != nil {
		return nil, err
	}
	return toEvent03(result)
}

// options are what the two dialects differ in.
func (p sendParams) options() task.SendOptions {
	if p.byReference() {
		return task.SendOptions{AdoptTaskID: true, PushForm: formReference}
	}
	return task.SendOptions{PushForm: formV03}
}

// streamMessage answers clients of the reference in its shape: events alone, without
// the envelope of JSON-RPC.
func (v version03) streamMessage(ctx context.Context, params jsontext.Value, opt task.StreamOptions) (stream, error) {
	var wire sendParams
	if err := decode(params, &wire); err != nil {
		return stream{}, err
	}
	req, err := wire.request()
	if err != nil {
		return stream{}, err
	}
	opt.SendOptions = wire.options()
	return stream{updates: v.tasks.SendStream(ctx, req, opt), event: event03, bare: opt.AdoptTaskID}, nil
}

func (v version03) resubscribe(ctx context.Context, params jsontext.Value, opt task.StreamOptions) (stream, error) {
	var wire taskParams
	if err := decode(params, &wire); err != nil {
		return stream{}, err
	}
	id, err := wire.id()
	if err != nil {
		return stream{}, err
	}
	return stream{updates: v.tasks.Subscribe(ctx, &a2a.SubscribeToTaskRequest{ID: a2a.TaskID(id)}, opt), event: event03}, nil
}

func event03(e a2a.Event) (any, error) { return toEvent03(e) }

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
