package egress_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/egress"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/stepcatest"
)

const message = `{"jsonrpc": "2.0",  "id":"1","method":"SendMessage","params":{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"h\u00e9"}]}}}`

// The peer gets the very bytes that the program sent, with all that proves the agent, and
// nothing else of what the program sent along.
func TestABodyArrivesAsItCameAndProved(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	a := newAgent(t, ca, "critic")
	l := open(t, ca, entry("critic", a))
	got := do(t, "POST", l.url+"/peer/critic/", message,
		"A2A-Version: 1.0", "Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		"Authorization: Bearer of-the-program", "Cookie: a=b", "X-DID: did:bindu:x:y:1", "X-DID-Signature: forged", "X-DID-Sign-Response: none",
		"X-Forwarded-For: 10.0.0.1", "Forwarded: for=10.0.0.1", "Connection: X-DID, close", "Te: deflate", "X_DID: did:bindu:x:y:1", "Via: 1.1 x", "X-Other: 1")
	if got.status != 200 || !strings.Contains(got.body, `SendMessage`) || got.header.Get("X-Egress-Answer") != "signed" || got.header.Get("X-Egress-Peer-Did") != a.did.String() {
		t.Fatalf("%+v", got)
	}
	all := a.requests()
	if len(all) != 1 {
		t.Fatalf("%d requests", len(all))
	}
	q := all[0]
	if q.wrong != nil || q.body != message || q.method != "POST" || q.target != "/" || q.header.Get("X-DID-Scheme") != string(signature.Octets1) {
		t.Errorf("%+v", q)
	}
	if q.header.Get("Authorization") != "Bearer "+token || len(q.header["Authorization"]) != 1 {
		t.Errorf("authorization: %q", q.header["Authorization"])
	}
	for name := range q.header {
		switch name {
		case "Authorization", "Content-Type", "Content-Length", "A2a-Version", "Traceparent", "User-Agent", "X-Did", "X-Did-Timestamp", "X-Did-Signature", "X-Did-Scheme", "X-Did-Nonce", "X-Did-Audience", "X-Did-Sign-Response":
		default:
			t.Errorf("the peer got %s: %q", name, q.header[name])
		}
	}
	for name := range got.header {
		if strings.HasPrefix(name, "X-Did") {
			t.Errorf("the program got %s", name)
		}
	}
	e := l.rec.events()
	if len(e) != 1 || e[0].Decision != audit.Admitted || e[0].DID != a.did.String() || e[0].Method != "critic SendMessage" || e[0].Status != 200 || e[0].RequestID == "" {
		t.Errorf("%+v", e)
	}
}

// Whatever a web page or a program without the secret can send is refused, and nothing is
// sent to anybody.
func TestWhoMayNotCallIsRefused(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	a := newAgent(t, ca, "critic")
	l := open(t, ca, entry("critic", a))
	at := l.url + "/peer/critic/"
	for name, tt := range map[string]struct {
		method, url, body string
		headers           []string
		status            int
		word              string
	}{
		"no secret":                   {"POST", at, message, []string{egress.HeaderSecret + ": "}, 401, "secret_required"},
		"a wrong secret":              {"POST", at, message, []string{egress.HeaderSecret + ": ", "Authorization: Bearer " + secret + "x"}, 401, "secret_required"},
		"an empty secret":             {"POST", at, message, []string{egress.HeaderSecret + ": ", "Authorization: Bearer "}, 401, "secret_required"},
		"two secrets":                 {"POST", at, message, []string{egress.HeaderSecret + ": wrong"}, 401, "secret_required"},
		"a page":                      {"POST", at, message, []string{"Origin: http://evil.example"}, 403, "origin_refused"},
		"a page of this machine":      {"POST", at, message, []string{"Origin: http://127.0.0.1:3775"}, 403, "origin_refused"},
		"a page without a name":       {"POST", at, message, []string{"Origin: null"}, 403, "origin_refused"},
		"DNS rebinding":               {"POST", at, message, []string{"Host: evil.example"}, 421, "host_refused"},
		"a name that begins alike":    {"POST", at, message, []string{"Host: localhost.evil.example"}, 421, "host_refused"},
		"an address of the network":   {"POST", at, message, []string{"Host: 10.0.0.1"}, 421, "host_refused"},
		"a method that changes":       {"PUT", at, message, nil, 405, "method_not_allowed"},
		"TRACE":                       {"TRACE", at, "", nil, 405, "method_not_allowed"},
		"preflight":                   {"OPTIONS", at, "", []string{"Origin: http://evil.example"}, 403, "origin_refused"},
		"nobody of that name":         {"POST", l.url + "/peer/clerk/", message, nil, 403, "peer_unlisted"},
		"no name":                     {"POST", l.url + "/peer//", message, nil, 400, "path_malformed"},
		"no peer":                     {"POST", l.url + "/", message, nil, 400, "path_malformed"},
		"dots as a name":              {"POST", l.url + "/peer/../", message, nil, 403, "peer_unlisted"},
		"dots in disguise":            {"POST", l.url + "/peer/%2e%2e/critic/", message, nil, 403, "peer_unlisted"},
		"a name in disguise":          {"POST", l.url + "/peer/c%72itic/", message, nil, 403, "peer_unlisted"},
		"a name in capitals":          {"POST", l.url + "/peer/CRITIC/", message, nil, 403, "peer_unlisted"},
		"dots behind the name":        {"GET", at + "a/../b", "", nil, 400, "path_malformed"},
		"disguised dots behind it":    {"GET", at + "%2e%2e/b", "", nil, 400, "path_malformed"},
		"a disguised slash":           {"GET", at + "tasks%2fx", "", nil, 400, "path_malformed"},
		"an empty segment":            {"GET", at + "a//b", "", nil, 400, "path_malformed"},
		"a body that is too large":    {"POST", at, strings.Repeat("x", 64<<10+1), nil, 413, "payload_too_large"},
		"a body in another form":      {"POST", at, message, []string{"Content-Encoding: gzip"}, 415, "content_encoding"},
		"two content types":           {"POST", at, message, []string{"Content-Type: text/plain"}, 400, "duplicate_header"},
		"a document that proves none": {"GET", at + ".well-known/did.json", "", nil, 404, "not_found"},
	} {
		t.Run(name, func(t *testing.T) {
			got := do(t, tt.method, tt.url, tt.body, tt.headers...)
			if got.status != tt.status || got.word() != tt.word && tt.method != "TRACE" {
				t.Errorf("%d %s: %s", got.status, got.word(), got.body)
			}
		})
	}
	if n := len(a.requests()); n != 0 {
		t.Errorf("the peer got %d requests", n)
	}
	for _, e := range l.rec.events() {
		if e.Decision != audit.Refused || e.Gate != "egress" || e.Reason == "" {
			t.Errorf("recorded: %+v", e)
		}
	}
}

// Each place for the secret that some client has is taken.
func TestTheSecretMayStandWhereAClientCanPutIt(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	a := newAgent(t, ca, "critic")
	l := open(t, ca, entry("critic", a))
	for name, headers := range map[string][]string{
		"its own header": nil,
		"a bearer token": {egress.HeaderSecret + ": ", "Authorization: Bearer " + secret},
		"to a proxy":     {egress.HeaderSecret + ": ", "Proxy-Authorization: Bearer " + secret},
		"a password":     {egress.HeaderSecret + ": ", "Authorization: Basic " + basic("anybody", secret)},
	} {
		if got := do(t, "POST", l.url+"/peer/critic/", message, headers...); got.status != 200 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func basic(user, password string) string {
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(user, password)
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Basic ")
}

// A card may be kept for a while, and who has it is told that it is the same still.
func TestACardMayBeKept(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	a := newAgent(t, ca, "critic")
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	l := open(t, ca, entry("critic", a), func(c *egress.Config) { c.Now = func() time.Time { return now } })
	at := l.url + "/peer/critic/.well-known/agent-card.json"
	first := do(t, "GET", at, "")
	etag := first.header.Get("Etag")
	if first.status != 200 || etag == "" || first.header.Get("Cache-Control") != "private, max-age=60" || first.header.Get("Last-Modified") != "Mon, 30 Nov 2026 12:00:00 GMT" {
		t.Fatalf("%+v", first)
	}
	now = now.Add(time.Hour) // it is read again
	if got := do(t, "GET", at, "", "If-None-Match: "+etag); got.status != 304 || got.body != "" {
		t.Errorf("kept: %+v", got)
	}
	if got := do(t, "GET", at, ""); got.status != 200 || got.header.Get("Last-Modified") != first.header.Get("Last-Modified") {
		t.Errorf("as it was: %+v", got)
	}
	a.describe(t, "2")
	now = now.Add(time.Hour)
	if got := do(t, "GET", at, "", "If-None-Match: "+etag); got.status != 200 || got.header.Get("Etag") == etag || got.header.Get("Last-Modified") != "Mon, 30 Nov 2026 14:00:00 GMT" {
		t.Errorf("changed: %+v", got)
	}
}
