package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/mcptest"
)

// withSecret shows the secret of an egress port, as any client can that sets headers.
type withSecret struct {
	secret string
	next   http.RoundTripper
}

func (s withSecret) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Egress-Secret", s.secret)
	return s.next.RoundTrip(r)
}

// client is the official client of MCP, which calls a peer of an agent through its egress.
func (r *running) client(t *testing.T, peer, version string) *mcp.ClientSession {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	s, err := mcp.NewClient(&mcp.Implementation{Name: "client", Version: "1"}, nil).Connect(t.Context(), &mcp.StreamableClientTransport{
		Endpoint:   "http://" + r.EgressAddr().String() + "/peer/" + peer + "/mcp",
		HTTPClient: &http.Client{Transport: withSecret{secretOf(t, r), transport}}, MaxRetries: -1,
	}, &mcp.ClientSessionOptions{ProtocolVersion: version})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func tool(t *testing.T, s *mcp.ClientSession, name string) (map[string]any, error) {
	t.Helper()
	got, err := s.CallTool(t.Context(), &mcp.CallToolParams{Name: name, Arguments: map[string]any{"text": "hé"}})
	if err != nil {
		return nil, err
	}
	out, ok := got.StructuredContent.(map[string]any)
	if got.IsError || !ok {
		t.Fatalf("%s: %+v", name, got)
	}
	return out, nil
}

// TestEndToEndAToolThatOneCallerMayUse: an official MCP server that knows nothing of us, an
// official client that does not either, and a policy that gives one tool to one caller alone.
// The server learns who asks, and /readyz whether it is there.
func TestEndToEndAToolThatOneCallerMayUse(t *testing.T) {
	s := newStack(t, authoritytest.Options{})
	server := &mcptest.Server{}
	upstream := server.Serve(t)
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	write := func(allowed string) {
		t.Helper()
		text := fmt.Sprintf("version: 1\ndefault: allow\nrules:\n  - name: who-may-erase\n    effect: deny\n    when: request.tool == \"erase\" && caller.did != %q\n", allowed)
		if err := os.WriteFile(rules, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("did:example:nobody")
	bob := s.start("bob", map[string]string{"MCP__UPSTREAM_URL": upstream, "AUTH__POLICY_FILE": rules})
	peers := listPeers(t, listed("bob", bob))
	alice := s.alone("alice", map[string]string{"EGRESS__PORT": "0", "EGRESS__PEERS_FILE": peers})
	carol := s.alone("carol", map[string]string{"EGRESS__PORT": "0", "EGRESS__PEERS_FILE": peers})
	write(alice.DID().String())

	for _, version := range []string{"2026-07-28", "2025-11-25"} {
		hers, others := alice.client(t, "bob", version), carol.client(t, "bob", version)
		eventually(t, patience, "the rules are read", func() bool {
			_, err := tool(t, hers, "erase")
			return err == nil
		})
		before := slices.Index(server.Calls(), "erase")
		if before < 0 {
			t.Error("the server was not called")
		}
		called := len(server.Calls())
		if got, err := tool(t, others, "erase"); err == nil {
			t.Errorf("%s: carol erases everything: %v", version, got)
		}
		if len(server.Calls()) != called {
			t.Errorf("%s: the server was called: %v", version, server.Calls())
		}
		again := carol.client(t, "bob", version) // some clients are done with a session after 403
		if got, err := tool(t, again, "say"); err != nil || got["text"] != "hé" {
			t.Errorf("%s: %v, %v", version, got, err)
		}
		who, err := tool(t, again, "who")
		if err != nil || who["DID"] != carol.DID().String() || who["Authorization"] != "" {
			t.Errorf("%s: the server was told %v, %v", version, who, err)
		}
		token, _ := who["Token"].(string)
		parsed, err := jwt.Parse(token, servedKey(t, bob), jwt.WithIssuer(bob.DID().String()), jwt.WithSubject(carol.DID().String()),
			jwt.WithAudience(upstream), jwt.WithValidMethods([]string{"ES256"}), jwt.WithExpirationRequired(), jwt.WithLeeway(time.Minute))
		if err != nil || parsed.Claims.(jwt.MapClaims)["tool"] != "who" || parsed.Claims.(jwt.MapClaims)["method"] != "tools/call" {
			t.Errorf("%s: the token %v, %v", version, parsed, err)
		}
	}
	if _, reasons := bob.readyz(); slices.Contains(reasons, "mcp_unavailable") {
		t.Errorf("/readyz says %v", reasons)
	}
	if log := bob.log.String(); !strings.Contains(log, "policy_denied") || !strings.Contains(log, "tools/call") {
		t.Error("the log does not tell of the refusal")
	}
}

// TestEndToEndCurlCallsAnMCPServer is the example of docs/sidecar.md.
func TestEndToEndCurlCallsAnMCPServer(t *testing.T) {
	need(t, "curl")
	s := newStack(t, authoritytest.Options{})
	bob := s.start("bob", map[string]string{"MCP__UPSTREAM_URL": (&mcptest.Server{Stateless: true, JSON: true}).Serve(t)})
	alice := s.alone("alice", map[string]string{"EGRESS__PORT": "0", "EGRESS__PEERS_FILE": listPeers(t, listed("bob", bob))})
	got := curl(t, "-i", "http://"+alice.EgressAddr().String()+"/peer/bob/mcp", "-H", "X-Egress-Secret: "+secretOf(t, alice), "-H", "Content-Type: application/json",
		"-H", "Accept: application/json, text/event-stream", "-d", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"say","arguments":{"text":"hi"}}}`)
	if !strings.HasSuffix(got, "\n200") || !strings.Contains(got, `"text":"hi"`) || !strings.Contains(got, "X-Egress-Answer: signed") {
		t.Errorf("%s", got)
	}
	got = curl(t, "http://"+alice.EgressAddr().String()+"/peer/bob/mcp", "-H", "X-Egress-Secret: "+secretOf(t, alice), "-X", "DELETE", "-H", "Mcp-Session-Id: x")
	if !strings.HasSuffix(got, "\n404") || !strings.Contains(got, "session_not_found") {
		t.Errorf("%s", got)
	}
}
