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
	ops := operations(nil, card.Extended{})
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
	// stream is set in place of call where the answer is one.
	stream func(ctx context.Context, params jsontext.Value, opt task.StreamOptions) (stream, error)
}

// operations is the dispatch table over a service, which is only used by calls.
func operations(s *task.Service, extended card.Extended) []operation {
	v1, v03, ref := version1{s}, version03{s}, reference{s}
	cards := extendedCard{extended}
	// Cancelling and clearing take write for what is one's own and admin for
	// anyone's; whose it is, the task service decides.
	reads, writes := []string{identity.PermissionRead}, []string{identity.PermissionWrite}
	owns := []string{identity.PermissionWrite, identity.PermissionAdmin}
	return []operation{
		{Method{"SendMessage", card.V1, writes}, shapeSendV1, v1.sendMessage, nil},
		{Method{"GetTask", card.V1, reads}, shapeTask, v1.getTask, nil},
		{Method{"ListTasks", card.V1, reads}, shapeListTasks, v1.listTasks, nil},
		{Method{"CancelTask", card.V1, owns}, shapeTask, v1.cancelTask, nil},
		{Method{"SendStreamingMessage", card.V1, writes}, shapeSendV1, nil, v1.sendStreamingMessage},
		{Method{"SubscribeToTask", card.V1, reads}, shapeTask, nil, v1.subscribeToTask},
		{Method{"CreateTaskPushNotificationConfig", card.V1, writes}, shapePush, v1.createPush, nil},
		{Method{"GetTaskPushNotificationConfig", card.V1, reads}, shapePush, v1.getPush, nil},
		{Method{"ListTaskPushNotificationConfigs", card.V1, reads}, shapePushes, v1.listPushes, nil},
		{Method{"DeleteTaskPushNotificationConfig", card.V1, writes}, shapePush, v1.deletePush, nil},
		{Method{"GetExtendedAgentCard", card.V1, reads}, shapeCard, cards.get, nil},

		{Method{"message/send", card.V03, writes}, shapeSendV03, v03.sendMessage, nil},
		{Method{"tasks/get", card.V03, reads}, shapeTask, v03.getTask, nil},
		{Method{"tasks/cancel", card.V03, owns}, shapeTask, v03.cancelTask, nil},
		{Method{"message/stream", card.V03, writes}, shapeSendV03, nil, v03.streamMessage},
		{Method{"tasks/resubscribe", card.V03, reads}, shapeTask, nil, v03.resubscribe},
		{Method{"tasks/pushNotificationConfig/set", card.V03, writes}, shapePush03, v03.setPush, nil},
		{Method{"tasks/pushNotificationConfig/get", card.V03, reads}, shapePush03, v03.getPush, nil},
		{Method{"tasks/pushNotificationConfig/list", card.V03, reads}, shapePush03, v03.listPushes, nil},
		{Method{"tasks/pushNotificationConfig/delete", card.V03, writes}, shapePush03, v03.deletePush, nil},
		{Method{"agent/getAuthenticatedExtendedCard", card.V03, reads}, nil, cards.getV03, nil},

		{Method{"tasks/list", card.Reference, reads}, shapeListV03, ref.listTasks, nil},
		{Method{"tasks/feedback", card.Reference, writes}, shapeFeedback, ref.feedback, nil},
		{Method{"contexts/list", card.Reference, reads}, shapeListV03, ref.listContexts, nil},
		{Method{"contexts/clear", card.Reference, owns}, shapeClear, ref.clearContext, nil},
	}
}
