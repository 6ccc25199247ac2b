package a2a

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

func locate(method, call, query, id, body string) (jsontext.Value, error) {
	r := httptest.NewRequest(method, "/", http.NoBody)
	r.URL = &url.URL{Path: "/", RawQuery: query}
	id, configID, _ := strings.Cut(id, "/")
	r.SetPathValue("id", id)
	r.SetPathValue("configId", configID)
	env := jsonrpc.Envelope{Method: call}
	if body != "" {
		env.Params = jsontext.Value(body)
	}
	return located(r, env)
}

// What path, query and body say is one object, in which nothing stands twice.
func TestParametersOfPathQueryAndBody(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ method, call, query, id, body, want string }{
		{"GET", "ListTasks", "", "", "", ""},
		{"GET", "ListTasks", "A2A-Version=1.0", "", "", ""},
		{"GET", "ListTasks", "pageSize=7&contextId=a%22b+c&includeArtifacts=false&A2A-Version=1.0", "", "", `{"pageSize":7,"contextId":"a\"b c","includeArtifacts":false}`},
		{"GET", "ListTasks", "lastUpdatedAfter=x", "", "", `{"statusTimestampAfter":"x"}`},
		{"GET", "GetTask", "historyLength=-1", "x", "", `{"historyLength":-1,"id":"x"}`},
		{"POST", "CancelTask", "", "x", "", `{"id":"x"}`},
		{"POST", "CancelTask", "", "x", `{}`, `{"id":"x"}`},
		{"POST", "CancelTask", "", "x", `{ "metadata" : {"id":"y"} , "id" : "\u0078" }`, `{"metadata":{"id":"y"},"id":"x"}`},
		{"POST", "SendMessage", "", "", `{"id":"y"}`, `{"id":"y"}`},
		{"POST", "CreateTaskPushNotificationConfig", "", "x", `{"id":"y","url":"u","taskId":"x"}`, `{"id":"y","url":"u","taskId":"x"}`},
		{"GET", "ListTaskPushNotificationConfigs", "pageSize=3&pageToken=t", "x", "", `{"pageSize":3,"pageToken":"t","taskId":"x"}`},
		{"GET", "GetTaskPushNotificationConfig", "", "x/y", "", `{"taskId":"x","id":"y"}`},
		{"DELETE", "DeleteTaskPushNotificationConfig", "", "x/y", "", `{"taskId":"x","id":"y"}`},
		{"POST", "CreateTaskPushNotificationConfig", "", "x", `{"taskId":"y"}`, "refused"},

		{"GET", "ListTasks", "", "", `{"contextId":"x"}`, "refused"},
		{"DELETE", "GetTask", "", "x", `{}`, "refused"},
		{"GET", "ListTasks", "unknown=1", "", "", "refused"},
		{"GET", "GetTask", "pageSize=1", "x", "", "refused"},
		{"POST", "SendMessage", "contextId=x", "", `{}`, "refused"},
		{"GET", "ListTasks", "pageSize=1&pageSize=1", "", "", "refused"},
		{"GET", "ListTasks", "statusTimestampAfter=x&lastUpdatedAfter=x", "", "", "refused"},
		{"GET", "ListTasks", "pageSize=1,%22tenant%22:2", "", "", "refused"},
		{"POST", "CancelTask", "", "x", `{"id":"y"}`, "refused"},
		{"POST", "CancelTask", "", "x", `{"id":["x"]}`, "refused"},
	} {
		got, err := locate(tt.method, tt.call, tt.query, tt.id, tt.body)
		if refused := tt.want == "refused"; (err != nil) != refused || !refused && string(got) != tt.want {
			t.Errorf("%s %s ?%s of %q with %s: %s, %v; want %s", tt.method, tt.call, tt.query, tt.id, tt.body, got, err, tt.want)
		}
	}
}

// FuzzLocated sends queries, ids and bodies: what is taken is one object, with members
// that the method knows, or the body.
func FuzzLocated(f *testing.F) {
	f.Add("contextId=a%20b&pageSize=10&includeArtifacts=true", "x", `{"id":"x"}`)
	f.Add("unknown=1", "", "")
	f.Add("pageSize=1&pageSize=2", "", "")
	f.Add("historyLength=%31&&=", "x", `{"metadata":{"a":[1,{"b":null}]}}`)
	f.Add("contextId=\"%22\\&status=%u", "x", `{"id":"y"}`)
	f.Fuzz(func(t *testing.T, query, id, body string) {
		if _, err := jsonrpc.ParseParams([]byte(body), 64); err != nil {
			return
		}
		for call, known := range queries {
			got, err := locate("GET", call, query, id, "")
			if err != nil || got == nil {
				continue
			}
			var members map[string]any
			if err := json.Unmarshal(got, &members); err != nil || jsonrpc.HasDuplicateNames(got) {
				t.Fatalf("%q of %q is %s: %v", query, id, got, err)
			}
			values, _ := url.ParseQuery(query)
			for name := range values {
				if _, ok := known[name]; !ok && name != versionParameter {
					t.Errorf("%q: %s takes %q", query, call, name)
				}
			}
		}
		got, err := locate("POST", "CancelTask", "", id, body)
		if err != nil || got == nil {
			return
		}
		var members map[string]any
		if err := json.Unmarshal(got, &members); err != nil || jsonrpc.HasDuplicateNames(got) || id != "" && json.Valid([]byte(`"`+id+`"`)) && members["id"] == nil {
			t.Fatalf("%s of %q is %s: %v", body, id, got, err)
		}
	})
}
