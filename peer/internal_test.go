package peer

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/transport/mtls"
)

func plainClient(t *testing.T) *Client {
	t.Helper()
	key, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	self, err := did.Parse("did:bindu:test")
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{DID: self, Key: key, DialTimeout: time.Minute, RequestTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestNoProxySeesTheToken(t *testing.T) {
	if plain, ok := plainClient(t).newTransport(connections{}).(*http.Transport); !ok || plain.Proxy != nil {
		t.Error("a proxy would be used")
	}
}

func TestConnectionsToManyPeersAreBounded(t *testing.T) {
	c := plainClient(t)
	name := func(i int) did.DID {
		d, err := did.Parse(fmt.Sprintf("did:bindu:%d", i))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	first, err := c.pool(connections{peer: name(0)})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 * maxTransports {
		for _, d := range []did.DID{name(i), name(0)} { // the first one stays in use
			if _, err := c.pool(connections{peer: d}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(c.transports) != maxTransports {
		t.Errorf("%d transports are kept, want %d", len(c.transports), maxTransports)
	}
	if again, _ := c.pool(connections{peer: name(0)}); again != first {
		t.Error("the one in use was forgotten")
	}
}

func TestClassify(t *testing.T) {
	mismatch := &mtls.PeerMismatchError{}
	for want, err := range map[error]error{
		ErrHandshakeRefused:  fmt.Errorf("read: %w", &net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}),
		ErrUnreachable:       &net.OpError{Op: "dial", Err: errors.New("connection refused")},
		mtls.ErrPeerMismatch: mismatch,
	} {
		if got := classify(err); !errors.Is(got, want) || !errors.Is(got, err) {
			t.Errorf("%v became %v, want %v", err, got, want)
		}
	}
	if classify(mismatch) != error(mismatch) {
		t.Error("a failed pin was wrapped as unreachable")
	}
}

func TestNewWantsWhatItNeeds(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("a client without a name")
	}
	whole := plainClient(t).cfg
	for what, lack := range map[string]func(*Config){
		"timeout for connecting": func(c *Config) { c.DialTimeout = 0 }, "timeout for requests": func(c *Config) { c.RequestTimeout = 0 },
		"key": func(c *Config) { c.Key = nil },
	} {
		cfg := whole
		lack(&cfg)
		if _, err := New(cfg); err == nil {
			t.Errorf("a client without a %s", what)
		}
	}
}

func TestParseRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "0": 0, "3": 3 * time.Second, "-3": 0, "3.5": 0, "99999999999999999999": 0,
		"2147483647":                    maxRetryAfter,
		"Thu, 01 Jan 2026 00:00:09 GMT": 9 * time.Second,
		"Thu, 01 Jan 2025 00:00:09 GMT": 0,
	} {
		if got := parseRetryAfter(text, now); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

func TestParseRefusalOfA2A(t *testing.T) {
	body := `{"error":{"code":-32001,"message":"task not found","data":[{"@type":"x"},{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"TASK_NOT_FOUND"}]}}`
	r := parseRefusal(answer{status: 200, header: http.Header{}, body: []byte(body)}, time.Time{})
	if r.Code != -32001 || r.Reason != "TASK_NOT_FOUND" || r.Message != "task not found" {
		t.Errorf("%+v", r)
	}
}

func FuzzParseRefusal(f *testing.F) {
	for _, body := range []string{
		`{"jsonrpc":"2.0","id":null,"error":{"code":-32052,"message":"Invalid DID signature","data":{"reason":"crypto_mismatch","gate":"signature","requestId":"1","hint":"h"}}}`,
		`{"error":{"code":1,"message":"\u001b[2J","data":[{"reason":"a\nb"}]}}`, `{"error":[]}`, `{"error":{"data":"x"}}`, `{"error":"a b","details":{"reason":"r"}}`, `{"error":"invalid_token","error_description":"d"}`,
		`{"error":{"code":-31401,"data":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"A","metadata":{"reason":"a","hint":1}}]}}`,
		`<html>`, ``, `{"error":{"message":"` + strings.Repeat("\u202e", 1000) + `"}}`, `{"error":{"code":1e99}}`,
	} {
		f.Add(503, "1", []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, header string, body []byte) {
		h := http.Header{"Retry-After": {header}, "X-Request-Id": {header}}
		r := parseRefusal(answer{status: status, header: h, body: body}, time.Unix(0, 0))
		for _, text := range []string{r.Message, r.Reason, r.Gate, r.Hint, r.RequestID, r.Error()} {
			if strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) }) || len(text) > 8<<10 {
				t.Fatalf("not fit for a terminal: %q", text)
			}
		}
		if r.Status != status || r.RetryAfter < 0 {
			t.Fatalf("%+v", r)
		}
	})
}

func FuzzParseReply(f *testing.F) {
	for _, result := range []string{
		`{"task":{"id":"t","contextId":"c","status":{"state":"TASK_STATE_COMPLETED"},"artifacts":[{"parts":[{"text":"a"},null,{"data":1}]}]}}`,
		`{"message":{"messageId":"m","role":"ROLE_AGENT","parts":[{"text":"a"}]}}`,
		`{"id":"t","context_id":"c","kind":"task","status":{"state":"submitted","message":"x"},"history":[{"role":"agent","parts":[]}]}`,
		`{"task":{"task":{"task":{}}}}`, `{"message":{"task":null}}`, `{}`, `null`, `{"status":{}}`, `{"parts":[]}`,
	} {
		f.Add([]byte(result))
	}
	f.Fuzz(func(t *testing.T, result []byte) {
		reply, err := parseReply(t.Context(), result)
		switch {
		case err != nil && !errors.Is(err, ErrReply):
			t.Fatalf("another error: %v", err)
		case err == nil && reply.State == "":
			t.Fatalf("no state: %+v", reply)
		}
	})
}

// A peer has the tenant of the interface by which it is spoken to.
func TestTheTenantIsThatOfTheBinding(t *testing.T) {
	self, err := did.Parse("did:bindu:a")
	if err != nil {
		t.Fatal(err)
	}
	base, err := (&Client{cfg: Config{}}).address("http://127.0.0.1:3773")
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"supportedInterfaces":[{"url":"https://x/","protocolBinding":"JSONRPC","protocolVersion":"1.0","tenant":"j"},
		{"url":"https://x/r","protocolBinding":"HTTP+JSON","protocolVersion":"1.0","tenant":"r"},{"url":"x:1","protocolBinding":"GRPC","protocolVersion":"1.0"}],
		"capabilities":{"extensions":[{"uri":"did:bindu:a"},{"uri":"` + card.SignatureExtension + `","params":{"schemes":["octets-1"]}}]}}`)
	for binding, want := range map[Binding]string{"": "j", JSONRPC: "j", HTTPJSON: "r", GRPC: ""} {
		if found, err := newPeer(binding, base, "at", body, self); err != nil || found.peer.Tenant != want {
			t.Errorf("%q: %+v, %v", binding, found.peer, err)
		}
	}
}

func FuzzParseCard(f *testing.F) {
	for _, text := range []string{
		`{"name":"x","supportedInterfaces":[{"url":"https://x/","protocolBinding":"JSONRPC","protocolVersion":"1.0"}],"capabilities":{"extensions":[{"uri":"did:bindu:a"},{"uri":"` + card.SignatureExtension + `","params":{"schemes":["jcs-1"]}}]}}`,
		`{"url":"http://x","agentTrust":{},"capabilities":{"extensions":[{"uri":"did:bindu:a","params":[]}]}}`, `{"capabilities":null}`, `[]`, `{"url":"%%"}`,
	} {
		f.Add([]byte(text))
	}
	self, err := did.Parse("did:bindu:a")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c := &Client{cfg: Config{}}
		base, err := c.address("http://127.0.0.1:3773")
		if err != nil {
			t.Fatal(err)
		}
		found, err := newPeer(JSONRPC, base, "at", body, self)
		p := found.peer
		if err != nil {
			return
		}
		if p.DID != self || !strings.HasPrefix(p.URL, "http://127.0.0.1:3773/") {
			t.Fatalf("a card moved the peer: %+v", p)
		}
		if _, err := dialectOf(p); err != nil {
			t.Fatal(err)
		}
		if _, err := http.NewRequest(http.MethodPost, p.URL, io.Reader(nil)); err != nil {
			t.Fatalf("no URL: %v", err)
		}
	})
}
