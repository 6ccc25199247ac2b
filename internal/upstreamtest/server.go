// Package upstreamtest serves plain A2A agents with the official SDK, for tests of what
// stands in front of them. What such an agent does, the first word of a message says.
package upstreamtest

import (
	"context"
	"encoding/json"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2acompat/a2av0"
	"github.com/a2aproject/a2a-go/v2/a2asrv"
)

// Agent says how an agent is served.
type Agent struct {
	// V03 has it speak A2A 0.3.
	V03 bool
	// Streams says on its card that it streams.
	Streams bool
	// CardV1 has an agent of 0.3 serve a card of 1.0 alone, which some do.
	CardV1 bool
	// Listener is where it listens; nil is a port of loopback.
	Listener net.Listener
	// Canceled, if not nil, gets the id of each task that is canceled.
	Canceled chan a2a.TaskID
}

// Serve serves the agent until the test ends. Below /rpc it speaks.
func (a Agent) Serve(t testing.TB) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewUnstartedServer(mux)
	if a.Listener != nil {
		_ = server.Listener.Close()
		server.Listener = a.Listener
	}
	server.Start()
	t.Cleanup(server.Close)
	handler := a2asrv.NewHandler(a)
	// The host is none that could be reached: agents seldom know how they are.
	card := &a2a.AgentCard{
		Name: "plain", Description: "a plain agent", Version: "1.0.0", Capabilities: a2a.AgentCapabilities{Streaming: a.Streams},
		SupportedInterfaces: []*a2a.AgentInterface{a2a.NewAgentInterface("http://agent.invalid/rpc", a2a.TransportProtocolJSONRPC)},
		DefaultInputModes:   []string{"text/plain"}, DefaultOutputModes: []string{"text/plain"}, Skills: []a2a.AgentSkill{},
	}
	rpc := a2asrv.NewJSONRPCHandler(handler)
	served := a2asrv.NewStaticAgentCardHandler(card)
	if a.V03 {
		rpc = a2av0.NewJSONRPCHandler(handler)
		if !a.CardV1 {
			served = card03(a.Streams)
		}
	}
	mux.Handle("/rpc", rpc)
	mux.Handle(a2asrv.WellKnownAgentCardPath, served)
	return server
}

func card03(streams bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{
			"name": "plain", "description": "a plain agent", "version": "1.0.0", "protocolVersion": "0.3.0", "url": "http://agent.invalid/rpc", "preferredTransport": "JSONRPC",
			"capabilities": map[string]any{"streaming": streams}, "defaultInputModes": []string{"text/plain"}, "defaultOutputModes": []string{"text/plain"}, "skills": []any{},
		})
	})
}

type yielding = func(a2a.Event, error) bool

// Execute implements [a2asrv.AgentExecutor].
func (a Agent) Execute(ctx context.Context, x *a2asrv.ExecutorContext) iter.Seq2[a2a.Event, error] {
	return func(yield func(a2a.Event, error) bool) {
		word, rest, _ := strings.Cut(text(x.Message), " ")
		if word == "message" {
			yield(a2a.NewMessage(a2a.MessageRoleAgent, a2a.NewTextPart(rest)), nil)
			return
		}
		if x.StoredTask == nil && !yield(a2a.NewSubmittedTask(x, x.Message), nil) {
			return
		}
		a.work(ctx, x, yield, word, rest)
	}
}

func (a Agent) work(ctx context.Context, x *a2asrv.ExecutorContext, yield yielding, word, rest string) {
	state, said := a2a.TaskStateCompleted, (*a2a.Message)(nil)
	switch word {
	case "ask":
		state, said = a2a.TaskStateInputRequired, agentSays(x, "which "+rest+"?")
	case "show": // like ask, with an artifact before it
		state, said = a2a.TaskStateInputRequired, agentSays(x, "which "+rest+"?")
		if !yield(artifactOf(x, a2a.NewTextPart("so far")), nil) {
			return
		}
	case "fail":
		state, said = a2a.TaskStateFailed, agentSays(x, "it broke: "+rest)
	case "reject":
		state, said = a2a.TaskStateRejected, agentSays(x, "not for you")
	case "stream":
		if !chunks(x, yield, strings.Fields(rest)) {
			return
		}
	case "wait":
		if !yield(a2a.NewStatusUpdateEvent(x, a2a.TaskStateWorking, nil), nil) || !yield(artifactOf(x, a2a.NewTextPart(string(x.TaskID))), nil) {
			return
		}
		<-ctx.Done()
		return
	case "who":
		if !yield(artifactOf(x, a2a.NewDataPart(headers(x))), nil) {
			return
		}
	default:
		if !yield(artifactOf(x, x.Message.Parts...), nil) {
			return
		}
	}
	yield(a2a.NewStatusUpdateEvent(x, state, said), nil)
}

// Cancel implements [a2asrv.AgentExecutor].
func (a Agent) Cancel(_ context.Context, x *a2asrv.ExecutorContext) iter.Seq2[a2a.Event, error] {
	return func(yield func(a2a.Event, error) bool) {
		if a.Canceled != nil {
			a.Canceled <- x.TaskID
		}
		yield(a2a.NewStatusUpdateEvent(x, a2a.TaskStateCanceled, nil), nil)
	}
}

func artifactOf(x *a2asrv.ExecutorContext, parts ...*a2a.Part) *a2a.TaskArtifactUpdateEvent {
	e := a2a.NewArtifactEvent(x, parts...)
	e.Artifact.Name, e.LastChunk = "answer", true
	return e
}

func chunks(x *a2asrv.ExecutorContext, yield yielding, words []string) bool {
	for i, w := range words {
		var e *a2a.TaskArtifactUpdateEvent
		if i == 0 {
			e = a2a.NewArtifactEvent(x, a2a.NewTextPart(w))
			e.Artifact.ID = "words"
		} else {
			e = a2a.NewArtifactUpdateEvent(x, "words", a2a.NewTextPart(w))
		}
		e.LastChunk = i == len(words)-1
		if !yield(e, nil) {
			return false
		}
	}
	return true
}

func agentSays(x *a2asrv.ExecutorContext, said string) *a2a.Message {
	return a2a.NewMessageForTask(a2a.MessageRoleAgent, x, a2a.NewTextPart(said))
}

// headers are those of the request, and the ids of what it concerns.
func headers(x *a2asrv.ExecutorContext) map[string]any {
	all := map[string]any{"task": string(x.TaskID), "context": x.ContextID, "message": x.Message.ID}
	for name, values := range x.ServiceParams.List() {
		all[name] = strings.Join(values, ",")
	}
	return all
}

func text(m *a2a.Message) string {
	var all []string
	for _, p := range m.Parts {
		if t, ok := p.Content.(a2a.Text); ok {
			all = append(all, string(t))
		}
	}
	return strings.Join(all, "\n")
}
