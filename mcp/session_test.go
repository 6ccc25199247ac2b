package mcp_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/mcptest"
	"github.com/getbindu/bindu-go/mcp"
)

const (
	list        = `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`
	initialized = `{"jsonrpc":"2.0","method":"notifications/initialized"}`
	say         = `{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"say","arguments":{"text":"x"}}}`
)

// A session is its caller's alone: to everybody else it is as if there were none.
func TestASessionIsOfWhoOpenedIt(t *testing.T) {
	server := &mcptest.Server{}
	url := front(t, open(t, server.Serve(t)))
	id := begin(t, url, "ann")
	for name, request := range map[string]func(caller, id string) reply{
		"a call":         func(c, id string) reply { return send(t, url, c, "POST", say, "Mcp-Session-Id", id) },
		"a notification": func(c, id string) reply { return send(t, url, c, "POST", initialized, "Mcp-Session-Id", id) },
		"an answer": func(c, id string) reply {
			return send(t, url, c, "POST", `{"jsonrpc":"2.0","id":1,"result":{}}`, "Mcp-Session-Id", id)
		},
		"its stream": func(c, id string) reply { return send(t, url, c, "GET", "", "Mcp-Session-Id", id) },
		"its past": func(c, id string) reply {
			return send(t, url, c, "GET", "", "Mcp-Session-Id", id, "Last-Event-ID", "1_0")
		},
		"its end":         func(c, id string) reply { return send(t, url, c, "DELETE", "", "Mcp-Session-Id", id) },
		"another session": func(c, id string) reply { return send(t, url, c, "POST", initialize, "Mcp-Session-Id", id) },
	} {
		theirs, none := request("bob", id), request("bob", "no-such-session")
		if theirs.status != http.StatusNotFound || theirs.status != none.status || theirs.body != none.body || fmt.Sprint(len(theirs.header)) != fmt.Sprint(len(none.header)) {
			t.Errorf("%s: %+v, of none %+v", name, theirs, none)
		}
	}
	if got := send(t, url, "ann", "POST", initialized, "Mcp-Session-Id", id); got.status != http.StatusAccepted || got.body != "" {
		t.Errorf("%+v", got)
	}
	if got := send(t, url, "ann", "POST", say, "Mcp-Session-Id", id); got.status != http.StatusOK {
		t.Errorf("%+v", got)
	}
	if got := send(t, url, "ann", "DELETE", "", "Mcp-Session-Id", id); got.status != http.StatusNoContent && got.status != http.StatusOK {
		t.Errorf("%+v", got)
	}
	if got := send(t, url, "ann", "POST", say, "Mcp-Session-Id", id); got.status != http.StatusNotFound {
		t.Errorf("a session that was ended: %+v", got)
	}
	if calls := server.Calls(); len(calls) != 1 {
		t.Errorf("called %v", calls)
	}
}

// What stands alone says nothing of whose it is.
func TestWithoutASessionNothingOfTheServersMemoryIsRead(t *testing.T) {
	url := front(t, open(t, (&mcptest.Server{}).Serve(t)))
	if got := send(t, url, "ann", "GET", "", "Last-Event-ID", "1_0"); got.status != http.StatusNotFound {
		t.Errorf("%+v", got)
	}
	if got := send(t, url, "ann", "DELETE", ""); got.status != http.StatusNotFound {
		t.Errorf("%+v", got)
	}
	if got := send(t, url, "ann", "POST", say, "Mcp-Session-Id", ""); got.status != http.StatusOK && got.status != http.StatusBadRequest {
		t.Errorf("%+v", got)
	}
}

// givers gives sessions by the names that it is told, and notes which it is to forget.
type giver struct {
	next func() string
	slow chan struct{} // if not nil, lists wait for it
	came chan struct{} // and say so before

	mu    sync.Mutex
	ended []string
}

func (g *giver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch {
	case r.Method == http.MethodDelete:
		g.mu.Lock()
		g.ended = append(g.ended, r.Header.Get("Mcp-Session-Id"))
		g.mu.Unlock()
	case string(body) == initialize:
		w.Header().Set("Mcp-Session-Id", g.next())
	case g.slow != nil && r.Method == http.MethodPost:
		g.came <- struct{}{}
		<-g.slow
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"result":{}}`)
}

func (g *giver) forgotten() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return fmt.Sprint(g.ended)
}

func counting() func() string {
	var n atomic.Int64
	return func() string { return fmt.Sprintf("s%d", n.Add(1)) }
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// One session more than a caller may have ends the one that it used longest ago, at the
// server too; where all are in use it gets none, and nobody else suffers.
func TestSessionsAreBounded(t *testing.T) {
	g := &giver{next: counting(), slow: make(chan struct{}), came: make(chan struct{}, 2)}
	url := front(t, open(t, serve(t, g), func(c *mcp.Config) { c.Sessions, c.SessionsPerCaller = 4, 2 }))
	release := sync.OnceFunc(func() { close(g.slow) })
	t.Cleanup(release)
	first, second := begin(t, url, "ann"), begin(t, url, "ann")
	third := begin(t, url, "ann")
	if got := send(t, url, "ann", "GET", "", "Mcp-Session-Id", first); got.status != http.StatusNotFound || g.forgotten() != "[s1]" {
		t.Errorf("%+v, ended %s", got, g.forgotten())
	}
	used := make(chan reply, 2)
	for _, id := range []string{second, third} {
		go func() { used <- send(t, url, "ann", "POST", list, "Mcp-Session-Id", id) }()
	}
	await(t, g.came)
	await(t, g.came)
	if got := send(t, url, "ann", "POST", initialize); got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" {
		t.Errorf("ann: %+v", got)
	}
	if got := send(t, url, "bob", "POST", initialize); got.status != http.StatusOK {
		t.Errorf("bob: %+v", got)
	}
	release()
	for range 2 {
		if got := await(t, used); got.status != http.StatusOK {
			t.Errorf("%+v", got)
		}
	}
	begin(t, url, "bob")
	if got := send(t, url, "eve", "POST", initialize); got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
		t.Errorf("eve: %+v", got)
	}
}

// A name that the server gives anew is no longer its first owner's.
func TestASessionThatIsGivenTwiceIsOfTheLast(t *testing.T) {
	g := &giver{next: func() string { return "same" }}
	url := front(t, open(t, serve(t, g)))
	id := begin(t, url, "ann")
	begin(t, url, "bob")
	if got := send(t, url, "ann", "POST", list, "Mcp-Session-Id", id); got.status != http.StatusNotFound {
		t.Errorf("ann: %+v", got)
	}
	if got := send(t, url, "bob", "POST", list, "Mcp-Session-Id", id); got.status != http.StatusOK {
		t.Errorf("bob: %+v", got)
	}
}

func TestWhatIsNoSessionIsNotHandedOn(t *testing.T) {
	for _, id := range []string{"a b", "\u00e4", string(make([]byte, 0, 300)) + fmt.Sprintf("%0300d", 1)} {
		g := &giver{next: func() string { return id }}
		url := front(t, open(t, serve(t, g)))
		if got := send(t, url, "ann", "POST", initialize); got.status != http.StatusBadGateway || got.header.Get("Mcp-Session-Id") != "" {
			t.Errorf("%q: %+v", id, got)
		}
	}
}

// A session that nobody uses ends, here and at the server.
func TestASessionThatNobodyUsesEnds(t *testing.T) {
	var at atomic.Int64
	g := &giver{next: counting()}
	h := open(t, serve(t, g), func(c *mcp.Config) {
		c.SessionIdle, c.ProbeEvery = time.Minute, time.Millisecond
		c.Now = func() time.Time { return time.Unix(at.Load(), 0) }
	})
	url := front(t, h)
	id := begin(t, url, "ann")
	at.Store(59)
	if got := send(t, url, "ann", "POST", list, "Mcp-Session-Id", id); got.status != http.StatusOK {
		t.Errorf("%+v", got)
	}
	at.Store(59 + 60)
	if got := send(t, url, "ann", "POST", list, "Mcp-Session-Id", id); got.status != http.StatusNotFound {
		t.Errorf("%+v", got)
	}
	watch(t, h, func() bool { return g.forgotten() == "[s1]" })
}

// A server that forgot a session says so, and so do we from then on.
func TestASessionThatTheServerForgotIsNone(t *testing.T) {
	forgot := &atomic.Bool{}
	g := &giver{next: counting()}
	url := front(t, open(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if forgot.Load() {
			http.NotFound(w, r)
			return
		}
		g.ServeHTTP(w, r)
	}))))
	id := begin(t, url, "ann")
	forgot.Store(true)
	if got := send(t, url, "ann", "POST", list, "Mcp-Session-Id", id); got.status != http.StatusNotFound || got.header.Get("Content-Type") != "application/json" {
		t.Errorf("%+v", got)
	}
	forgot.Store(false)
	if got := send(t, url, "ann", "POST", list, "Mcp-Session-Id", id); got.status != http.StatusNotFound {
		t.Errorf("%+v", got)
	}
}
