package hostile

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/protoform"
)

// grpcRows are what gRPC refuses. Each request is proved but for what its case changes,
// and each refusal is a status and nothing else.
func grpcRows() []row {
	return []row{
		{number: 182, reason: "grpc_route", sent: "gRPC: another spelling of a path, another codec, a compressed body", gets: "UNIMPLEMENTED in the headers, by the gate route", run: refusedByRoute},
		{number: 182, reason: "grpc_signature", sent: "gRPC: signed for another method, for the message without its frame, for another codec", gets: "PERMISSION_DENIED `crypto_mismatch` in the headers, by the gate signature", run: refusedBySignature},
		{number: 182, reason: "grpc_message", sent: "gRPC: bodies that are no message: no frame, two, one that announces 4 GiB, one that is compressed, a field twice, text that is no UTF-8, 65 levels, a name twice, one that is too large in JSON", gets: "INVALID_ARGUMENT, of a compressed one UNIMPLEMENTED and of a large one RESOURCE_EXHAUSTED, in the headers, by the gate json", run: refusedAsMessage},
		{number: 182, reason: "grpc_http1", sent: "gRPC over HTTP/1.1", gets: "505 `http2_required` (UNIMPLEMENTED) in JSON, by the gate route", run: grpcOverHTTP1},
	}
}

// framed is a frame with a message.
func framed(message string) string {
	b := append(grpcframe.Begin(nil), message...)
	if err := grpcframe.End(b); err != nil {
		panic(err) // of no frame
	}
	return string(b)
}

// grpcShot is a proved request of gRPC, and what it gets.
type grpcShot struct {
	path, contentType, body string
	header                  [2]string
	code, reason            string
}

// fire sends the shots, and looks whether the agent still answers a good one.
func fire(t *testing.T, h *house, gate string, change func(*http.Request), shots map[string]grpcShot) {
	t.Helper()
	p := newProver(t, h)
	before := h.executed.Load()
	for name, s := range shots {
		if s.path == "" {
			s.path = protoform.Path("SendMessage")
		}
		if s.contentType == "" {
			s.contentType = grpcframe.ContentType
		}
		p.change = change
		got, err := p.grpc(t, s)
		if err != nil || got.Code.String() != s.code || len(got.Details) != 1 || got.Details[0].Metadata["reason"] != s.reason || got.Details[0].Metadata["gate"] != gate {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	p.change = nil
	if got, err := p.grpc(t, grpcShot{path: protoform.Path("ListTasks"), contentType: grpcframe.ContentType, body: framed("")}); err != nil || got.Code != grpcframe.OK || h.executed.Load() != before {
		t.Errorf("afterwards: %+v, %v, %d executed", got, err, h.executed.Load()-before)
	}
}

// grpc sends a shot over HTTP/2 and reads its status. Only a success has a body.
func (p *prover) grpc(t *testing.T, s grpcShot) (grpcframe.Status, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+p.h.Addr().String()+s.path, strings.NewReader(s.body))
	if err != nil {
		return grpcframe.Status{}, err
	}
	r.Header.Set("Content-Type", s.contentType)
	r.Header.Set("A2A-Version", "1.0")
	if s.header[0] != "" {
		r.Header.Set(s.header[0], s.header[1])
	}
	res, err := p.RoundTrip(r)
	if err != nil {
		return grpcframe.Status{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return grpcframe.Status{}, err
	}
	if res.ProtoMajor != 2 || res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != grpcframe.ContentType {
		t.Errorf("%s %s %v", res.Proto, res.Status, res.Header)
	}
	if len(res.Trailer) > 0 {
		return grpcframe.ReadStatus(res.Trailer)
	}
	if len(body) > 0 {
		t.Errorf("a refusal has a body: %q", body)
	}
	return grpcframe.ReadStatus(res.Header)
}

func refusedByRoute(t *testing.T, h *house) {
	shots := map[string]grpcShot{
		"another codec":     {contentType: "application/grpc+json", code: "UNIMPLEMENTED", reason: "content_type"},
		"a parameter":       {contentType: "application/grpc;charset=utf-8", code: "UNIMPLEMENTED", reason: "content_type"},
		"compressed":        {header: [2]string{"Content-Encoding", "gzip"}, code: "UNIMPLEMENTED", reason: "content_encoding"},
		"at POST /":         {path: "/", code: "UNIMPLEMENTED", reason: "content_type"},
		"at a path of HTTP": {path: "/message:send", code: "UNIMPLEMENTED", reason: "content_type"},
	}
	const service = "/lf.a2a.v1.A2AService/"
	for _, path := range []string{service, service + "Other", service + "SendMessage?a=b", service + "sendMessage", service + "SendMessage/", "/" + service + "SendMessage", service + "Send%4dessage", "/lf.a2a.v1.A2AService.SendMessage", "/a2a.v1.A2AService/SendMessage", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "/grpc.health.v1.Health/Check"} {
		shots[path] = grpcShot{path: path, code: "UNIMPLEMENTED", reason: "not_found"}
	}
	fire(t, h, "route", nil, shots)
}

func refusedBySignature(t *testing.T, h *house) {
	const code, reason = "PERMISSION_DENIED", "crypto_mismatch"
	one := map[string]grpcShot{"it": {body: framed("x"), code: code, reason: reason}}
	fire(t, h, "signature", func(r *http.Request) { r.URL.Path = protoform.Path("GetTask") }, one)
	fire(t, h, "signature", func(r *http.Request) { r.Header.Set("Content-Type", "application/grpc+proto") }, one)
	fire(t, h, "signature", func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader("x")), 1
	}, one)
}

func refusedAsMessage(t *testing.T, h *house) {
	const invalid, malformed = "INVALID_ARGUMENT", "message_malformed"
	send, _ := protoform.MethodOf("SendMessage")
	written := func(params string) string {
		b, err := send.Request.Append(nil, []byte(params))
		if err != nil {
			t.Fatal(err)
		}
		return framed(string(b))
	}
	fire(t, h, "json", nil, map[string]grpcShot{
		"nothing":           {code: invalid, reason: malformed},
		"JSON":              {body: `{"message":{}}`, code: invalid, reason: malformed},
		"two frames":        {body: framed("") + framed(""), code: invalid, reason: malformed},
		"4 GiB":             {body: "\x00\xff\xff\xff\xffx", code: invalid, reason: malformed},
		"another flag":      {body: "\x80\x00\x00\x00\x00", code: invalid, reason: malformed},
		"compressed":        {body: "\x01\x00\x00\x00\x01x", header: [2]string{"Grpc-Encoding", "gzip"}, code: "UNIMPLEMENTED", reason: "content_encoding"},
		"a length of 4 GiB": {body: framed("\x12\xff\xff\xff\xff\x0f"), code: invalid, reason: malformed},
		"a field twice":     {body: framed("\x0a\x01a\x0a\x01b"), code: invalid, reason: malformed},
		"no UTF-8":          {body: framed("\x0a\x01\xff"), code: invalid, reason: malformed},
		"a group":           {body: framed("\x0b\x0c"), code: invalid, reason: malformed},
		"a large number":    {body: framed("\x1a\x06\x18\xff\xff\xff\xff\x7f"), code: invalid, reason: malformed},
		"65 levels":         {body: written(`{"metadata":` + strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65) + `}`), code: invalid, reason: "json_too_deep"},
		"a name twice":      {body: written(`{"metadata":{"a":1,"a":1}}`), code: invalid, reason: "json_duplicate_key"},
		"six times in JSON": {body: framed("\x0a\x80\x80\x40" + strings.Repeat("\x01", 1<<20)), code: "RESOURCE_EXHAUSTED", reason: "payload_too_large"},
	})
}

func grpcOverHTTP1(t *testing.T, h *house) {
	s := aim(t, h)
	rest(http.MethodPost, protoform.Path("SendMessage"), framed("x"))(s)
	header("Content-Type", grpcframe.ContentType)(s)
	got := s.send()
	if got.err != nil || got.status != http.StatusHTTPVersionNotSupported || !strings.Contains(string(got.body), `"http2_required"`) || !strings.Contains(string(got.body), `"UNIMPLEMENTED"`) {
		t.Errorf("answer %d %s, %v", got.status, got.body, got.err)
	}
}
