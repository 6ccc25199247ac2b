package peer_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/protoform"
	"github.com/getbindu/bindu-go/peer"
)

// said is an answer of a fake agent: messages in JSON, or bytes, and then a status.
type said struct {
	contentType string
	messages    []string // of the method that was called; what begins with = is sent as it is
	status      *grpcframe.Status
	trailersOff bool // the status is lost
	garbled     bool // the status is a word
	early       bool // another status is in the headers
}

// grpcAgent answers one call after the other over HTTP/2, in a bubble.
func grpcAgent(t *testing.T, answers ...said) (*peer.Client, peer.Peer, *record) {
	t.Helper()
	next := 0
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 || r.Header.Get("Te") != "trailers" || r.Header.Get("Content-Type") != "application/grpc" || r.Header.Get("A2A-Version") != "1.0" {
			t.Errorf("%s %v", r.Proto, r.Header)
		}
		if next >= len(answers) {
			t.Errorf("called again: %s", r.URL)
			return
		}
		say(t, w, r, answers[next])
		next++
	})
	client, p, rec := inBubble(t, handler)
	p.Binding, p.Schemes = peer.GRPC, signature.Schemes()
	return client, p, rec
}

// bubble is a subtest with a clock of its own.
func bubble(t *testing.T, name string, test func(*testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) { synctest.Test(t, test) })
}

func say(t *testing.T, w http.ResponseWriter, r *http.Request, a said) {
	t.Helper()
	method, ok := protoform.MethodOf(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
	if !ok {
		t.Errorf("no method: %s", r.URL.Path)
		return
	}
	w.Header().Set("Content-Type", "application/grpc")
	if a.contentType != "" {
		w.Header().Set("Content-Type", a.contentType)
	}
	if a.early {
		w.Header().Set("Grpc-Status", "5")
	}
	prefix := http.TrailerPrefix
	if len(a.messages) == 0 {
		prefix = ""
	}
	for _, m := range a.messages {
		if raw, ok := strings.CutPrefix(m, "="); ok {
			fmt.Fprint(w, raw)
			continue
		}
		b, err := method.Response.Append(grpcframe.Begin(nil), []byte(m))
		if err != nil || grpcframe.End(b) != nil {
			t.Errorf("%s: %v", m, err)
		}
		_, _ = w.Write(b)
		_ = http.NewResponseController(w).Flush()
	}
	if a.trailersOff {
		return
	}
	if a.status == nil {
		a.status = &grpcframe.Status{}
	}
	a.status.Set(w.Header(), prefix)
	if a.garbled {
		w.Header()[prefix+"Grpc-Status"] = []string{"OK"}
	}
}

func state(code, reason string) *grpcframe.Status {
	return &grpcframe.Status{Code: grpcframe.CodeOf(code), Message: "x", Details: []grpcframe.ErrorInfo{{Domain: "getbindu.com", Reason: strings.ToUpper(reason), Metadata: map[string]string{"reason": reason, "gate": "g"}}}}
}

const (
	workingG = `{"id":"t","contextId":"c","status":{"state":"TASK_STATE_WORKING"}}`
	doneG    = `{"id":"t","contextId":"c","status":{"state":"TASK_STATE_COMPLETED"},"artifacts":[{"artifactId":"a","parts":[{"text":"all"},{"data":{"n":1.5}},{"data":null},{"raw":"AAE=","filename":"f"}]}]}`
)

func TestAPeerOverGRPC(t *testing.T) { synctest.Test(t, testAPeerOverGRPC) }

func testAPeerOverGRPC(t *testing.T) {
	client, p, rec := grpcAgent(t, said{messages: []string{`{"task":` + workingG + `}`}}, said{messages: []string{workingG}}, said{messages: []string{doneG}})
	reply, err := client.Send(t.Context(), p, "hello")
	if err != nil || reply.Text != "all" || reply.TaskID != "t" || reply.State != peer.StateCompleted {
		t.Fatalf("%+v, %v", reply, err)
	}
	if a := reply.Attachments(t.Context()); len(a) != 3 || string(a[0].Data) != `{"n":1.5}` || string(a[1].Data) != "null" || string(a[2].Bytes) != "\x00\x01" || a[2].Name != "f" {
		t.Errorf("%+v", a)
	}
	for i, s := range rec.calls() {
		want := "GetTask"
		if i == 0 {
			want = "SendMessage"
		}
		if s.target != protoform.Path(want) || s.header.Get("Accept") != "" {
			t.Errorf("%s %v", s.target, s.header)
		}
	}
}

// What is no answer is an error that says so, and never a reply.
func TestNonsenseOverGRPC(t *testing.T) {
	nested := strings.Repeat(`{"a":`, 140) + "1" + strings.Repeat("}", 140)
	for name, tt := range map[string]struct {
		answer said
		want   error
	}{
		"no gRPC":             {said{contentType: "application/json", messages: []string{"={}"}}, peer.ErrReply},
		"no status":           {said{messages: []string{`{"task":` + doneG + `}`}, trailersOff: true}, peer.ErrReply},
		"a status before it":  {said{messages: []string{`{"task":` + doneG + `}`}, early: true}, peer.ErrReply},
		"a status in words":   {said{messages: []string{`{"task":` + doneG + `}`}, garbled: true}, peer.ErrReply},
		"no message":          {said{}, peer.ErrReply},
		"a status alone":      {said{messages: []string{"=\x00"}}, peer.ErrReply},
		"two messages":        {said{messages: []string{`{"task":` + doneG + `}`, `{"task":` + doneG + `}`}}, peer.ErrReply},
		"a compressed one":    {said{messages: []string{"=\x01\x00\x00\x00\x01x"}}, peer.ErrReply},
		"no protobuf":         {said{messages: []string{"=\x00\x00\x00\x00\x01x"}}, peer.ErrReply},
		"an empty message":    {said{messages: []string{`{}`}}, peer.ErrReply},
		"a task without a id": {said{messages: []string{`{"task":{"status":{"state":"TASK_STATE_COMPLETED"}}}`}}, peer.ErrReply},
		"a name twice":        {said{messages: []string{`{"task":{"id":"t","status":{"state":"TASK_STATE_COMPLETED"},"metadata":{"a":1,"a":2}}}`}}, peer.ErrReply},
		"a name again":        {said{messages: []string{`{"task":{"id":"t","status":{"state":"TASK_STATE_COMPLETED"},"artifacts":[{"parts":[{"data":{"a":1,"a":2}}]}]}}`}}, peer.ErrReply},
		"too deep":            {said{messages: []string{`{"task":{"id":"t","status":{"state":"TASK_STATE_COMPLETED"},"metadata":` + nested + `}}`}}, peer.ErrReply},
		"a status of its own": {said{messages: []string{"=x"}, status: &grpcframe.Status{Code: 999}}, nil},
	} {
		bubble(t, name, func(t *testing.T) {
			client, p, _ := grpcAgent(t, tt.answer)
			reply, err := client.Send(t.Context(), p, "hello")
			if tt.want == nil {
				if refused, ok := errors.AsType[*peer.Refusal](err); !ok || refused.Status != 500 {
					t.Errorf("%v", err)
				}
				return
			}
			if !errors.Is(err, tt.want) || reply.TaskID != "" {
				t.Errorf("%+v, %v", reply, err)
			}
		})
	}
}

// Refusals of gRPC are repeated after what those of HTTP are repeated after.
func TestRepeatsOverGRPC(t *testing.T) { synctest.Test(t, testRepeatsOverGRPC) }

func testRepeatsOverGRPC(t *testing.T) {
	client, p, rec := grpcAgent(t, said{status: state("ALREADY_EXISTS", "replayed")}, said{messages: []string{`{"task":` + doneG + `}`}})
	if reply, err := client.Send(t.Context(), p, "hello"); err != nil || reply.Text != "all" {
		t.Errorf("%+v, %v", reply, err)
	}
	if calls := rec.calls(); len(calls) != 2 || calls[0].header.Get(signature.HeaderSignature) == calls[1].header.Get(signature.HeaderSignature) {
		t.Errorf("%d calls", len(calls))
	}
	client, p, _ = grpcAgent(t, said{status: state("PERMISSION_DENIED", "scope_insufficient")})
	_, err := client.Send(t.Context(), p, "hello")
	if refused, ok := errors.AsType[*peer.Refusal](err); !ok || refused.Status != 403 || refused.Code != -31403 || refused.Reason != "scope_insufficient" || refused.Gate != "g" {
		t.Errorf("%+v", err)
	}
}

// A stream of gRPC that ends early is gone on with, from what the task is by then.
func TestStreamsOverGRPC(t *testing.T) {
	const piece, end = `{"artifactUpdate":{"taskId":"t","contextId":"c","artifact":{"artifactId":"a","parts":[{"text":"one"}]}}}`, `{"statusUpdate":{"taskId":"t","contextId":"c","status":{"state":"TASK_STATE_COMPLETED"}}}`
	for name, tt := range map[string]struct {
		answers []said
		told    string
		reason  string
		calls   int
	}{
		"whole":               {[]said{{messages: []string{`{"task":` + workingG + `}`, piece, end}}}, "working, a one, completed", "", 1},
		"an end of proofs":    {[]said{{messages: []string{`{"task":` + workingG + `}`}, status: state("UNAUTHENTICATED", "auth_expired")}, {messages: []string{`{"task":` + workingG + `}`, end}}}, "working, working, completed", "", 2},
		"a restart":           {[]said{{messages: []string{`{"task":` + workingG + `}`}, status: state("UNAVAILABLE", "shutting_down")}, {messages: []string{`{"task":` + doneG + `}`}}}, "working, completed all", "", 2},
		"cut off":             {[]said{{messages: []string{`{"task":` + workingG + `}`}, trailersOff: true}, {messages: []string{end}}}, "working, completed", "", 2},
		"no end":              {[]said{{messages: []string{`{"task":` + workingG + `}`}}, {messages: []string{end}}}, "working, completed", "", 2},
		"in a frame":          {[]said{{messages: []string{`{"task":` + workingG + `}`, "=\x00\x00"}}, {messages: []string{end}}}, "working, completed", "", 2},
		"refused":             {[]said{{status: state("PERMISSION_DENIED", "policy_denied")}}, "", "policy_denied", 1},
		"an internal error":   {[]said{{messages: []string{`{"task":` + workingG + `}`}, status: state("INTERNAL", "internal")}}, "working", "internal", 1},
		"of another task":     {[]said{{messages: []string{`{"task":` + workingG + `}`, strings.ReplaceAll(end, `"t"`, `"u"`)}}}, "working", "reply", 1},
		"of a compressed one": {[]said{{messages: []string{`{"task":` + workingG + `}`, "=\x01\x00\x00\x00\x00"}}}, "working", "reply", 1},
	} {
		bubble(t, name, func(t *testing.T) {
			client, p, rec := grpcAgent(t, tt.answers...)
			told, err := streams(client.Stream(t.Context(), p, "hello"))
			reason := ""
			if refused, ok := errors.AsType[*peer.Refusal](err); ok {
				reason = refused.Reason
			} else if errors.Is(err, peer.ErrReply) {
				reason = "reply"
			} else if err != nil {
				reason = err.Error()
			}
			if told != tt.told || reason != tt.reason || len(rec.calls()) != tt.calls {
				t.Errorf("%q, %q in %d calls, want %q, %q in %d", told, reason, len(rec.calls()), tt.told, tt.reason, tt.calls)
			}
			for i, s := range rec.calls() {
				want := "SubscribeToTask"
				if i == 0 {
					want = "SendStreamingMessage"
				}
				if s.target != protoform.Path(want) {
					t.Errorf("call %d: %s", i, s.target)
				}
			}
		})
	}
}

// A peer that does not stream is asked in the same binding.
func TestWithoutStreamsOverGRPC(t *testing.T) { synctest.Test(t, testWithoutStreamsOverGRPC) }

func testWithoutStreamsOverGRPC(t *testing.T) {
	none := &grpcframe.Status{Code: grpcframe.CodeOf("FAILED_PRECONDITION"), Details: []grpcframe.ErrorInfo{{Domain: "a2a-protocol.org", Reason: "UNSUPPORTED_OPERATION"}}}
	client, p, rec := grpcAgent(t, said{status: none}, said{messages: []string{`{"task":` + doneG + `}`}})
	if told, err := streams(client.Stream(t.Context(), p, "hello")); err != nil || told != "completed all" || rec.calls()[1].target != protoform.Path("SendMessage") {
		t.Errorf("%q, %v", told, err)
	}
}

// A stream that is silent goes on for as long as its connection answers.
func TestASilentStreamOverGRPCGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, p, rec := inBubble(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			say(t, w, r, said{messages: []string{`{"task":` + workingG + `}`}, trailersOff: true})
			time.Sleep(10 * time.Minute)
			say(t, w, r, said{messages: []string{`{"task":` + doneG + `}`}})
		}))
		p.Binding, p.Schemes = peer.GRPC, signature.Schemes()
		if told, err := streams(client.Stream(t.Context(), p, "hello")); err != nil || told != "working, completed all" || len(rec.calls()) != 1 {
			t.Errorf("%q in %d calls, %v", told, len(rec.calls()), err)
		}
	})
}

// A peer whose connection is dead is called again.
func TestADeadConnectionOverGRPCIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		release := make(chan struct{})
		client, p, _ := inBubble(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if calls.Add(1) > 1 {
				say(t, w, r, said{messages: []string{`{"task":` + doneG + `}`}})
				return
			}
			say(t, w, r, said{messages: []string{`{"task":` + workingG + `}`}, trailersOff: true})
			<-release
		}), func(c *peer.Config) {
			dial, first := c.DialContext, true
			c.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := dial(ctx, network, address)
				if err == nil && first {
					first = false
					conn = &deaf{Conn: conn, begun: time.Now()}
				}
				return conn, err
			}
		})
		defer close(release)
		p.Binding, p.Schemes = peer.GRPC, signature.Schemes()
		begun := time.Now()
		told, err := streams(client.Stream(t.Context(), p, "hello"))
		if took := time.Since(begun); err != nil || told != "working, completed all" || took > 3*time.Minute || took < 10*time.Second {
			t.Errorf("%q after %s, %v", told, took, err)
		}
	})
}

// deaf is a connection that brings nothing any more after some seconds.
type deaf struct {
	net.Conn
	begun time.Time
}

func (d *deaf) Write(p []byte) (int, error) {
	if time.Since(d.begun) > 5*time.Second {
		return len(p), nil
	}
	return d.Conn.Write(p)
}
