package a2a

import (
	"context"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/task"
)

// Dialect is a version of the protocol that methods belong to.
type Dialect string

// The dialects of the endpoint.
const (
	// V1 is A2A 1.0.
	V1 Dialect = "1.0"
	// V03 is A2A 0.3.
	V03 Dialect = "0.3"
	// Reference holds the methods that the Python reference agent adds to 0.3.
	Reference Dialect = "reference"
)

// Method names an operation on the wire.
type Method struct {
	Name    string
	Dialect Dialect
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
		{Method{"SendMessage", V1}, shapeSendV1, v1.sendMessage},
		{Method{"GetTask", V1}, shapeTask, v1.getTask},
		{Method{"ListTasks", V1}, shapeListTasks, v1.listTasks},
		{Method{"CancelTask", V1}, shapeTask, v1.cancelTask},
		{Method{"SendStreamingMessage", V1}, nil, no.streaming},
		{Method{"SubscribeToTask", V1}, nil, no.streaming},
		{Method{"CreateTaskPushNotificationConfig", V1}, nil, no.push},
		{Method{"GetTaskPushNotificationConfig", V1}, nil, no.push},
		{Method{"ListTaskPushNotificationConfigs", V1}, nil, no.push},
		{Method{"DeleteTaskPushNotificationConfig", V1}, nil, no.push},
		{Method{"GetExtendedAgentCard", V1}, nil, no.extendedCard},

		{Method{"message/send", V03}, shapeSendV03, v03.sendMessage},
		{Method{"tasks/get", V03}, shapeTask, v03.getTask},
		{Method{"tasks/cancel", V03}, shapeTask, v03.cancelTask},
		{Method{"message/stream", V03}, nil, no.streaming},
		{Method{"tasks/resubscribe", V03}, nil, no.streaming},
		{Method{"tasks/pushNotificationConfig/set", V03}, nil, no.push},
		{Method{"tasks/pushNotificationConfig/get", V03}, nil, no.push},
		{Method{"tasks/pushNotificationConfig/list", V03}, nil, no.push},
		{Method{"tasks/pushNotificationConfig/delete", V03}, nil, no.push},
		{Method{"agent/getAuthenticatedExtendedCard", V03}, nil, no.extendedCardV03},

		{Method{"tasks/list", Reference}, shapeListV03, ref.listTasks},
		{Method{"tasks/feedback", Reference}, shapeFeedback, ref.feedback},
		{Method{"contexts/list", Reference}, shapeListV03, ref.listContexts},
		{Method{"contexts/clear", Reference}, shapeClear, ref.clearContext},
	}
}
