package a2a

import (
	"context"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/task"
)

// Method names an operation on the wire, and who may use it.
type Method struct {
	Name    string
	Dialect card.Dialect
	// Permissions are those of which a caller needs one.
	Permissions []string
}

// Methods returns every method that [Handler] dispatches, those of one dialect
// together.
func Methods() []Method {
	ops := operations(nil)
	methods := make([]Method, len(ops))
	for i, op := range ops {
		methods[i] = op.Method
	}
	return methods
}

// Permissions returns, for each method that [Handler] dispatches, the permissions
// of which a caller needs one.
func Permissions() map[string][]string {
	all := make(map[string][]string)
	for _, m := range Methods() {
		all[m.Name] = m.Permissions
	}
	return all
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
	// Cancelling and clearing take write for what is one's own and admin for
	// anyone's; whose it is, the task service decides.
	reads, writes := []string{identity.PermissionRead}, []string{identity.PermissionWrite}
	owns := []string{identity.PermissionWrite, identity.PermissionAdmin}
	return []operation{
		{Method{"SendMessage", card.V1, writes}, shapeSendV1, v1.sendMessage},
		{Method{"GetTask", card.V1, reads}, shapeTask, v1.getTask},
		{Method{"ListTasks", card.V1, reads}, shapeListTasks, v1.listTasks},
		{Method{"CancelTask", card.V1, owns}, shapeTask, v1.cancelTask},
		{Method{"SendStreamingMessage", card.V1, writes}, nil, no.streaming},
		{Method{"SubscribeToTask", card.V1, reads}, nil, no.streaming},
		{Method{"CreateTaskPushNotificationConfig", card.V1, writes}, nil, no.push},
		{Method{"GetTaskPushNotificationConfig", card.V1, reads}, nil, no.push},
		{Method{"ListTaskPushNotificationConfigs", card.V1, reads}, nil, no.push},
		{Method{"DeleteTaskPushNotificationConfig", card.V1, writes}, nil, no.push},
		{Method{"GetExtendedAgentCard", card.V1, reads}, nil, no.extendedCard},

		{Method{"message/send", card.V03, writes}, shapeSendV03, v03.sendMessage},
		{Method{"tasks/get", card.V03, reads}, shapeTask, v03.getTask},
		{Method{"tasks/cancel", card.V03, owns}, shapeTask, v03.cancelTask},
		{Method{"message/stream", card.V03, writes}, nil, no.streaming},
		{Method{"tasks/resubscribe", card.V03, reads}, nil, no.streaming},
		{Method{"tasks/pushNotificationConfig/set", card.V03, writes}, nil, no.push},
		{Method{"tasks/pushNotificationConfig/get", card.V03, reads}, nil, no.push},
		{Method{"tasks/pushNotificationConfig/list", card.V03, reads}, nil, no.push},
		{Method{"tasks/pushNotificationConfig/delete", card.V03, writes}, nil, no.push},
		{Method{"agent/getAuthenticatedExtendedCard", card.V03, reads}, nil, no.extendedCardV03},

		{Method{"tasks/list", card.Reference, reads}, shapeListV03, ref.listTasks},
		{Method{"tasks/feedback", card.Reference, writes}, shapeFeedback, ref.feedback},
		{Method{"contexts/list", card.Reference, reads}, shapeListV03, ref.listContexts},
		{Method{"contexts/clear", card.Reference, owns}, shapeClear, ref.clearContext},
	}
}
