package a2a

import (
	"context"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/task"
)

// Method names an operation on the wire.
type Method struct {
	Name    string
	Dialect card.Dialect
}

// Methods returns every method that [Handler] dispatches, those of one dialect
// together. A permission map must be total over them.
func Methods() []Method {
	ops := operations(nil)
	methods := make([]Method, len(ops))
	for i, op := range ops {
		methods[i] = op.Method
	}
	return methods
}

// operation is a method with what carries it out. The result is encoded by
// encoding/json, as the types of a2a-go expect.
type operation struct {
	Method
	params *shape // nil if they are not looked at
	call   func(ctx context.Context, params jsontext.Value) (any, error)
}

// operations is the dispatch table over a service, which is only used by calls.
func operations(s *task.Service) []operation {
	v1, v03, ref := version1{s}, version03{s}, reference{s}
	no := unsupported{s}
	return []operation{
		{Method{"SendMessage", card.V1}, shapeSendV1, v1.sendMessage},
		{Method{"GetTask", card.V1}, shapeTask, v1.getTask},
		{Method{"ListTasks", card.V1}, shapeListTasks, v1.listTasks},
		{Method{"CancelTask", card.V1}, shapeTask, v1.cancelTask},
		{Method{"SendStreamingMessage", card.V1}, nil, no.streaming},
		{Method{"SubscribeToTask", card.V1}, nil, no.streaming},
		{Method{"CreateTaskPushNotificationConfig", card.V1}, nil, no.push},
		{Method{"GetTaskPushNotificationConfig", card.V1}, nil, no.push},
		{Method{"ListTaskPushNotificationConfigs", card.V1}, nil, no.push},
		{Method{"DeleteTaskPushNotificationConfig", card.V1}, nil, no.push},
		{Method{"GetExtendedAgentCard", card.V1}, nil, no.extendedCard},

		{Method{"message/send", card.V03}, shapeSendV03, v03.sendMessage},
		{Method{"tasks/get", card.V03}, shapeTask, v03.getTask},
		{Method{"tasks/cancel", card.V03}, shapeTask, v03.cancelTask},
		{Method{"message/stream", card.V03}, nil, no.streaming},
		{Method{"tasks/resubscribe", card.V03}, nil, no.streaming},
		{Method{"tasks/pushNotificationConfig/set", card.V03}, nil, no.push},
		{Method{"tasks/pushNotificationConfig/get", card.V03}, nil, no.push},
		{Method{"tasks/pushNotificationConfig/list", card.V03}, nil, no.push},
		{Method{"tasks/pushNotificationConfig/delete", card.V03}, nil, no.push},
		{Method{"agent/getAuthenticatedExtendedCard", card.V03}, nil, no.extendedCardV03},

		{Method{"tasks/list", card.Reference}, shapeListV03, ref.listTasks},
		{Method{"tasks/feedback", card.Reference}, shapeFeedback, ref.feedback},
		{Method{"contexts/list", card.Reference}, shapeListV03, ref.listContexts},
		{Method{"contexts/clear", card.Reference}, shapeClear, ref.clearContext},
	}
}
