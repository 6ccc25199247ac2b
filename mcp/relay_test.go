package mcp_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/lease"
	"github.com/getbindu/bindu-go/internal/mcptest"
	"github.com/getbindu/bindu-go/mcp"
)

// reason is the word of an answer that is an error.
func reason(t *testing.T, body string) string {
	t.Helper()
	var a struct {
		Error struct{ Data struct{ Reason, Hint string } }
	}
	body = strings.TrimPrefix(strings.TrimSpace(body), "data: ")
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		return ""
	}
	if a.Error.Data.Reason != "" && a.Error.Data.Hint == "" {
		t.Errorf("%s names no remedy", body)
	}
	return a.Error.Data.Reason
}

// Whatever a server answers, its caller gets it, or a word for it and nothing of its inside.
func TestWhatAServerAnswers(t *testing.T) {
	const secret = "secret-of-the-inside"
	for name, tt := range map[string]struct {
		status           int
		media, body      string
		gets             int
		reason, verbatim string
	}{
		"a document":        {200, "application/json; charset=utf-8", `{"jsonrpc":"2.0","id":2,"result":{}}`, 200, "", `{"jsonrpc":"2.0","id":2,"result":{}}`},
		"an event":          {200, "text/event-stream", "event: message\nid: 7\nretry: 10\ndata: {\"a\":\ndata: 1}\n\n", 200, "", "id: 7\ndata: {\"a\": 1}\n\n"},
		"an odd event":      {200, "text/event-stream", "id: a b\rdata: {}\r\n\r\n: hi\n\ndata\n\n", 200, "", "data: {}\n\ndata: \n\n"},
		"half an event":     {200, "text/event-stream", "data: {}\n\ndata: {", 200, "", "data: {}\n\n"},
		"accepted":          {202, "", "", 202, "", ""},
		"no content":        {204, "", "", 204, "", ""},
		"its fault":         {400, "application/json", `{"jsonrpc":"2.0","error":{"code":-32602,"message":"x"}}`, 400, "", `{"jsonrpc":"2.0","error":{"code":-32602,"message":"x"}}`},
		"its text":          {400, "text/html", "<script>", 400, "", "<script>"},
		"not its method":    {405, "text/plain", "no\n", 405, "", "no\n"},
		"too many":          {429, "text/plain", "slow down", 429, "", "slow down"},
		"html":              {200, "text/html", secret, 502, "upstream_answer", ""},
		"no type":           {200, "", "", 502, "upstream_answer", ""},
		"no such method":    {404, "application/json", `{"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"x"}}`, 404, "", `{"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"x"}}`},
		"another's method":  {404, "application/json", `{"jsonrpc":"2.0","id":3,"error":{"code":-32601,"message":"` + secret + `"}}`, 502, "upstream_refused", ""},
		"a path not there":  {404, "text/plain", secret, 502, "upstream_refused", ""},
		"it wants a token":  {401, "text/plain", secret, 502, "upstream_refused", ""},
		"it forbids":        {403, "application/json", secret, 502, "upstream_refused", ""},
		"a redirect":        {302, "text/plain", secret, 502, "upstream_refused", ""},
		"a fault":           {500, "text/plain", secret, 502, "upstream_refused", ""},
		"a fault in events": {400, "text/event-stream", "data: " + secret + "\n\n", 502, "upstream_refused", ""},
		"away behind":       {503, "text/plain", secret, 503, "upstream_unavailable", ""},
		"large":             {200, "application/json", `"` + strings.Repeat("x", 2<<20) + `"`, 200, "", "cut"},
		"a large event":     {200, "text/event-stream", "data: " + strings.Repeat("x", 2<<20) + "\n\n", 200, "upstream_too_large", ""},
	} {
		t.Run(name, func(t *testing.T) {
			at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.ReadAll(r.Body)
				w.Header()["Content-Type"] = []string{tt.media}
				for _, h := range []string{"Set-Cookie", "Www-Authenticate", "Server", "X-Inside"} {
					w.Header().Set(h, secret)
				}
				w.Header().Set("Mcp-Session-Id", "not-asked-for")
				w.Header().Set("Location", "http://127.0.0.1:1/")
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			}))
			got := send(t, front(t, open(t, at)), "ann", "POST", list)
			if got.status != tt.gets || reason(t, got.body) != tt.reason || strings.Contains(fmt.Sprint(got), secret) {
				t.Fatalf("%d %v %.300s", got.status, got.header, got.body)
			}
			if tt.verbatim == "cut" && !strings.HasPrefix(got.body, "cut") || tt.verbatim != "cut" && tt.reason == "" && got.body != tt.verbatim {
				t.Errorf("%.300q", got.body)
			}
			if got.header.Get("Mcp-Session-Id") != "" || got.header.Get("Cache-Control") != "no-store" || got.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%v", got.header)
			}
			if tt.media == "text/html" && tt.gets == 400 && got.header.Get("Content-Type") != "text/plain; charset=utf-8" {
				t.Errorf("%v", got.header)
			}
		})
	}
}

// Whoever only tells something hears that it came, however the server says so.
func TestANotificationIsAccepted(t *testing.T) {
	for name, tt := range map[string]struct {
		status      int
		media, body string
	}{"202": {202, "", ""}, "202 with more": {202, "application/json", "{}"}, "200": {200, "", ""}, "200 with more": {200, "application/json", "{}"}} {
		t.Run(name, func(t *testing.T) {
			at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = []string{tt.media}
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			}))
			url := front(t, open(t, at))
			for _, body := range []string{initialized, `{"jsonrpc":"2.0","id":1,"result":{}}`} {
				if got := send(t, url, "ann", "POST", body); got.status != http.StatusAccepted || got.body != "" {
					t.Errorf("%s: %+v", body, got)
				}
			}
		})
	}
}

// A document that is large and within the bound comes whole.
func TestALargeDocumentPassesThrough(t *testing.T) {
	body := `"` + strings.Repeat("x", 500<<10) + `"`
	at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}))
	if got := send(t, front(t, open(t, at)), "ann", "POST", list); got.status != http.StatusOK || got.body != body {
		t.Errorf("%d, %d bytes", got.status, len(got.body))
	}
}

// Of the headers of a caller the server gets those of the protocol, and those that describe
// the message are made of it.
func TestWhatTheServerIsSent(t *testing.T) {
	seen := make(chan http.Header, 1)
	at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/mcp" || r.URL.RawQuery != "" {
			t.Errorf("it is asked at %s", r.URL)
		}
		seen <- r.Header
		w.WriteHeader(http.StatusAccepted)
	}))
	url := front(t, open(t, at))
	send(t, url+"/?a=b", "ann", "POST", say, "Mcp-Name", "erase", "Mcp-Method", "tools/list", "Mcp-Param-City", "Rome", "Mcp-Protocol-Version", "2026-07-28",
		"Authorization", "Bearer x", "Cookie", "a=b", "Agent-Caller-Did", "did:bindu:eve:x:1", "agent_caller_did", "did:bindu:eve:x:1", "X-Forwarded-For", "1.2.3.4", "X-DID", "d")
	h := await(t, seen)
	if h.Get("Mcp-Name") != "say" || h.Get("Mcp-Method") != "tools/call" || h.Get("Mcp-Param-City") != "Rome" || h.Get("Mcp-Protocol-Version") != "2026-07-28" {
		t.Errorf("%v", h)
	}
	for name := range h {
		switch name {
		case "Accept", "Accept-Encoding", "User-Agent", "Content-Type", "Content-Length", "Mcp-Name", "Mcp-Method", "Mcp-Param-City", "Mcp-Protocol-Version":
		default:
			t.Errorf("it gets %s: %v", name, h[name])
		}
	}
}

func TestASilentServerIsGivenUp(t *testing.T) {
	for name, tt := range map[string]struct {
		begins string
		gets   int
	}{"from the beginning": {"", 504}, "in a stream": {"data: {}\n\n", 200}} {
		t.Run(name, func(t *testing.T) {
			over := make(chan struct{})
			at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.ReadAll(r.Body)
				if tt.begins != "" {
					w.Header().Set("Content-Type", "text/event-stream")
					_, _ = io.WriteString(w, tt.begins)
					w.(http.Flusher).Flush()
				}
				<-r.Context().Done() // whoever gave up has hung up
				close(over)
			}))
			got := send(t, front(t, open(t, at, func(c *mcp.Config) { c.Timeout = 200 * time.Millisecond })), "ann", "POST", list)
			if got.status != tt.gets || reason(t, strings.TrimPrefix(got.body, tt.begins)) != "upstream_timeout" || !strings.Contains(got.body, `"id":2`) {
				t.Errorf("%+v", got)
			}
			await(t, over)
		})
	}
}

// A reader that can go on behind an event is cut off, and comes back; any other is told.
func TestAStreamThatBreaks(t *testing.T) {
	for name, tt := range map[string]struct{ event, reason string }{
		"with ids": {"id: 1\ndata: {}\n\n", ""}, "without": {"data: {}\n\n", "upstream_unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.ReadAll(r.Body)
				w.Header().Set("Content-Type", "text/event-stream")
				_, _ = io.WriteString(w, tt.event)
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}))
			got := send(t, front(t, open(t, at)), "ann", "POST", list)
			if cut := strings.HasPrefix(got.body, "cut: "); cut != (tt.reason == "") || reason(t, strings.TrimPrefix(got.body, tt.event)) != tt.reason {
				t.Errorf("%+v", got)
			}
		})
	}
}

// The stream of a server that says nothing lasts, until the agent is about to stop.
func TestAStreamOfTheServersOwnMessagesLasts(t *testing.T) {
	for name, tt := range map[string]struct{ method, body string }{
		"GET": {"GET", ""}, "subscriptions": {"POST", `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{}}`},
	} {
		t.Run(name, func(t *testing.T) {
			begun := make(chan struct{})
			at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.ReadAll(r.Body)
				w.Header().Set("Content-Type", "text/event-stream")
				w.WriteHeader(http.StatusOK)
				w.(http.Flusher).Flush()
				close(begun)
				<-r.Context().Done()
			}))
			h := open(t, at, func(c *mcp.Config) { c.Timeout = 50 * time.Millisecond })
			url := front(t, h)
			got := make(chan reply, 1)
			go func() { got <- send(t, url, "ann", tt.method, tt.body) }()
			await(t, begun)
			select {
			case r := <-got:
				t.Fatalf("it ended: %+v", r)
			case <-time.After(300 * time.Millisecond):
			}
			h.EndStreams()
			if r := await(t, got); r.status != http.StatusOK || r.body != "" {
				t.Errorf("%+v", r)
			}
		})
	}
}

// held is a writer whose lease a test ends.
type held struct {
	http.ResponseWriter
	state   *atomic.Value // of error
	doubted chan<- struct{}
}

type holds struct{ err error }

func (h held) CheckLease() error {
	err := h.state.Load().(holds).err
	if errors.Is(err, lease.ErrUnknown) {
		select {
		case h.doubted <- struct{}{}:
		default:
		}
	}
	return err
}

func (h held) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// A stream goes no further than its caller is proved: not while nobody can tell, and not
// beyond a no.
func TestAStreamEndsWithItsLease(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		t.Run(method, func(t *testing.T) {
			next := make(chan string)
			at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.ReadAll(r.Body)
				w.Header().Set("Content-Type", "text/event-stream")
				for text := range next {
					fmt.Fprintf(w, "id: %s\ndata: %s\n\n", text, text)
					w.(http.Flusher).Flush()
				}
			}))
			var state atomic.Value
			doubted := make(chan struct{}, 1)
			state.Store(holds{})
			h := open(t, at)
			url := front(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(held{w, &state, doubted}, r) }))
			end := sync.OnceFunc(func() { close(next) })
			t.Cleanup(end)
			body := ""
			if method == http.MethodPost {
				body = list
			}
			r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			answered := make(chan *http.Response, 1)
			go func() {
				resp, err := client(t, "ann").Do(r)
				if err != nil {
					t.Error(err)
					close(answered)
					return
				}
				answered <- resp
			}()
			next <- "one"
			resp := await(t, answered)
			defer resp.Body.Close()
			lines := bufio.NewReader(resp.Body)
			if line, err := lines.ReadString('\n'); err != nil || line != "id: one\n" {
				t.Fatalf("%q, %v", line, err)
			}
			state.Store(holds{lease.ErrUnknown})
			next <- "two"
			await(t, doubted)
			state.Store(holds{&lease.Ended{Reason: "token_inactive", Gate: "token"}})
			rest, err := io.ReadAll(lines)
			end()
			if strings.Contains(string(rest), "two") {
				t.Errorf("it went on: %q", rest)
			}
			said := strings.Contains(string(rest), "auth_expired")
			if method == http.MethodPost != said || said == (err != nil) {
				t.Errorf("%q, %v", rest, err)
			}
		})
	}
}

// A caller that does not read holds up the server, and not our memory.
func TestBackPressurePassesThrough(t *testing.T) {
	var sent atomic.Int64
	stopped := make(chan struct{})
	at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(stopped)
		_, _ = io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		event := []byte("data: " + strings.Repeat("x", 64<<10) + "\n\n")
		for r.Context().Err() == nil {
			n, err := w.Write(event)
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	}))
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, front(t, open(t, at)), strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client(t, "ann").Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	last, still := int64(-1), 0
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); still < 5; <-tick.C {
		if now := sent.Load(); now != last {
			last, still = now, 0
		} else {
			still++
		}
		if time.Now().After(end) || last > 256<<20 {
			t.Fatalf("%d bytes were taken that nobody read", last)
		}
	}
	cancel()
	await(t, stopped)
}

func TestReadinessKnowsWhetherTheServerIsThere(t *testing.T) {
	var log bytes.Buffer
	socket := filepath.Join(t.TempDir(), "s") // unlike a port nobody else takes it meanwhile
	dead := httptest.NewUnstartedServer(http.NotFoundHandler())
	_ = dead.Listener.Close()
	dead.Listener = listenOn(t, socket)
	dead.Start()
	h := open(t, "unix://"+socket, func(c *mcp.Config) {
		c.ProbeEvery, c.Logger = time.Millisecond, slog.New(slog.NewTextHandler(&log, nil))
	})
	url := front(t, h)
	if h.Reason() != "" {
		t.Errorf("readiness %q", h.Reason())
	}
	dead.Close()
	if got := send(t, url, "ann", "POST", list); got.status != http.StatusServiceUnavailable || reason(t, got.body) != "upstream_unavailable" || got.header.Get("Retry-After") == "" {
		t.Errorf("%+v", got)
	}
	if h.Reason() != "mcp_unavailable" || !strings.Contains(log.String(), "MCP__UPSTREAM_URL") {
		t.Errorf("readiness %q, %s", h.Reason(), &log)
	}
	(&mcptest.Server{Listener: listenOn(t, socket)}).Serve(t)
	watch(t, h, func() bool { return h.Reason() == "" })
	begin(t, url, "ann")
}

func listenOn(t *testing.T, socket string) net.Listener {
	t.Helper()
	ln, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func TestAServerMayBeBehindAUnixSocket(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	(&mcptest.Server{Listener: listenOn(t, socket)}).Serve(t)
	h := open(t, "unix://"+socket)
	s := connect(t, front(t, h), "ann", "2025-11-25", nil)
	if got := call(t, s, "say", map[string]any{"text": "x"}); got["text"] != "x" {
		t.Errorf("%v", got)
	}
	watch(t, h, func() bool { return h.Reason() == "" })
}

func TestAConfigurationThatLeadsElsewhereIsRefused(t *testing.T) {
	whole := mcp.Config{URL: "http://127.0.0.1:1", Timeout: 1, AnswerLimit: 1, Sessions: 1, SessionsPerCaller: 1, SessionIdle: 1}
	for _, change := range []func(*mcp.Config){
		func(c *mcp.Config) { c.URL = "http://example.com" }, func(c *mcp.Config) { c.URL = "" }, func(c *mcp.Config) { c.Timeout = 0 }, func(c *mcp.Config) { c.AnswerLimit = 0 },
		func(c *mcp.Config) { c.Sessions = 0 }, func(c *mcp.Config) { c.SessionsPerCaller = 0 }, func(c *mcp.Config) { c.SessionIdle = 0 },
	} {
		c := whole
		change(&c)
		if h, err := mcp.New(c); err == nil {
			t.Errorf("%+v is taken", c)
			_ = h.Close()
		}
	}
}
