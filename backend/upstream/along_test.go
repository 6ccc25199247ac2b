package upstream_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// tenanted is an upstream of one version whose card names a tenant. It notes the
// parameters it is called with, and answers with a task, at work when it is sent one.
type tenanted struct {
	version string

	mu   sync.Mutex
	seen []string
}

func (a *tenanted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		fmt.Fprintf(w, `{"name":"a","supportedInterfaces":[{"url":"http://localhost/","protocolBinding":"JSONRPC","protocolVersion":%q,"tenant":"acme"}]}`, a.version)
		return
	}
	body, _ := io.ReadAll(r.Body)
	var call struct {
		Method string
		Params struct {
			Tenant   string
			Metadata json.RawMessage
		}
	}
	_ = json.Unmarshal(body, &call)
	a.mu.Lock()
	a.seen = append(a.seen, strings.TrimSpace(fmt.Sprintf("%s %s%s", call.Method, call.Params.Tenant, call.Params.Metadata)))
	first := len(a.seen) == 1
	a.mu.Unlock()
	state, task := "completed", `{"id":"t","contextId":"c","status":{"state":"%s"}}`
	if first {
		state = "working"
	}
	if a.version == "1.0" {
		state = "TASK_STATE_" + strings.ToUpper(state)
	}
	task = fmt.Sprintf(task, state)
	if first && a.version == "1.0" {
		task = `{"task":` + task + `}`
	}
	fmt.Fprintf(w, `{"jsonrpc":"2.0","id":"1","result":%s}`, task)
}

// The upstream is told what came beside the message, and the tenant that its card wants
// named, in each call of the version that has tenants.
func TestWhatAnUpstreamIsToldBesideTheMessage(t *testing.T) {
	for version, want := range map[string]string{
		"1.0":   `SendMessage acme{"k":"v"}, GetTask acme`,
		"0.3.0": `message/send {"k":"v"}, tasks/get`,
	} {
		t.Run(version, func(t *testing.T) {
			a := &tenanted{version: version}
			s := httptest.NewServer(a)
			defer s.Close()
			u := open(t, s.URL)
			req := request(t, "hello")
			req.Metadata = map[string]any{"k": "v"}
			if _, _, err := execute(t, u, req); err != nil {
				t.Fatal(err)
			}
			a.mu.Lock()
			defer a.mu.Unlock()
			if got := strings.Join(a.seen, ", "); got != want {
				t.Errorf("asked %s\nwant %s", got, want)
			}
		})
	}
}
