package mcp

import (
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/mcpwire"
)

// Permissions returns, for each method of MCP that only reads, or that is about the
// caller's own session, the permission that it needs. Any other, such as tools/call and
// what later versions add, needs one of [Otherwise].
func Permissions() map[string][]string {
	all := make(map[string][]string)
	for _, method := range []string{
		mcpwire.MethodInitialize, "server/discover", "ping", "logging/setLevel", "completion/complete",
		"tools/list", "prompts/list", "prompts/get", "resources/list", "resources/templates/list", "resources/read",
		"resources/subscribe", "resources/unsubscribe", mcpwire.MethodListen, "tasks/get", "tasks/list", "tasks/result",
		"notifications/initialized", "notifications/cancelled", "notifications/progress", "notifications/roots/list_changed",
		mcpwire.MethodAnswer, mcpwire.MethodStream, mcpwire.MethodEnd,
	} {
		all[method] = []string{identity.PermissionRead}
	}
	all[mcpwire.MethodCallTool] = Otherwise()
	return all
}

// Otherwise are the permissions of which one is needed for a method that [Permissions]
// does not name.
func Otherwise() []string { return []string{identity.PermissionWrite} }

// Calls says what requests are called that call no method of the protocol themselves, by
// their method of HTTP.
func Calls() map[string]string {
	return map[string]string{"POST": mcpwire.MethodAnswer, "GET": mcpwire.MethodStream, "DELETE": mcpwire.MethodEnd}
}
