package a2a

import (
	"context"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/task"
)

// unsupported answers the methods of capabilities that the cards do not
// declare. It does not look at their parameters.
type unsupported struct{ tasks *task.Service }

func (u unsupported) streaming(ctx context.Context, _ jsontext.Value) (any, error) {
	for _, err := range u.tasks.SubscribeToTask(ctx, nil) {
		return nil, err
	}
	return nil, a2a.ErrUnsupportedOperation
}

func (u unsupported) push(ctx context.Context, _ jsontext.Value) (any, error) {
	return nil, u.tasks.DeleteTaskPushConfig(ctx, nil)
}

func (u unsupported) extendedCard(ctx context.Context, _ jsontext.Value) (any, error) {
	return u.tasks.GetExtendedAgentCard(ctx, nil)
}

// extendedCardV03: A2A 0.3 section 8.2 has an error of its own for this.
func (u unsupported) extendedCardV03(context.Context, jsontext.Value) (any, error) {
	return nil, &task.Refusal{Err: a2a.ErrExtendedCardNotConfigured, Reason: "extended_card_unsupported", Message: "this agent has no extended card"}
}
