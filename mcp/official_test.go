package mcp_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/mcptest"
	"github.com/getbindu/bindu-go/mcp"
	"net/http"
)

// versions are those in which the official client and server are put to work.
var versions = []string{"2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"}

func call(t *testing.T, s *sdk.ClientSession, tool string, args map[string]any) map[string]any {
	t.Helper()
	got, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: tool, Arguments: args})
	if err != nil || got.IsError {
		t.Fatalf("%s: %+v, %v", tool, got, err)
	}
	raw, err := json.Marshal(got.StructuredContent)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// The official client and the official server meet as if nobody were between, and the
// server knows who asks.
func TestTheOfficialClientTalksToTheOfficialServer(t *testing.T) {
	for name, server := range map[string]*mcptest.Server{"streams": {}, "documents": {JSON: true}, "stateless": {Stateless: true}, "stateless documents": {Stateless: true, JSON: true}} {
		for _, version := range versions {
			t.Run(name+" "+version, func(t *testing.T) {
				h := open(t, server.Serve(t), func(c *mcp.Config) {
					c.Prove = func(caller identity.Caller, method, tool string) (http.Header, error) {
						return http.Header{"Agent-Caller-Did": {caller.DID.String()}, "Agent-Caller-Token": {method + " " + tool}}, nil
					}
				})
				s := connect(t, front(t, h), "ann", version, nil)
				tools, err := s.ListTools(t.Context(), nil)
				if err != nil || len(tools.Tools) != 5 {
					t.Fatalf("%+v, %v", tools, err)
				}
				if got := call(t, s, "say", map[string]any{"text": "hé\n"}); got["text"] != "hé\n" {
					t.Errorf("%v", got)
				}
				who := call(t, s, "who", map[string]any{"text": ""})
				if who["DID"] != "did:bindu:ops:ann:1" || who["Token"] != "tools/call who" || who["Authorization"] != "" {
					t.Errorf("the server was told %v", who)
				}
				if names := who["Names"].([]any); slices.Contains(names, any("Test-Caller")) || slices.Contains(names, any("User-Agent")) && len(names) > 12 {
					t.Errorf("it got the headers %v", names)
				}
			})
		}
	}
}

// What a server asks comes by its stream, and the answer goes back.
func TestAServerAsksItsClient(t *testing.T) {
	h := open(t, (&mcptest.Server{}).Serve(t))
	s := connect(t, front(t, h), "ann", "2025-11-25", &sdk.ClientOptions{
		ElicitationHandler: func(_ context.Context, r *sdk.ElicitRequest) (*sdk.ElicitResult, error) {
			return &sdk.ElicitResult{Action: "accept", Content: map[string]any{"text": strings.ToUpper(r.Params.Message)}}, nil
		},
	})
	if got := call(t, s, "ask", map[string]any{"text": "why"}); got["text"] != "WHY" {
		t.Errorf("%v", got)
	}
}

// Progress comes while the tool runs, and whoever cancels is heard by the server.
func TestProgressAndCancellationPassThrough(t *testing.T) {
	server := &mcptest.Server{Gone: make(chan struct{}, 1)}
	h := open(t, server.Serve(t))
	begun := make(chan string, 1)
	s := connect(t, front(t, h), "ann", "2025-11-25", &sdk.ClientOptions{
		ProgressNotificationHandler: func(_ context.Context, r *sdk.ProgressNotificationClientRequest) { begun <- r.Params.Message },
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	params := &sdk.CallToolParams{Name: "wait", Arguments: map[string]any{"text": ""}}
	params.SetProgressToken("p")
	go func() {
		_, err := s.CallTool(ctx, params)
		ended <- err
	}()
	if got := await(t, begun); got != "begun" {
		t.Errorf("progress %q", got)
	}
	cancel()
	if err := await(t, ended); err == nil {
		t.Error("a canceled call has a result")
	}
	await(t, server.Gone)
}
