package mcp_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/mcpwire"
	"github.com/getbindu/bindu-go/mcp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is more than anything here takes on a slow and busy machine.
const patience = time.Minute

func open(t *testing.T, url string, change ...func(*mcp.Config)) *mcp.Handler {
	t.Helper()
	cfg := mcp.Config{URL: url, Timeout: patience, AnswerLimit: 1 << 20, Sessions: 10, SessionsPerCaller: 3, SessionIdle: time.Hour}
	for _, f := range change {
		f(&cfg)
	}
	h, err := mcp.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

// proved does what the gates do for a handler: who asks is in a header, and the message is
// read.
func proved(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		m := mcpwire.Message{Envelope: jsonrpc.Envelope{Method: mcp.Calls()[r.Method]}}
		if r.Method == http.MethodPost {
			if m, err = mcpwire.Parse(body, jsonrpc.MaxDepth); err != nil {
				http.Error(w, err.Error(), http.StatusTeapot)
				return
			}
		}
		name, err := did.Parse("did:bindu:ops:" + r.Header.Get("Test-Caller") + ":1")
		if err != nil {
			panic(err)
		}
		ctx := mcpwire.NewContext(identity.NewContext(r.Context(), identity.Caller{DID: name}), m)
		kept := http.Header{}
		mcpwire.Keep(kept, r.Header)
		r = r.WithContext(ctx)
		r.Header, r.Body = kept, io.NopCloser(bytes.NewReader(body))
		h.ServeHTTP(w, r)
	})
}

// front serves a handler until the test ends.
func front(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(proved(h))
	t.Cleanup(s.Close)
	return s.URL
}

// as sends what a client sends in the name of a caller.
type as struct {
	caller string
	next   http.RoundTripper
}

func (a as) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Test-Caller", a.caller)
	return a.next.RoundTrip(r)
}

func client(t *testing.T, caller string) *http.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: as{caller, transport}}
}

// connect connects the official client.
func connect(t *testing.T, url, caller, version string, opt *sdk.ClientOptions) *sdk.ClientSession {
	t.Helper()
	c := sdk.NewClient(&sdk.Implementation{Name: "client", Version: "1"}, opt)
	s, err := c.Connect(t.Context(), &sdk.StreamableClientTransport{Endpoint: url, HTTPClient: client(t, caller), MaxRetries: -1}, &sdk.ClientSessionOptions{ProtocolVersion: version})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// reply is an answer that came whole.
type reply struct {
	status int
	header http.Header
	body   string
}

// send sends a request in the name of a caller. headers are in pairs.
func send(t *testing.T, url, caller, method, body string, headers ...string) reply {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "application/json, text/event-stream")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	resp, err := client(t, caller).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		return reply{resp.StatusCode, resp.Header, "cut: " + string(got)}
	}
	return reply{resp.StatusCode, resp.Header, string(got)}
}

const initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}`

// begin opens a session and returns its id.
func begin(t *testing.T, url, caller string) string {
	t.Helper()
	got := send(t, url, caller, "POST", initialize)
	id := got.header.Get("Mcp-Session-Id")
	if got.status != http.StatusOK || id == "" {
		t.Fatalf("%+v", got)
	}
	return id
}

func await[T any](t *testing.T, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(patience):
		t.Fatal("it does not come")
	}
	return v
}

// watch has h look after its server until something holds.
func watch(t *testing.T, h *mcp.Handler, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() { over <- h.Watch(ctx) }()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); !holds(); <-tick.C {
		if time.Now().After(end) {
			t.Error("it does not come to hold")
			break
		}
	}
	cancel()
	if err := await(t, over); err != nil {
		t.Error(err)
	}
}
