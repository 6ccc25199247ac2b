package gate_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/protoform"
	"github.com/getbindu/bindu-go/policy"
)

// messaging adds routes whose bodies are messages of gRPC.
func messaging(c *gate.Config) {
	for _, method := range []string{"SendMessage", "GetTask", "ListTasks"} {
		c.Protected[protoform.Path(method)] = gate.Route{Calls: map[string]string{"POST": method}, GRPC: true, Handler: c.Protected["/"].Handler}
	}
}

// frameOf is a frame with the message that a method's parameters are.
func frameOf(t testing.TB, method, params string) string {
	t.Helper()
	m, _ := protoform.MethodOf(method)
	b, err := m.Request.Append(grpcframe.Begin(nil), []byte(params))
	if err == nil {
		err = grpcframe.End(b)
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// message is an honest request of gRPC.
func (b *bench) message(method, body string) *http.Request {
	b.t.Helper()
	r := b.call("POST", protoform.Path(method), "application/grpc", body)
	r.ProtoMajor, r.ProtoMinor, r.Proto = 2, 0, "HTTP/2.0"
	return r
}

// doMessage sends a request and reads the status, which is all of a refusal.
func (b *bench) doMessage(r *http.Request) (*httptest.ResponseRecorder, grpcframe.Status) {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.chain.ServeHTTP(w, r)
	if b.ran["handler"] > 0 {
		return w, grpcframe.Status{}
	}
	s, err := grpcframe.ReadStatus(w.Header())
	if err != nil || w.Code != http.StatusOK || w.Body.Len() != 0 || w.Header().Get("Content-Type") != "application/grpc" || len(s.Details) != 1 || s.Message == "" {
		b.t.Fatalf("%d %v %q is no refusal: %+v, %v", w.Code, w.Header(), w.Body, s, err)
	}
	d := s.Details[0]
	if d.Domain != "getbindu.com" || d.Reason != strings.ToUpper(d.Metadata["reason"]) || d.Metadata["hint"] == "" || d.Metadata["requestId"] != w.Header().Get("X-Request-Id") {
		b.t.Errorf("%v %+v", w.Header(), s)
	}
	return w, s
}

func TestAMessageIsReadAsTheParametersOfItsMethod(t *testing.T) {
	for contentType, ok := range map[string]bool{"application/grpc": true, "application/grpc+proto": true, "application/grpc+json": false} {
		b := newBench(t, messaging)
		var env jsonrpc.Envelope
		var form jsonrpc.Form
		var timeout string
		b.handler = func(_ http.ResponseWriter, r *http.Request) {
			env, _ = jsonrpc.FromContext(r.Context())
			form, timeout = jsonrpc.FormOf(r.Context()), r.Header.Get("Grpc-Timeout")
		}
		body := frameOf(t, "GetTask", `{"id":"x","historyLength":0}`)
		r := b.message("GetTask", body)
		r.Header.Set("Content-Type", contentType)
		b.sign(r, signature.Octets1, body, testNow.Unix())
		r.Header.Set("Grpc-Timeout", "1S")
		_, s := b.doMessage(r)
		if !ok {
			if s.Code.String() != "UNIMPLEMENTED" || s.Details[0].Metadata["reason"] != "content_type" {
				t.Errorf("%s: %+v", contentType, s)
			}
			continue
		}
		const want = `{"id":"x","historyLength":0}`
		if env.Method != "GetTask" || string(env.Params) != want || form != jsonrpc.GRPC || timeout != "1S" || string(b.served) != body {
			t.Errorf("%s: %+v, %v, %q", contentType, env, form, timeout)
		}
		if b.judged.Method != "GetTask" || string(b.judged.Params) != want || string(b.judged.Body) != body || b.events[0].Method != "GetTask" {
			t.Errorf("judged %+v, recorded %+v", b.judged, b.events)
		}
	}
}

// A filter that this build does not know is told to whoever reads the parameters.
func TestAFilterThatIsNotKnownIsNotLost(t *testing.T) {
	b := newBench(t, messaging)
	var env jsonrpc.Envelope
	b.handler = func(_ http.ResponseWriter, r *http.Request) { env, _ = jsonrpc.FromContext(r.Context()) }
	b.doMessage(b.message("ListTasks", "\x00\x00\x00\x00\x03\x7a\x01x"))
	if string(env.Params) != `{"15":null}` {
		t.Errorf("%s", env.Params)
	}
}

// Every gate refuses messages as it does requests to POST /, in the form of gRPC.
func TestRefusalsOfMessages(t *testing.T) {
	set := func(name, value string) func(*bench, *http.Request) {
		return func(_ *bench, r *http.Request) { r.Header.Set(name, value) }
	}
	unset := func(name string) func(*bench, *http.Request) {
		return func(_ *bench, r *http.Request) { r.Header.Del(name) }
	}
	body := frameOf(t, "SendMessage", `{"tenant":"x"}`)
	resigned := func(s signature.Scheme) func(*bench, *http.Request) {
		return func(b *bench, r *http.Request) { b.sign(r, s, "{}", testNow.Unix()) } // neither can sign anything else
	}
	to := func(path string) func(*bench, *http.Request) {
		return func(_ *bench, r *http.Request) { r.RequestURI, r.URL.Path = path, path }
	}
	for name, tt := range map[string]struct {
		change       func(*bench, *http.Request)
		code, reason string
		ran          string
	}{
		"a long target":         {func(_ *bench, r *http.Request) { r.RequestURI += strings.Repeat("x", 9000) }, "INVALID_ARGUMENT", "target_too_long", ""},
		"too long":              {func(_ *bench, r *http.Request) { r.ContentLength = 1 << 40 }, "RESOURCE_EXHAUSTED", "payload_too_large", ""},
		"a second header":       {func(_ *bench, r *http.Request) { r.Header.Add("Authorization", "Bearer good-token") }, "INVALID_ARGUMENT", "duplicate_header", ""},
		"GET":                   {func(_ *bench, r *http.Request) { r.Method = "GET" }, "UNIMPLEMENTED", "method_not_allowed", ""},
		"another service":       {to("/lf.a2a.v1.Other/SendMessage"), "UNIMPLEMENTED", "not_found", ""},
		"another method":        {to("/lf.a2a.v1.A2AService/Other"), "UNIMPLEMENTED", "not_found", ""},
		"a path of HTTP+JSON":   {to("/tasks"), "UNIMPLEMENTED", "not_found", ""},
		"POST /":                {to("/"), "UNIMPLEMENTED", "content_type", ""},
		"compressed as a whole": {set("Content-Encoding", "gzip"), "UNIMPLEMENTED", "content_encoding", ""},
		"another form":          {set("Content-Type", "application/grpc+json"), "UNIMPLEMENTED", "content_type", ""},
		"a whole URL": {func(_ *bench, r *http.Request) {
			r.RequestURI, r.URL.Host = "gopher://evil.example:1"+r.RequestURI, "evil.example:1"
		}, "UNIMPLEMENTED", "not_found", ""},
		"a query":                 {func(_ *bench, r *http.Request) { r.RequestURI += "?a=b"; r.URL.RawQuery = "a=b" }, "UNIMPLEMENTED", "not_found", ""},
		"no query behind a mark":  {func(_ *bench, r *http.Request) { r.RequestURI += "?" }, "UNIMPLEMENTED", "not_found", ""},
		"no token":                {unset("Authorization"), "UNAUTHENTICATED", "auth_missing", ""},
		"no certificate":          {func(_ *bench, r *http.Request) { r.TLS = nil }, "UNAUTHENTICATED", "client_cert_required", "token"},
		"no signature":            {unset(signature.HeaderSignature), "PERMISSION_DENIED", "missing_signature_headers", "token"},
		"jcs-1":                   {resigned(signature.JCS1), "PERMISSION_DENIED", "scheme_unbound", "token"},
		"the reference's":         {resigned(signature.Reference), "PERMISSION_DENIED", "scheme_unbound", "token"},
		"signed for another":      {to("/lf.a2a.v1.A2AService/GetTask"), "PERMISSION_DENIED", "crypto_mismatch", "token caller key"},
		"the message alone":       {func(b *bench, r *http.Request) { b.sign(r, signature.Octets1, body[5:], testNow.Unix()) }, "PERMISSION_DENIED", "crypto_mismatch", "token caller key"},
		"a type that is not that": {set("Content-Type", "application/grpc+proto"), "PERMISSION_DENIED", "crypto_mismatch", "token caller key"},
		"no permission":           {func(b *bench, _ *http.Request) { b.claims.Scopes = nil }, "PERMISSION_DENIED", "scope_insufficient", "token caller key replay"},
		"a policy":                {func(b *bench, _ *http.Request) { b.policyErr = policy.ErrRequest }, "PERMISSION_DENIED", "policy_denied", "token caller key replay policy"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, messaging)
			r := b.message("SendMessage", body)
			tt.change(b, r)
			w, s := b.doMessage(r)
			if s.Code.String() != tt.code || s.Details[0].Metadata["reason"] != tt.reason {
				t.Errorf("%+v", s)
			}
			checkStages(t, b, tt.ran)
			if challenged := w.Header().Get("WWW-Authenticate") != ""; challenged != (tt.code == "UNAUTHENTICATED" || tt.reason == "scope_insufficient") {
				t.Errorf("WWW-Authenticate %q", w.Header().Get("WWW-Authenticate"))
			}
		})
	}
}

// A body that is no message is refused behind the proofs, and reaches nobody.
func TestAMessageIsReadStrictly(t *testing.T) {
	nested := strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65)
	long := frameOf(t, "SendMessage", `{"tenant":"`+strings.Repeat(`\u0001`, 300<<10)+`"}`)
	for name, tt := range map[string]struct{ method, body, code, reason string }{
		"nothing":         {"SendMessage", "", "INVALID_ARGUMENT", "message_malformed"},
		"no frame":        {"SendMessage", "{}", "INVALID_ARGUMENT", "message_malformed"},
		"two frames":      {"SendMessage", frameOf(t, "SendMessage", `{}`) + frameOf(t, "SendMessage", `{}`), "INVALID_ARGUMENT", "message_malformed"},
		"compressed":      {"SendMessage", "\x01\x00\x00\x00\x01x", "UNIMPLEMENTED", "content_encoding"},
		"no protobuf":     {"SendMessage", "\x00\x00\x00\x00\x01x", "INVALID_ARGUMENT", "message_malformed"},
		"a field twice":   {"GetTask", "\x00\x00\x00\x00\x06\x12\x01x\x12\x01y", "INVALID_ARGUMENT", "message_malformed"},
		"a name twice":    {"SendMessage", frameOf(t, "SendMessage", `{"metadata":{"a":1,"a":1}}`), "INVALID_ARGUMENT", "json_duplicate_key"},
		"a name again":    {"SendMessage", frameOf(t, "SendMessage", `{"message":{"parts":[{"data":[{"a":1,"a":null}]}]}}`), "INVALID_ARGUMENT", "json_duplicate_key"},
		"too deep":        {"SendMessage", frameOf(t, "SendMessage", `{"metadata":`+nested+`}`), "INVALID_ARGUMENT", "json_too_deep"},
		"too long in all": {"SendMessage", long, "RESOURCE_EXHAUSTED", "payload_too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(c *gate.Config) {
				messaging(c)
				c.Limits.BodyBytes = 1 << 20
			})
			w, s := b.doMessage(b.message(tt.method, tt.body))
			if (w.Header().Get("Grpc-Accept-Encoding") == "identity") != (tt.reason == "content_encoding") {
				t.Errorf("%v", w.Header())
			}
			if s.Code.String() != tt.code || s.Details[0].Metadata["reason"] != tt.reason || s.Details[0].Metadata["gate"] != "json" {
				t.Errorf("%+v", s)
			}
			checkStages(t, b, "token caller key replay")
		})
	}
}

// Who cannot read trailers is told so in JSON, and so is who does not speak gRPC.
func TestAMessageNeedsHTTP2(t *testing.T) {
	body := frameOf(t, "GetTask", `{"id":"x"}`)
	for contentType, want := range map[string]string{"application/grpc": "505 http2_required UNIMPLEMENTED", "application/grpc+json": "505 http2_required UNIMPLEMENTED", "application/json": "415 content_type INVALID_ARGUMENT", "": "415 content_type INVALID_ARGUMENT"} {
		t.Run(contentType, func(t *testing.T) {
			b := newBench(t, messaging)
			r := b.call("POST", protoform.Path("GetTask"), contentType, body)
			w, got := b.doBare(r)
			if w.Code == http.StatusOK {
				t.Fatal("it is answered")
			}
			if want != fmt.Sprint(w.Code, " ", got.Error.Details[0].Metadata.Reason, " ", got.Error.Status) {
				t.Errorf("%d %s, want %s", w.Code, w.Body, want)
			}
			checkStages(t, b, "")
		})
	}
	b := newBench(t, messaging)
	r := b.message("GetTask", body)
	r.Header.Set("Content-Type", "application/json")
	if w, got := b.doBare(r); w.Code != http.StatusUnsupportedMediaType || got.Error.Status != "INVALID_ARGUMENT" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// What a message holds in JSON is charged to its caller beside the body.
func TestAMessageIsCharged(t *testing.T) {
	body := frameOf(t, "SendMessage", `{"tenant":"`+strings.Repeat("x", 200)+`"}`)
	for _, tt := range []struct {
		limit int64
		code  string
	}{{int64(len(body)) + 600, "OK"}, {int64(len(body)) + 400, "RESOURCE_EXHAUSTED"}} {
		b := newBench(t, func(c *gate.Config) {
			messaging(c)
			c.Limits.BodyBytes = int64(len(body)) + 400
			c.Limits.BodyBytesHeld = tt.limit
		})
		if _, s := b.doMessage(b.message("SendMessage", body)); s.Code.String() != tt.code {
			t.Errorf("of %d bytes: %+v", tt.limit, s)
		}
	}
}
