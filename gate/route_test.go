package gate_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/policy"
)

// calling adds routes whose bodies are parameters alone.
func calling(h http.Handler) func(*gate.Config) {
	return func(c *gate.Config) {
		c.Protected["/tasks"] = gate.Route{Calls: map[string]string{"GET": "ListTasks"}, Handler: h}
		c.Protected["/tasks/{id}"] = gate.Route{Calls: map[string]string{"GET": "GetTask", "DELETE": "CancelTask"}, Handler: h}
		c.Protected["/tasks/{id}:cancel"] = gate.Route{Calls: map[string]string{"POST": "CancelTask"}, Handler: h}
		c.Protected["/message:send"] = gate.Route{Calls: map[string]string{"POST": "SendMessage"}, Handler: h}
	}
}

// call is an honest request that a test changes before it is signed.
func (b *bench) call(method, target, contentType, body string) *http.Request {
	b.t.Helper()
	r := httptest.NewRequest(method, "https://agent.test"+target, strings.NewReader(body))
	r.RequestURI = target
	good := b.request(signature.Octets1, body)
	r.TLS, r.Header = good.TLS, good.Header
	r.Header.Del("Content-Type")
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	b.sign(r, signature.Octets1, body, testNow.Unix())
	return r
}

// status is a google.rpc.Status as HTTP+JSON has it.
type status struct {
	JSONRPC *string `json:"jsonrpc"`
	Error   struct {
		Code    int    `json:"code"`
		Status  string `json:"status"`
		Message string `json:"message"`
		Details []struct {
			Type     string `json:"@type"`
			Reason   string `json:"reason"`
			Domain   string `json:"domain"`
			Metadata struct {
				Reason, Gate, RequestID, Hint string
			} `json:"metadata"`
		} `json:"details"`
	} `json:"error"`
}

// doBare sends a request and reads the refusal, whose form it looks at.
func (b *bench) doBare(r *http.Request) (*httptest.ResponseRecorder, status) {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.chain.ServeHTTP(w, r)
	var got status
	if w.Code == http.StatusOK {
		return w, got
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		b.t.Fatalf("answer %q: %v", w.Body, err)
	}
	e := got.Error
	if got.JSONRPC != nil || e.Code != w.Code || e.Status == "" || e.Message == "" || len(e.Details) != 1 {
		b.t.Fatalf("%d is no status: %s", w.Code, w.Body)
	}
	info := e.Details[0]
	if info.Type != "type.googleapis.com/google.rpc.ErrorInfo" || info.Domain != "getbindu.com" || info.Reason != strings.ToUpper(info.Metadata.Reason) ||
		info.Metadata.Hint == "" || info.Metadata.RequestID != w.Header().Get("X-Request-Id") || w.Header().Get("Cache-Control") != "no-store" {
		b.t.Errorf("%v %s", w.Header(), w.Body)
	}
	return w, got
}

func TestARouteSaysWhichMethodIsCalled(t *testing.T) {
	for name, tt := range map[string]struct {
		method, target, contentType, body string
		calls, id, params                 string
	}{
		"of a path":            {"GET", "/tasks/x-1?historyLength=1", "", "", "GetTask", "x-1", ""},
		"with a type for none": {"GET", "/tasks/x", "application/json", "", "GetTask", "x", ""},
		"of a verb":            {"POST", "/tasks/x:cancel", "application/a2a+json", ` {"metadata":{}}`, "CancelTask", "x", `{"metadata":{}}`},
		"of a verb, bare":      {"POST", "/tasks/x:cancel", "", "", "CancelTask", "x", ""},
		"of another method":    {"DELETE", "/tasks/x", "", "", "CancelTask", "x", ""},
		"of a body":            {"POST", "/message:send", "application/json", `{"method":"GetTask","message":{}}`, "SendMessage", "", `{"method":"GetTask","message":{}}`},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(c *gate.Config) { calling(c.Protected["/"].Handler)(c) })
			var id string
			var env jsonrpc.Envelope
			var form jsonrpc.Form
			b.handler = func(w http.ResponseWriter, r *http.Request) {
				id, form = r.PathValue("id"), jsonrpc.FormOf(r.Context())
				env, _ = jsonrpc.FromContext(r.Context())
			}
			w, _ := b.doBare(b.call(tt.method, tt.target, tt.contentType, tt.body))
			if w.Code != http.StatusOK || id != tt.id || env.Method != tt.calls || string(env.Params) != tt.params || form != jsonrpc.Bare {
				t.Errorf("%d %s: %q %+v %v", w.Code, w.Body, id, env, form)
			}
			if b.judged.Method != tt.calls || string(b.judged.Params) != tt.params || b.events[0].Method != tt.calls || string(b.served) != tt.body {
				t.Errorf("judged %+v, recorded %+v, served %q", b.judged, b.events, b.served)
			}
		})
	}
}

// A body is read as strictly as in an envelope, and refused by its HTTP status.
func TestParametersAloneAreReadStrictly(t *testing.T) {
	for reason, body := range map[string]string{
		"json_duplicate_key": `{"a":{"b":1,"b":1}}`, "json_malformed": `{"a":`, "json_trailing_data": `{} {}`, "request_not_object": `["a"]`,
		"json_too_deep": strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65), "body_not_utf8": "{\"a\":\"\xff\"}",
	} {
		b := newBench(t, func(c *gate.Config) { calling(c.Protected["/"].Handler)(c) })
		w, got := b.doBare(b.call("POST", "/message:send", "application/json", body))
		if w.Code != http.StatusBadRequest || got.Error.Details[0].Metadata.Reason != reason || got.Error.Status != "INVALID_ARGUMENT" || b.ran["handler"] != 0 || b.ran["policy"] != 0 {
			t.Errorf("%s: %d %s", reason, w.Code, w.Body)
		}
	}
}

// Every gate refuses on these routes as it does on POST /, in their form.
func TestRefusalsOfRoutesThatCall(t *testing.T) {
	set := func(name, value string) func(*bench, *http.Request) {
		return func(_ *bench, r *http.Request) { r.Header.Set(name, value) }
	}
	unset := func(name string) func(*bench, *http.Request) {
		return func(_ *bench, r *http.Request) { r.Header.Del(name) }
	}
	resigned := func(s signature.Scheme) func(*bench, *http.Request) {
		return func(b *bench, r *http.Request) { b.sign(r, s, "", testNow.Unix()) }
	}
	for name, tt := range map[string]struct {
		change func(*bench, *http.Request)
		status int
		code   string
		reason string
		ran    string
	}{
		"a long target":              {func(_ *bench, r *http.Request) { r.RequestURI += strings.Repeat("x", 9000) }, 414, "INVALID_ARGUMENT", "target_too_long", ""},
		"a second header":            {func(_ *bench, r *http.Request) { r.Header.Add("Authorization", "Bearer good-token") }, 400, "INVALID_ARGUMENT", "duplicate_header", ""},
		"another method":             {func(_ *bench, r *http.Request) { r.Method = "PUT" }, 405, "UNIMPLEMENTED", "method_not_allowed", ""},
		"HEAD":                       {func(_ *bench, r *http.Request) { r.Method = "HEAD" }, 405, "UNIMPLEMENTED", "method_not_allowed", ""},
		"a type":                     {set("Content-Type", "text/plain"), 415, "INVALID_ARGUMENT", "content_type", ""},
		"no token":                   {unset("Authorization"), 401, "UNAUTHENTICATED", "auth_missing", ""},
		"no certificate":             {func(_ *bench, r *http.Request) { r.TLS = nil }, 401, "UNAUTHENTICATED", "client_cert_required", "token"},
		"no signature":               {unset(signature.HeaderSignature), 403, "PERMISSION_DENIED", "missing_signature_headers", "token"},
		"jcs-1":                      {resigned(signature.JCS1), 403, "PERMISSION_DENIED", "scheme_unbound", "token"},
		"the reference's":            {resigned(signature.Reference), 403, "PERMISSION_DENIED", "scheme_unbound", "token"},
		"another query":              {func(_ *bench, r *http.Request) { r.RequestURI = "/tasks/x?historyLength=2" }, 403, "PERMISSION_DENIED", "crypto_mismatch", "token caller key"},
		"no query":                   {func(_ *bench, r *http.Request) { r.RequestURI = "/tasks/x" }, 403, "PERMISSION_DENIED", "crypto_mismatch", "token caller key"},
		"signed for DELETE":          {func(_ *bench, r *http.Request) { r.Method = "DELETE" }, 403, "PERMISSION_DENIED", "crypto_mismatch", "token caller key"},
		"signed for another path":    {func(_ *bench, r *http.Request) { r.RequestURI, r.URL.Path = "/tasks/y", "/tasks/y" }, 403, "PERMISSION_DENIED", "crypto_mismatch", "token caller key"},
		"a type that was not signed": {set("Content-Type", "application/json"), 403, "PERMISSION_DENIED", "crypto_mismatch", "token caller key"},
		"no permission":              {func(b *bench, _ *http.Request) { b.claims.Scopes = nil }, 403, "PERMISSION_DENIED", "scope_insufficient", "token caller key replay"},
		"a policy":                   {func(b *bench, _ *http.Request) { b.policyErr = policy.ErrRequest }, 403, "PERMISSION_DENIED", "policy_denied", "token caller key replay policy"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(c *gate.Config) { calling(c.Protected["/"].Handler)(c) })
			r := b.call("GET", "/tasks/x?historyLength=1", "", "")
			tt.change(b, r)
			w, got := b.doBare(r)
			if w.Code != tt.status || got.Error.Status != tt.code || got.Error.Details[0].Metadata.Reason != tt.reason {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			checkStages(t, b, tt.ran)
			if w.Code == http.StatusMethodNotAllowed && w.Header().Get("Allow") != "DELETE, GET" {
				t.Errorf("Allow %q", w.Header().Get("Allow"))
			}
			if (w.Code == http.StatusUnauthorized) != (w.Header().Get("WWW-Authenticate") != "" && w.Code != http.StatusForbidden) {
				t.Errorf("WWW-Authenticate %q", w.Header().Get("WWW-Authenticate"))
			}
		})
	}
	b := newBench(t, func(c *gate.Config) { calling(c.Protected["/"].Handler)(c) })
	signed := b.call("GET", "/tasks", "", "").Header
	for i, want := range []int{http.StatusOK, http.StatusConflict} {
		r := httptest.NewRequest("GET", "https://agent.test/tasks", http.NoBody)
		r.TLS, r.Header = b.request(signature.Octets1, "").TLS, signed.Clone()
		if w, _ := b.doBare(r); w.Code != want {
			t.Errorf("sent %d times: %d %s", i+1, w.Code, w.Body)
		}
	}
}

// A policy reads the parameters of a request in whatever binding it came.
func TestAPolicyReadsTheParametersOfEachBinding(t *testing.T) {
	b := newBench(t, func(c *gate.Config) { calling(c.Protected["/"].Handler)(c) })
	for want, r := range map[string]*http.Request{
		`{"x": 1}`: b.request(signature.Reference, testBody), `{"y": 2}`: b.call("POST", "/message:send", "application/json", `{"y": 2}`),
	} {
		b.judged = gate.Request{}
		if w, _ := b.doBare(r); w.Code != http.StatusOK || b.judged.Method != "SendMessage" || string(b.judged.Params) != want {
			t.Errorf("%d: judged by %s of %s, want %s", w.Code, b.judged.Params, b.judged.Method, want)
		}
	}
}
