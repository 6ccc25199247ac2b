package gate

import (
	"maps"
	"slices"
)

// The permissions of the reference. They are compared exactly: none implies another.
const (
	PermissionRead  = "agent:read"
	PermissionWrite = "agent:write"
	PermissionAdmin = "agent:admin"
)

// Permissions maps a JSON-RPC method to the permissions of which a caller
// needs one. A method that is not in it is refused.
type Permissions map[string][]string

// DefaultPermissions returns the map over every method of A2A v1.0, v0.3 and
// the reference. Cancelling and clearing take write for what is one's own and
// admin for anyone's; whose it is, the task service decides.
func DefaultPermissions() Permissions {
	p := make(Permissions)
	for _, m := range []string{
		"GetTask", "ListTasks", "SubscribeToTask", "GetExtendedAgentCard",
		"GetTaskPushNotificationConfig", "ListTaskPushNotificationConfigs",
		"tasks/get", "tasks/list", "tasks/resubscribe", "contexts/list",
		"tasks/pushNotificationConfig/get", "tasks/pushNotificationConfig/list",
		"agent/getAuthenticatedExtendedCard",
	} {
		p[m] = []string{PermissionRead}
	}
	for _, m := range []string{
		"SendMessage", "SendStreamingMessage",
		"CreateTaskPushNotificationConfig", "DeleteTaskPushNotificationConfig",
		"message/send", "message/stream", "tasks/feedback",
		"tasks/pushNotificationConfig/set", "tasks/pushNotificationConfig/delete",
	} {
		p[m] = []string{PermissionWrite}
	}
	for _, m := range []string{"CancelTask", "tasks/cancel", "contexts/clear"} {
		p[m] = []string{PermissionWrite, PermissionAdmin}
	}
	return p
}

// Override returns a copy in which the methods of other replace those of p.
func (p Permissions) Override(other Permissions) Permissions {
	merged := maps.Clone(p)
	maps.Copy(merged, other)
	return merged
}

// Allows reports whether one of the granted permissions opens method.
func (p Permissions) Allows(method string, granted func(string) bool) bool {
	return slices.ContainsFunc(p[method], granted)
}
