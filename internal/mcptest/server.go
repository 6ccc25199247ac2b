// Package mcptest serves a plain MCP server with the official SDK, which knows nothing of
// us, for tests of what stands in front of it.
package mcptest

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Server says how one is served.
type Server struct {
	// Stateless has it give no sessions.
	Stateless bool
	// JSON has it answer in documents in place of streams.
	JSON bool
	// Listener is where it listens; nil is a port of loopback.
	Listener net.Listener
	// Gone, if not nil, gets a word when a call of the tool wait is canceled.
	Gone chan struct{}

	mu    sync.Mutex
	calls []string
}

// Text is what the tools read.
type Text struct {
	Text string `json:"text"`
}

// Who is what the tool who tells: what the server knows of its caller.
type Who struct {
	DID, Name, Token, Authorization string
	// Names are those of all headers that came.
	Names []string
}

// Serve serves it until the test ends, and returns its address.
func (s *Server) Serve(t testing.TB) string {
	t.Helper()
	server := mcp.NewServer(&mcp.Implementation{Name: "plain", Version: "1"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "say", Description: "repeats a text"}, s.say)
	mcp.AddTool(server, &mcp.Tool{Name: "erase", Description: "erases everything"}, s.say)
	mcp.AddTool(server, &mcp.Tool{Name: "who", Description: "says who asks"}, s.who)
	mcp.AddTool(server, &mcp.Tool{Name: "wait", Description: "tells its progress, and waits"}, s.wait)
	mcp.AddTool(server, &mcp.Tool{Name: "ask", Description: "asks the client"}, s.ask)
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, &mcp.StreamableHTTPOptions{Stateless: s.Stateless, JSONResponse: s.JSON})
	at := httptest.NewUnstartedServer(handler)
	if s.Listener != nil {
		_ = at.Listener.Close()
		at.Listener = s.Listener
	}
	at.Start()
	t.Cleanup(func() {
		for session := range server.Sessions() { // those that nobody ended
			_ = session.Close()
		}
		at.Close()
	})
	return at.URL + "/mcp"
}

// Calls are the tools that were called, in order.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.calls...)
}

func (s *Server) called(r *mcp.CallToolRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, r.Params.Name)
}

func (s *Server) say(_ context.Context, r *mcp.CallToolRequest, in Text) (*mcp.CallToolResult, Text, error) {
	s.called(r)
	return nil, in, nil
}

func (s *Server) who(_ context.Context, r *mcp.CallToolRequest, _ Text) (*mcp.CallToolResult, Who, error) {
	s.called(r)
	h := r.Extra.Header
	w := Who{DID: h.Get("Agent-Caller-Did"), Name: h.Get("Agent-Caller-Name"), Token: h.Get("Agent-Caller-Token"), Authorization: h.Get("Authorization")}
	for name := range h {
		w.Names = append(w.Names, name)
	}
	return nil, w, nil
}

func (s *Server) wait(ctx context.Context, r *mcp.CallToolRequest, in Text) (*mcp.CallToolResult, Text, error) {
	s.called(r)
	if token := r.Params.GetProgressToken(); token != nil {
		if err := r.Session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{ProgressToken: token, Message: "begun", Progress: 1}); err != nil {
			return nil, in, err
		}
	}
	<-ctx.Done()
	if s.Gone != nil {
		s.Gone <- struct{}{}
	}
	return nil, in, ctx.Err()
}

func (s *Server) ask(ctx context.Context, r *mcp.CallToolRequest, in Text) (*mcp.CallToolResult, Text, error) {
	s.called(r)
	got, err := r.Session.Elicit(ctx, &mcp.ElicitParams{Message: in.Text, RequestedSchema: map[string]any{"type": "object", "properties": map[string]any{"text": map[string]any{"type": "string"}}}})
	if err != nil {
		return nil, in, err
	}
	text, _ := got.Content["text"].(string)
	return nil, Text{Text: text}, nil
}
