package gate_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/protoform"
)

// said is a refusal in short: its form, status and code.
func said(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	if w.Header().Get("Content-Type") == "application/grpc" {
		s, err := grpcframe.ReadStatus(w.Header())
		if err != nil || w.Code != http.StatusOK || w.Body.Len() != 0 {
			t.Errorf("%d %v %q: %v", w.Code, w.Header(), w.Body, err)
		}
		return "gRPC " + s.Code.String()
	}
	var got struct {
		JSONRPC string
		ID      any
		Error   struct {
			Code   int
			Status string
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Errorf("%q: %v", w.Body, err)
	}
	if got.JSONRPC == "2.0" {
		return fmt.Sprint("JSON-RPC ", w.Code, " ", got.Error.Code)
	}
	return fmt.Sprint("HTTP+JSON ", w.Code, " ", got.Error.Status, " ", w.Header().Get("Content-Type"))
}

// Whatever is refused before anybody was asked who calls has the form of the binding
// that the caller speaks.
func TestEachBindingIsRefusedInItsForm(t *testing.T) {
	const rpc, rest, plain, a2a = "application/json", "HTTP+JSON ", "application/json", "application/a2a+json"
	get := protoform.Path("GetTask")
	for _, tt := range []struct {
		method, path, contentType, accept string
		major                             int
		want                              string
	}{
		// 404
		{"POST", "/nothing", rpc, "", 1, "JSON-RPC 404 -31400"},
		{"GET", "/nothing", "", "", 2, "JSON-RPC 404 -31400"},
		{"GET", "/nothing", "", a2a, 1, rest + "404 NOT_FOUND " + a2a},
		{"POST", "/nothing", a2a, "", 1, rest + "404 NOT_FOUND " + a2a},
		{"GET", "/tasks/x/nothing", "", "", 1, rest + "404 NOT_FOUND " + plain},
		{"GET", "/tasks/x/nothing", "", a2a, 1, rest + "404 NOT_FOUND " + a2a},
		{"GET", "/Tasks", "", "", 1, rest + "404 NOT_FOUND " + plain},
		{"GET", "//tasks", "", "", 1, rest + "404 NOT_FOUND " + plain},
		{"GET", "/tasks%2Fx", "", "", 1, rest + "404 NOT_FOUND " + plain},
		{"POST", "/message:sent", rpc, "", 1, rest + "404 NOT_FOUND " + plain},
		{"POST", "/messages", rpc, "", 1, "JSON-RPC 404 -31400"},
		{"POST", "/a/b/tasks", rpc, "", 1, "JSON-RPC 404 -31400"},
		{"GET", "/%61/tasks/x", "", "", 1, "JSON-RPC 404 -31400"},
		{"GET", "/../tasks/x", "", "", 1, "JSON-RPC 404 -31400"},
		{"GET", "/a:b/tasks", "", "", 1, "JSON-RPC 404 -31400"},
		{"POST", "/a/", rpc, "", 1, "JSON-RPC 404 -31400"},
		{"POST", "/nothing", "application/grpc", "", 2, "gRPC UNIMPLEMENTED"},
		{"POST", "/lf.a2a.v1.A2AService/Nothing", "application/grpc", "", 2, "gRPC UNIMPLEMENTED"},
		{"POST", "/a" + get, "application/grpc+proto", "", 2, "gRPC UNIMPLEMENTED"},
		{"POST", "/tasks/x/nothing", "application/grpc", a2a, 2, "gRPC UNIMPLEMENTED"},
		{"POST", "/nothing", "application/grpc", "", 1, "JSON-RPC 404 -31400"},
		// 405
		{"GET", "/", "", "", 1, "JSON-RPC 405 -31400"},
		{"DELETE", "/", "", a2a, 1, "JSON-RPC 405 -31400"},
		{"PUT", "/tasks/x", rpc, "", 1, rest + "405 UNIMPLEMENTED " + plain},
		{"PUT", "/acme/tasks/x", rpc, a2a, 1, rest + "405 UNIMPLEMENTED " + a2a},
		{"GET", get, "", "", 2, rest + "405 UNIMPLEMENTED " + plain},
		{"PUT", get, "application/grpc", "", 2, "gRPC UNIMPLEMENTED"},
		// 415
		{"POST", "/", "text/plain", "", 1, "JSON-RPC 415 -31400"},
		{"POST", "/", "application/grpc", "", 2, "gRPC UNIMPLEMENTED"},
		{"POST", "/message:send", "text/plain", "", 1, rest + "415 INVALID_ARGUMENT " + plain},
		{"POST", "/acme/message:send", "text/plain", "", 1, rest + "415 INVALID_ARGUMENT " + plain},
		{"POST", "/message:send", "application/grpc", "", 2, "gRPC UNIMPLEMENTED"},
		{"POST", get, rpc, "", 2, rest + "415 INVALID_ARGUMENT " + plain},
		{"POST", get, "application/grpc+json", "", 2, "gRPC UNIMPLEMENTED"},
		// 401
		{"POST", "/", rpc, "", 1, "JSON-RPC 401 -31401"},
		{"GET", "/tasks/x", "", a2a, 1, rest + "401 UNAUTHENTICATED " + a2a},
		{"GET", "/acme/tasks/x", "", "", 1, rest + "401 UNAUTHENTICATED " + plain},
		{"POST", get, "application/grpc", "", 2, "gRPC UNAUTHENTICATED"},
		// 505
		{"POST", get, "application/grpc", "", 1, rest + "505 UNIMPLEMENTED " + plain},
	} {
		b := newBench(t, func(c *gate.Config) { calling(c.Protected["/"].Handler)(c); messaging(c) })
		r := b.call(tt.method, tt.path, tt.contentType, "")
		r.ProtoMajor = tt.major
		r.Header.Del("Authorization")
		r.Header.Set("Accept", tt.accept)
		w := httptest.NewRecorder()
		b.chain.ServeHTTP(w, r)
		if got := said(t, w); got != tt.want {
			t.Errorf("%s %s (%s, %s, HTTP/%d): %s, want %s", tt.method, tt.path, tt.contentType, tt.accept, tt.major, got, tt.want)
		}
		if (w.Code == http.StatusMethodNotAllowed) != (w.Header().Get("Allow") != "") && tt.contentType != "application/grpc" {
			t.Errorf("%s %s: Allow %q", tt.method, tt.path, w.Header().Get("Allow"))
		}
		checkStages(t, b, "")
	}
}

// A path with a tenant before it calls what the path does, with the tenant as a variable.
func TestATenantBeforeAPathIsAVariable(t *testing.T) {
	for path, want := range map[string]string{"/acme/tasks/x": "acme x GetTask", "/tasks/tasks": " tasks GetTask", "/v1/tasks": "v1  ListTasks"} {
		b := newBench(t, func(c *gate.Config) { calling(c.Protected["/"].Handler)(c) })
		var got string
		b.handler = func(_ http.ResponseWriter, r *http.Request) { got = r.PathValue("tenant") + " " + r.PathValue("id") }
		if w, _ := b.doBare(b.call("GET", path, "", "")); w.Code != http.StatusOK || got+" "+b.judged.Method != want {
			t.Errorf("%s: %d %q of %s, want %q", path, w.Code, got, b.judged.Method, want)
		}
	}
}
