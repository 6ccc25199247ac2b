package protoform

import "google.golang.org/protobuf/encoding/protowire"

var taskStates = []string{
	"TASK_STATE_UNSPECIFIED", "TASK_STATE_SUBMITTED", "TASK_STATE_WORKING", "TASK_STATE_COMPLETED", "TASK_STATE_FAILED",
	"TASK_STATE_CANCELED", "TASK_STATE_INPUT_REQUIRED", "TASK_STATE_REJECTED", "TASK_STATE_AUTH_REQUIRED",
}

var roles = []string{"ROLE_UNSPECIFIED", "ROLE_USER", "ROLE_AGENT"}

func one(n protowire.Number, name string, k kind) field { return field{number: n, name: name, kind: k} }

func texts(n protowire.Number, name string) field {
	return field{number: n, name: name, kind: text, repeated: true}
}

func optional(n protowire.Number, name string, k kind) field {
	return field{number: n, name: name, kind: k, presence: true}
}

func nested(n protowire.Number, name string, of *Type) field {
	return field{number: n, name: name, kind: message, of: of}
}

func each(n protowire.Number, name string, of *Type) field {
	return field{number: n, name: name, kind: message, repeated: true, of: of}
}

func enum(n protowire.Number, name string, names []string) field {
	return field{number: n, name: name, kind: enumeration, names: names}
}

// The messages, as specification/a2a.proto has them.
var (
	part = &Type{name: "Part", fields: []field{
		optional(1, "text", text), optional(2, "raw", octets), optional(3, "url", text), one(4, "data", anything),
		one(5, "metadata", structure), one(6, "filename", text), one(7, "mediaType", text),
	}}
	aMessage = &Type{name: "Message", fields: []field{
		one(1, "messageId", text), one(2, "contextId", text), one(3, "taskId", text), enum(4, "role", roles), each(5, "parts", part),
		one(6, "metadata", structure), texts(7, "extensions"), texts(8, "referenceTaskIds"),
	}}
	artifact = &Type{name: "Artifact", fields: []field{
		one(1, "artifactId", text), one(2, "name", text), one(3, "description", text), each(4, "parts", part),
		one(5, "metadata", structure), texts(6, "extensions"),
	}}
	status = &Type{name: "TaskStatus", fields: []field{
		enum(1, "state", taskStates), nested(2, "message", aMessage), one(3, "timestamp", moment),
	}}
	task = &Type{name: "Task", fields: []field{
		one(1, "id", text), one(2, "contextId", text), nested(3, "status", status), each(4, "artifacts", artifact),
		each(5, "history", aMessage), one(6, "metadata", structure),
	}}
	statusUpdate = &Type{name: "TaskStatusUpdateEvent", fields: []field{
		one(1, "taskId", text), one(2, "contextId", text), nested(3, "status", status), one(4, "metadata", structure),
	}}
	artifactUpdate = &Type{name: "TaskArtifactUpdateEvent", fields: []field{
		one(1, "taskId", text), one(2, "contextId", text), nested(3, "artifact", artifact), one(4, "append", boolean),
		one(5, "lastChunk", boolean), one(6, "metadata", structure),
	}}
	authentication = &Type{name: "AuthenticationInfo", fields: []field{one(1, "scheme", text), one(2, "credentials", text)}}
	pushConfig     = &Type{name: "TaskPushNotificationConfig", fields: []field{
		one(1, "tenant", text), one(2, "id", text), one(3, "taskId", text), one(4, "url", text), one(5, "token", text),
		nested(6, "authentication", authentication),
	}}
	configuration = &Type{name: "SendMessageConfiguration", fields: []field{
		texts(1, "acceptedOutputModes"), nested(2, "taskPushNotificationConfig", pushConfig), optional(3, "historyLength", integer),
		one(4, "returnImmediately", boolean),
	}}

	sendRequest = &Type{name: "SendMessageRequest", fields: []field{
		one(1, "tenant", text), nested(2, "message", aMessage), nested(3, "configuration", configuration), one(4, "metadata", structure),
	}}
	sendResponse   = &Type{name: "SendMessageResponse", fields: []field{nested(1, "task", task), nested(2, "message", aMessage)}}
	streamResponse = &Type{name: "StreamResponse", fields: []field{
		nested(1, "task", task), nested(2, "message", aMessage), nested(3, "statusUpdate", statusUpdate), nested(4, "artifactUpdate", artifactUpdate),
	}}
	getRequest = &Type{name: "GetTaskRequest", fields: []field{
		one(1, "tenant", text), one(2, "id", text), optional(3, "historyLength", integer),
	}}
	listRequest = &Type{name: "ListTasksRequest", closed: true, fields: []field{
		one(1, "tenant", text), one(2, "contextId", text), enum(3, "status", taskStates), optional(4, "pageSize", integer),
		one(5, "pageToken", text), optional(6, "historyLength", integer), one(7, "statusTimestampAfter", moment),
		optional(8, "includeArtifacts", boolean),
	}}
	listResponse = &Type{name: "ListTasksResponse", fields: []field{
		each(1, "tasks", task), one(2, "nextPageToken", text), one(3, "pageSize", integer), one(4, "totalSize", integer),
	}}
	cancelRequest    = &Type{name: "CancelTaskRequest", fields: []field{one(1, "tenant", text), one(2, "id", text), one(3, "metadata", structure)}}
	subscribeRequest = &Type{name: "SubscribeToTaskRequest", fields: []field{one(1, "tenant", text), one(2, "id", text)}}

	getPushRequest    = &Type{name: "GetTaskPushNotificationConfigRequest", fields: []field{one(1, "tenant", text), one(2, "taskId", text), one(3, "id", text)}}
	deletePushRequest = &Type{name: "DeleteTaskPushNotificationConfigRequest", fields: []field{one(1, "tenant", text), one(2, "taskId", text), one(3, "id", text)}}
	listPushRequest   = &Type{name: "ListTaskPushNotificationConfigsRequest", closed: true, fields: []field{
		one(4, "tenant", text), one(1, "taskId", text), one(2, "pageSize", integer), one(3, "pageToken", text),
	}}
	listPushResponse = &Type{name: "ListTaskPushNotificationConfigsResponse", fields: []field{each(1, "configs", pushConfig), one(2, "nextPageToken", text)}}

	cardRequest = &Type{name: "GetExtendedAgentCardRequest", fields: []field{one(1, "tenant", text)}}
	empty       = &Type{name: "Empty"}
)

// Method is a method of the service, by its messages.
type Method struct {
	Request, Response *Type
	// Stream is true where the answer is any number of messages.
	Stream bool
}

var methods = map[string]Method{
	"SendMessage":                      {sendRequest, sendResponse, false},
	"SendStreamingMessage":             {sendRequest, streamResponse, true},
	"GetTask":                          {getRequest, task, false},
	"ListTasks":                        {listRequest, listResponse, false},
	"CancelTask":                       {cancelRequest, task, false},
	"SubscribeToTask":                  {subscribeRequest, streamResponse, true},
	"CreateTaskPushNotificationConfig": {pushConfig, pushConfig, false},
	"GetTaskPushNotificationConfig":    {getPushRequest, pushConfig, false},
	"ListTaskPushNotificationConfigs":  {listPushRequest, listPushResponse, false},
	"DeleteTaskPushNotificationConfig": {deletePushRequest, empty, false},
	"GetExtendedAgentCard":             {cardRequest, card, false},
}

// MethodOf returns a method by its name.
func MethodOf(name string) (Method, bool) {
	m, ok := methods[name]
	return m, ok
}

// Path returns the path at which a method is called by gRPC.
func Path(method string) string { return "/lf.a2a.v1.A2AService/" + method }
