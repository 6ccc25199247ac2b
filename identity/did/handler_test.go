package did_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
)

type answer struct {
	*http.Response
	body   string
	reason string
}

func ask(t *testing.T, server *httptest.Server, method, target, body string, header http.Header) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, server.URL+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, values := range header {
		req.Header[name] = values
	}
	res, err := server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res, string(data), reasonIn(data)}
}

func reasonIn(data []byte) string {
	var refusal struct {
		JSONRPC string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Error   struct {
			Code    int
			Message string
			Data    struct{ Reason, Hint string }
		}
	}
	e := &refusal.Error
	if json.Unmarshal(data, &refusal) != nil || refusal.JSONRPC != "2.0" || string(refusal.ID) != "null" ||
		e.Code >= 0 || e.Message == "" || e.Data.Hint == "" {
		return ""
	}
	return e.Data.Reason
}

func serve(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(did.NewHandler(newDocument(t)))
	t.Cleanup(func() {
		server.Client().CloseIdleConnections()
		server.Close()
	})
	return server
}

func TestHandlerServesTheDocument(t *testing.T) {
	server := serve(t)
	query := "/did/resolve?did=" + url.QueryEscape(caller)
	for name, c := range map[string]struct{ method, target, body string }{
		"well-known":               {"GET", "/.well-known/did.json", ""},
		"well-known with a query":  {"GET", "/.well-known/did.json?x=1", ""},
		"resolve by query":         {"GET", query, ""},
		"resolve by raw query":     {"GET", "/did/resolve?did=" + caller, ""},
		"resolve by body":          {"POST", "/did/resolve", `{"did":"` + caller + `"}`},
		"resolve by escaped body":  {"POST", "/did/resolve", `{"did":"` + strings.ReplaceAll(caller, ":", `\u003a`) + `"}`},
		"resolve with extra field": {"POST", "/did/resolve", `{"did":"` + caller + `","x":[1]}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := ask(t, server, c.method, c.target, c.body, nil)
			var doc did.Document
			if err := json.Unmarshal([]byte(got.body), &doc); err != nil || got.StatusCode != 200 || doc.ID != caller {
				t.Fatalf("%d %s, %v", got.StatusCode, got.body, err)
			}
			if ct := got.Header.Get("Content-Type"); ct != "application/json" {
				t.Errorf("content type %q", ct)
			}
			if doc.Service[0].ServiceEndpoint != "https://a.example.com/?a=1&b=<2>" || strings.Contains(got.body, `\u0026`) {
				t.Errorf("service %s", got.body)
			}
		})
	}
	for _, target := range []string{"/.well-known/did.json", query} {
		if got := ask(t, server, "HEAD", target, "", nil); got.StatusCode != 200 || got.body != "" || got.ContentLength <= 0 {
			t.Errorf("HEAD %s: %d, %d bytes, %q", target, got.StatusCode, got.ContentLength, got.body)
		}
	}
}

func TestHandlerRefuses(t *testing.T) {
	server := serve(t)
	own := `{"did":"` + caller + `"}`
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	for name, c := range map[string]struct {
		method, target, body string
		header               http.Header
		status               int
		reason               string
	}{
		"another DID by query":      {"GET", "/did/resolve?did=" + recipient, "", nil, 404, "did_not_found"},
		"another DID by body":       {"POST", "/did/resolve", `{"did":"` + recipient + `"}`, nil, 404, "did_not_found"},
		"DID in another case":       {"GET", "/did/resolve?did=" + strings.ToUpper(caller[4:]), "", nil, 400, "did_malformed"},
		"no DID in query":           {"GET", "/did/resolve", "", nil, 400, "did_malformed"},
		"two DIDs in query":         {"GET", "/did/resolve?did=" + caller + "&did=" + recipient, "", nil, 400, "did_malformed"},
		"semicolon in query":        {"GET", "/did/resolve?a;did=" + caller, "", nil, 400, "did_malformed"},
		"065 DID with a slash":      {"GET", "/did/resolve?did=did:bindu:a/b", "", nil, 400, "did_malformed"},
		"065 DID with CRLF":         {"GET", "/did/resolve?did=did:bindu:a%0d%0ab", "", nil, 400, "did_malformed"},
		"no DID in body":            {"POST", "/did/resolve", `{}`, nil, 400, "did_malformed"},
		"query does not help POST":  {"POST", "/did/resolve?did=" + caller, `{}`, nil, 400, "did_malformed"},
		"null":                      {"POST", "/did/resolve", `{"did":null}`, nil, 400, "did_malformed"},
		"a number":                  {"POST", "/did/resolve", `{"did":1}`, nil, 400, "did_malformed"},
		"an array":                  {"POST", "/did/resolve", `["did"]`, nil, 400, "did_malformed"},
		"104 name in another case":  {"POST", "/did/resolve", `{"DID":"` + caller + `"}`, nil, 400, "did_malformed"},
		"104 duplicate name":        {"POST", "/did/resolve", `{"did":"x","did":"` + caller + `"}`, nil, 400, "json_duplicate_key"},
		"105 trailing data":         {"POST", "/did/resolve", own + own, nil, 400, "json_malformed"},
		"105 empty body":            {"POST", "/did/resolve", "", nil, 400, "json_malformed"},
		"106 deep body":             {"POST", "/did/resolve", string(nested(65)), nil, 400, "json_too_deep"},
		"071 not UTF-8":             {"POST", "/did/resolve", "\"\xff\"", nil, 400, "body_not_utf8"},
		"large number":              {"POST", "/did/resolve", `{"x":1e400}`, nil, 400, "json_number"},
		"086 large body":            {"POST", "/did/resolve", strings.Repeat(" ", 5000) + own, nil, 413, "payload_too_large"},
		"088 compressed body":       {"POST", "/did/resolve", own, header("Content-Encoding", "gzip"), 415, "content_encoding"},
		"089 text":                  {"POST", "/did/resolve", own, header("Content-Type", "text/plain"), 415, "content_type"},
		"089 no type":               {"POST", "/did/resolve", own, header("Content-Type", ""), 415, "content_type"},
		"089 UTF-16":                {"POST", "/did/resolve", own, header("Content-Type", "application/json; charset=utf-16"), 415, "content_type"},
		"098 trailing slash":        {"GET", "/did/resolve/", "", nil, 404, "not_found"},
		"098 escaped path":          {"GET", "/did/%72esolve?did=" + caller, "", nil, 404, "not_found"},
		"098 dot segments":          {"GET", "/x/%2e%2e/.well-known/did.json", "", nil, 404, "not_found"},
		"098 upper case":            {"GET", "/DID/resolve?did=" + caller, "", nil, 404, "not_found"},
		"098 parameter":             {"GET", "/.well-known/did.json;x", "", nil, 404, "not_found"},
		"101 PUT":                   {"PUT", "/did/resolve", own, nil, 405, "method_not_allowed"},
		"101 TRACE":                 {"TRACE", "/did/resolve", "", nil, 405, "method_not_allowed"},
		"101 OPTIONS":               {"OPTIONS", "/did/resolve", "", nil, 405, "method_not_allowed"},
		"101 POST of the document":  {"POST", "/.well-known/did.json", own, nil, 405, "method_not_allowed"},
		"101 DELETE of the default": {"DELETE", "/.well-known/did.json", "", nil, 405, "method_not_allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ask(t, server, c.method, c.target, c.body, c.header)
			if got.StatusCode != c.status || got.reason != c.reason {
				t.Errorf("%d %q, want %d %q; body %s", got.StatusCode, got.reason, c.status, c.reason, got.body)
			}
			if got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("Content-Type") != "application/json" {
				t.Errorf("headers %v", got.Header)
			}
			if c.status == 405 && got.Header.Get("Allow") == "" {
				t.Error("405 without Allow")
			}
			if strings.Contains(got.body, "publicKey") || strings.Contains(got.body, recipient) {
				t.Errorf("a refusal echoes or publishes: %s", got.body)
			}
		})
	}
}

func TestHandlerAcceptsCharset(t *testing.T) {
	got := ask(t, serve(t), "POST", "/did/resolve", `{"did":"`+caller+`"}`, http.Header{"Content-Type": {"application/json; charset=UTF-8"}})
	if got.StatusCode != 200 {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}

// A body without a declared length is cut off too.
func TestHandlerLimitsChunkedBodies(t *testing.T) {
	server := serve(t)
	endless := io.LimitReader(zeroReader{}, 1<<20)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/did/resolve", struct{ io.Reader }{endless})
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if data, _ := io.ReadAll(res.Body); res.StatusCode != 413 || reasonIn(data) != "payload_too_large" {
		t.Errorf("087 chunked: %d %s", res.StatusCode, data)
	}
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
