package e2e

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2aclient"
	"github.com/a2aproject/a2a-go/v2/a2aclient/agentcard"
	a2agrpc "github.com/a2aproject/a2a-go/v2/a2agrpc/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/internal/authoritytest"
)

// TestEndToEndTheOfficialClientCallsThroughEgress: the unmodified client of a2a-go, which
// knows nothing of certificates, tokens and signatures, reads the card and calls by what
// that says: through a proxy, as HTTP_PROXY sets one, and on a Unix socket.
func TestEndToEndTheOfficialClientCallsThroughEgress(t *testing.T) {
	s := newStack(t, authoritytest.Options{})
	critic := s.start("critic", nil)
	socket := filepath.Join(t.TempDir(), "egress.sock")
	poet := s.alone("poet", map[string]string{"EGRESS__PORT": "0", "EGRESS__SOCKET": socket, "EGRESS__PEERS_FILE": listPeers(t, listed("critic", critic))})
	at, secret := poet.EgressAddr().String(), secretOf(t, poet)

	proxied := &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: at, User: url.UserPassword("agent", secret)})}
	dialled := overSocket(socket)
	for name, c := range map[string]struct {
		transport *http.Transport
		base      string
		binding   func(*http.Client) a2aclient.FactoryOption
		protocol  a2a.TransportProtocol
	}{
		"a proxy, JSON-RPC":   {proxied, strings.Replace(critic.URL(), "https://", "http://", 1), a2aclient.WithJSONRPCTransport, a2a.TransportProtocolJSONRPC},
		"a proxy, HTTP+JSON":  {proxied, strings.Replace(critic.URL(), "https://", "http://", 1), a2aclient.WithRESTTransport, a2a.TransportProtocolHTTPJSON},
		"a socket, JSON-RPC":  {dialled, "http://localhost/peer/critic", a2aclient.WithJSONRPCTransport, a2a.TransportProtocolJSONRPC},
		"a socket, HTTP+JSON": {dialled, "http://localhost/peer/critic", a2aclient.WithRESTTransport, a2a.TransportProtocolHTTPJSON},
	} {
		t.Run(name, func(t *testing.T) {
			defer c.transport.CloseIdleConnections()
			converse(t, officialClient(t, c.transport, c.base, c.binding, c.protocol), critic, poet)
		})
	}
	t.Run("gRPC", func(t *testing.T) {
		called, err := a2aclient.NewFromEndpoints(t.Context(), []*a2a.AgentInterface{{URL: at, ProtocolBinding: a2a.TransportProtocolGRPC, ProtocolVersion: "1.0"}},
			a2aclient.WithDefaultsDisabled(), a2agrpc.WithGRPCTransport(grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithAuthority("critic"), grpc.WithPerRPCCredentials(shown(secret))))
		if err != nil {
			t.Fatal(err)
		}
		converse(t, called, critic, poet)
	})
}

func overSocket(path string) *http.Transport {
	return &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}
}

// officialClient is the unmodified client for the agent whose card is at base.
func officialClient(t *testing.T, transport *http.Transport, base string, binding func(*http.Client) a2aclient.FactoryOption, protocol a2a.TransportProtocol) *a2aclient.Client {
	t.Helper()
	client := &http.Client{Transport: transport}
	card, err := agentcard.NewResolver(client).Resolve(t.Context(), base)
	if err != nil {
		t.Fatal(err)
	}
	if len(card.Signatures) > 0 || len(card.SecuritySchemes) > 0 {
		t.Errorf("the card is not for this machine: %+v", card)
	}
	called, err := a2aclient.NewFromCard(t.Context(), card, a2aclient.WithDefaultsDisabled(), binding(client),
		a2aclient.WithConfig(a2aclient.Config{PreferredTransports: []a2a.TransportProtocol{protocol}}))
	if err != nil {
		t.Fatal(err)
	}
	return called
}

// TestEndToEndTwoPlainProgramsAndTwoSidecars: the official client calls the official
// server, neither of which knows of us, through a sidecar on either side.
func TestEndToEndTwoPlainProgramsAndTwoSidecars(t *testing.T) {
	s := newStack(t, authoritytest.Options{})
	server, _ := plainAgent(t, officialCLI(t))
	critic := s.start("critic", map[string]string{"AGENT__BACKEND": "upstream", "AGENT__UPSTREAM_URL": server})
	socket := filepath.Join(t.TempDir(), "egress.sock")
	s.alone("poet", map[string]string{"EGRESS__SOCKET": socket, "EGRESS__PEERS_FILE": listPeers(t, listed("critic", critic))})
	transport := overSocket(socket)
	defer transport.CloseIdleConnections()
	for binding, option := range map[a2a.TransportProtocol]func(*http.Client) a2aclient.FactoryOption{
		a2a.TransportProtocolJSONRPC: a2aclient.WithJSONRPCTransport, a2a.TransportProtocolHTTPJSON: a2aclient.WithRESTTransport,
	} {
		client := officialClient(t, transport, "http://localhost/peer/critic", option, binding)
		said := "through two, by " + string(binding)
		result, err := client.SendMessage(t.Context(), &a2a.SendMessageRequest{Message: a2a.NewMessage(a2a.MessageRoleUser, a2a.NewTextPart(said))})
		task, ok := result.(*a2a.Task)
		if err != nil || !ok || task.Status.State != a2a.TaskStateCompleted || len(task.Artifacts) == 0 || task.Artifacts[0].Parts[0].Text() != said {
			t.Errorf("%s: %+v, %v", binding, result, err)
		}
		if err := client.Destroy(); err != nil {
			t.Error(err)
		}
	}
}

// converse sends a message and streams another.
func converse(t *testing.T, client *a2aclient.Client, to, from *running) {
	t.Helper()
	defer client.Destroy()
	message := func(text string) *a2a.SendMessageRequest {
		return &a2a.SendMessageRequest{Message: a2a.NewMessage(a2a.MessageRoleUser, a2a.NewTextPart(text))}
	}
	result, err := client.SendMessage(t.Context(), message("hé"))
	if err != nil {
		t.Fatal(err)
	}
	task, ok := result.(*a2a.Task)
	if !ok || task.Status.State != a2a.TaskStateCompleted || !strings.Contains(fmt.Sprint(task.Artifacts[0].Parts[0].Text()), "heard hé") {
		t.Fatalf("%+v", result)
	}
	if again, err := client.GetTask(t.Context(), &a2a.GetTaskRequest{ID: task.ID}); err != nil || again.ID != task.ID {
		t.Errorf("%+v, %v", again, err)
	}
	if caller := to.lastCaller(); caller.DID != from.DID() {
		t.Errorf("the caller was %s", caller.DID)
	}
	events, done := 0, false
	for event, err := range client.SendStreamingMessage(t.Context(), message("streamed")) {
		if err != nil {
			t.Fatal(err)
		}
		events++
		update, ok := event.(*a2a.TaskStatusUpdateEvent)
		done = done || ok && update.Status.State == a2a.TaskStateCompleted
	}
	if events < 2 || !done {
		t.Errorf("%d events, done %v", events, done)
	}
}

// shown puts the secret beside each call of gRPC.
type shown string

func (s shown) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"x-egress-secret": string(s)}, nil
}
func (shown) RequireTransportSecurity() bool { return false }

// alone starts an agent that only calls.
func (s *stack) alone(name string, extra map[string]string) *running {
	s.t.Helper()
	env := s.environment(name, extra)
	r := launchOptions(s.t, name, env, agent.Options{OutwardsOnly: true})
	r.await()
	if r.Addr() != nil {
		s.t.Errorf("it serves %s", r.Addr())
	}
	return r
}
