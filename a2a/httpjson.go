package a2a

import (
	"net/http"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// HTTPJSONRoutes returns the paths of the binding HTTP+JSON (A2A 1.0 section 5.3): for
// each, by HTTP method, the method of A2A 1.0 that it stands for. A segment of a path
// may be {name} or {name}:verb. Paths with a tenant before them call the same, with
// [TenantVariable]; there is none, and they are refused like one in a body.
func HTTPJSONRoutes() map[string]map[string]string {
	return map[string]map[string]string{
		"/message:send":      {http.MethodPost: "SendMessage"},
		"/message:stream":    {http.MethodPost: "SendStreamingMessage"},
		"/tasks":             {http.MethodGet: "ListTasks"},
		"/tasks/{id}":        {http.MethodGet: "GetTask"},
		"/tasks/{id}:cancel": {http.MethodPost: "CancelTask"},
		// Section 11.3.2 has POST, the definition of the service GET.
		"/tasks/{id}:subscribe": {http.MethodPost: "SubscribeToTask", http.MethodGet: "SubscribeToTask"},
		"/tasks/{id}/pushNotificationConfigs": {
			http.MethodPost: "CreateTaskPushNotificationConfig", http.MethodGet: "ListTaskPushNotificationConfigs",
		},
		"/tasks/{id}/pushNotificationConfigs/{configId}": {
			http.MethodGet: "GetTaskPushNotificationConfig", http.MethodDelete: "DeleteTaskPushNotificationConfig",
		},
		"/extendedAgentCard": {http.MethodGet: "GetExtendedAgentCard"},
	}
}

// HTTPJSON returns a handler of [HTTPJSONRoutes] over the same service, with the same
// shares of callers. Whoever found the route leaves in the request what it says: the
// method and the parameters of the body in the context, and the variables of the path
// as [http.Request.PathValue]. Errors have their HTTP status and are a
// google.rpc.Status (section 11.6).
func (h *Handler) HTTPJSON() http.Handler { return http.HandlerFunc(h.serveHTTPJSON) }

func (h *Handler) serveHTTPJSON(w http.ResponseWriter, r *http.Request) {
	r = r.WithContext(jsonrpc.WithForm(r.Context(), jsonrpc.Bare))
	env, ok := jsonrpc.FromContext(r.Context())
	if !ok {
		jsonrpc.Refuse(w, r, nil, refusal.NotFound.At(refusal.Tasks), "")
		return
	}
	h.serve(w, r, env)
}
