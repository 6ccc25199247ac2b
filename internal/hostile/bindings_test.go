package hostile

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// newPeer calls the house as somebody new, in a binding.
func newPeer(t *testing.T, h *house, b peer.Binding, scopes ...string) (*peer.Client, peer.Peer) {
	t.Helper()
	c := h.newCaller(t)
	source, err := mtls.NewSource(&mtls.Identity{Certificate: c.cert, Roots: h.ca.CA.Roots()}, mtls.SourceConfig{Issuer: h.hydra.Issuer(), RequireClientCert: true})
	if err != nil {
		t.Fatal(err)
	}
	token := h.hydra.IssueToken(hydratest.TokenSpec{ClientID: c.name.String(), Scopes: scopes})
	client, err := peer.New(peer.Config{
		DID: c.name, Key: c.key, Source: source, Binding: b, DialTimeout: time.Minute, RequestTimeout: time.Minute, Now: h.clock.now,
		Token: func(context.Context) (string, error) { return token, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	p, err := client.Discover(t.Context(), "https://"+h.Addr().String(), h.DID())
	if err != nil {
		t.Fatal(err)
	}
	return client, p
}

var bindings = []peer.Binding{peer.JSONRPC, peer.HTTPJSON, peer.GRPC}

// Whatever the binding, a peer gets the same, and is refused for the same.
func TestAPeerSpeaksEachBinding(t *testing.T) {
	h := newTown(t).house("")
	for _, b := range bindings {
		t.Run(string(b), func(t *testing.T) {
			ctx := t.Context()
			client, p := newPeer(t, h, b, "agent:read", "agent:write")
			reply, err := client.Send(ctx, p, "hello <&> \u00e9")
			if err != nil || reply.State != peer.StateCompleted || reply.Text != "heard hello" || reply.ContextID == "" {
				t.Fatalf("%+v, %v", reply, err)
			}
			if again, err := client.Result(ctx, p, reply.TaskID); err != nil || again.Text != reply.Text {
				t.Errorf("%+v, %v", again, err)
			}
			var told []string
			for u, err := range client.Stream(ctx, p, "again") {
				if err != nil {
					t.Fatal(err)
				}
				told = append(told, string(u.State)+u.Text)
			}
			if !slices.Contains(told, "heard again") && !slices.Contains(told, "completedheard again") || !strings.HasPrefix(told[len(told)-1], "completed") {
				t.Errorf("told %q", told)
			}
			cancelByPeer(t, client, p)
			refusedByPeer(t, h, client, p, reply.TaskID)
		})
	}
}

// cancelByPeer ends a task that runs, while it is followed.
func cancelByPeer(t *testing.T, client *peer.Client, p peer.Peer) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var id string
	_, err := client.Send(ctx, p, "wait", peer.WhenBegun(func(r peer.Reply) {
		id = r.TaskID
		stop()
	}))
	if id == "" || err == nil {
		t.Fatalf("no task has begun: %v", err)
	}
	var last peer.State
	for u, err := range client.Follow(t.Context(), p, id, "") {
		if err != nil {
			t.Fatal(err)
		}
		if last == "" {
			if reply, err := client.Cancel(t.Context(), p, id); err != nil || reply.State != peer.StateCanceled {
				t.Errorf("%+v, %v", reply, err)
			}
		}
		last = u.State
	}
	if last != peer.StateCanceled {
		t.Errorf("the stream ends with %q", last)
	}
}

// refusedByPeer looks at what the peer's errors say: the same in each binding, but for
// the status of errors of the protocol, which JSON-RPC does not have.
func refusedByPeer(t *testing.T, h *house, client *peer.Client, p peer.Peer, ended string) {
	t.Helper()
	reader, asReader := newPeer(t, h, p.Binding, "agent:read")
	for reason, tt := range map[string]struct {
		err          error
		code, status int
		gate         string
	}{
		"task_not_found":     {second(client.Result(t.Context(), p, "x")), -32001, 404, ""},
		"task_ended":         {second(client.Cancel(t.Context(), p, ended)), -32002, 400, ""},
		"scope_insufficient": {second(reader.Send(t.Context(), asReader, "hello")), -31403, 403, "scope"},
	} {
		refused, ok := errors.AsType[*peer.Refusal](tt.err)
		if !ok {
			t.Errorf("%s: %v", reason, tt.err)
			continue
		}
		if p.Binding == peer.JSONRPC && tt.gate == "" {
			tt.status = 200
		}
		if refused.Reason != reason || refused.Code != tt.code || refused.Status != tt.status || refused.Gate != tt.gate || refused.Message == "" || refused.RequestID == "" || (refused.Hint != "") != (tt.gate != "") {
			t.Errorf("%s: %+v", reason, refused)
		}
	}
}

// An agent that does not declare a binding is not called by it.
func TestAPeerSpeaksOnlyWhatIsDeclared(t *testing.T) {
	h := newTown(t).house("")
	client, p := newPeer(t, h, "", "agent:read", "agent:write")
	for _, b := range []peer.Binding{"SOAP", "grpc"} {
		p.Binding = b
		if _, err := client.Send(t.Context(), p, "hello"); !errors.Is(err, peer.ErrBinding) {
			t.Errorf("%s: %v", b, err)
		}
	}
	p.Binding, p.Schemes = peer.GRPC, nil
	if _, err := client.Send(t.Context(), p, "hello"); !errors.Is(err, peer.ErrBinding) {
		t.Errorf("without octets-1: %v", err)
	}
	if err := client.ClearContext(t.Context(), peer.Peer{DID: p.DID, URL: p.URL, Protocol: p.Protocol, Schemes: []signature.Scheme{signature.Octets1}, Binding: peer.GRPC}, "c"); !errors.Is(err, peer.ErrBinding) {
		t.Errorf("a method of the reference: %v", err)
	}
}
