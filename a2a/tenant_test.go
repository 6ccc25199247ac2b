package a2a_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/task"
)

// Whoever names a tenant is refused, by every method and in every binding alike: there is
// none, so that another agent is meant.
func TestThereAreNoTenants(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	send := strings.TrimSuffix(sendV1("m", "x", ""), "}")
	for method, tt := range map[string]struct{ params, verb, path string }{
		"SendMessage":                      {send, "POST", "/message:send"},
		"SendStreamingMessage":             {send, "POST", "/message:stream"},
		"GetTask":                          {`{"id":"x"`, "GET", "/tasks/x"},
		"ListTasks":                        {`{"pageSize":1`, "GET", "/tasks"},
		"CancelTask":                       {`{"id":"x"`, "POST", "/tasks/x:cancel"},
		"SubscribeToTask":                  {`{"id":"x"`, "GET", "/tasks/x:subscribe"},
		"CreateTaskPushNotificationConfig": {`{"taskId":"x","url":"https://hooks.example"`, "POST", "/tasks/x/pushNotificationConfigs"},
		"GetTaskPushNotificationConfig":    {`{"taskId":"x","id":"y"`, "GET", "/tasks/x/pushNotificationConfigs/y"},
		"ListTaskPushNotificationConfigs":  {`{"taskId":"x"`, "GET", "/tasks/x/pushNotificationConfigs"},
		"DeleteTaskPushNotificationConfig": {`{"taskId":"x","id":"y"`, "DELETE", "/tasks/x/pushNotificationConfigs/y"},
		"GetExtendedAgentCard":             {`{"x":1`, "GET", "/extendedAgentCard"},
	} {
		const want, refused = `tenant: this agent has none, also not "acme"`, "INVALID_ARGUMENT a2a-protocol.org INVALID_PARAMS params_invalid"
		named := tt.params + `,"tenant":"acme"}`
		if r := parse(t, a.post("ada", "1.0", request(method, named))); r.Error == nil || r.Error.Code != -32602 || !strings.Contains(r.Error.Message, want) {
			t.Errorf("%s by JSON-RPC: %+v", method, r)
		}
		params := strings.Replace(named, `"x":1,`, "", 1)
		if got := a.call("ada", method, params); got.said() != refused || !strings.Contains(got.status.Message, want) {
			t.Errorf("%s by gRPC: %+v", method, got)
		}
		bodies := map[string]string{"/acme" + tt.path: "", tt.path + "?tenant=acme": ""}
		if tt.verb == http.MethodPost {
			bodies = map[string]string{"/acme" + tt.path: tt.params + "}", tt.path: named}
		}
		for target, body := range bodies {
			if strings.HasSuffix(tt.path, ":cancel") {
				body = strings.ReplaceAll(body, `"id":"x"`, `"metadata":{}`)
			}
			w := a.rest("ada", tt.verb, target, body)
			if restError(t, w) != "400 "+refused || !strings.Contains(w.Body.String(), `tenant: this agent has none, also not \"acme\"`) {
				t.Errorf("%s of %s %s by HTTP+JSON: %s", method, target, body, w.Body)
			}
		}
		// An empty one is none, as in protobuf.
		for tenant, none := range map[string]string{"empty": `,"tenant":""}`, "null": `,"tenant":null}`} {
			if w := a.post("ada", "1.0", request(method, tt.params+none)); strings.Contains(w.Body.String(), "tenant") {
				t.Errorf("%s with %s: %s", method, tenant, w.Body)
			}
		}
	}
}

// Nor is there one for a webhook that comes with a message.
func TestAWebhookHasNoTenant(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	nested := strings.TrimSuffix(sendV1("m", "x", ""), "}") + `,"configuration":{"taskPushNotificationConfig":{"url":"https://hooks.example","tenant":"acme"}}}`
	for _, method := range []string{"SendMessage", "SendStreamingMessage"} {
		t.Run(method, func(t *testing.T) {
			if r := parse(t, a.post("ada", "1.0", request(method, nested))); r.Error == nil || !strings.Contains(r.Error.Message, "tenant: ") {
				t.Errorf("%+v", r)
			}
		})
	}
}

// A path and a body name one tenant.
func TestThereAreNoTenantsElsewhere(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	if w := a.rest("ada", "POST", "/acme/message:send", `{"tenant":"other"}`); !strings.Contains(w.Body.String(), "tenant names another tenant than the path does") {
		t.Errorf("%s", w.Body)
	}
	if r := parse(t, a.post("ada", "1.0", request("GetTask", `{"id":"x","tenant":7}`))); r.Error == nil || !strings.Contains(r.Error.Message, "tenant must be a text") {
		t.Errorf("%+v", r)
	}
	if w := a.rest("ada", "GET", "/tasks?tenant=", ""); w.Code != http.StatusOK {
		t.Errorf("an empty one in a query: %s", w.Body)
	}
	if r := parse(t, a.post("ada", "0.3", request("tasks/get", `{"id":"x","tenant":"acme"}`))); r.Error == nil || r.Error.Code != -32001 {
		t.Errorf("0.3 knows no tenants: %+v", r)
	}
}
