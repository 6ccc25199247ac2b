package upstream_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/backend/upstream"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/upstreamtest"
	"github.com/getbindu/bindu-go/task"
)

func TestAMessageIsAnsweredByAPlainAgent(t *testing.T) {
	agents(t, func(t *testing.T, s *httptest.Server) {
		u := open(t, s.URL)
		req := request(t, "hello")
		file := a2a.NewRawPart([]byte("a file"))
		file.Filename, file.MediaType = "f.bin", "application/x"
		req.Message.Parts = append(req.Message.Parts, a2a.NewDataPart(map[string]any{"n": 1.5}), file, a2a.NewFileURLPart("https://example.com/x", "text/plain"))
		result, h, err := execute(t, u, req)
		if err != nil || len(h.all) != 1 || h.all[0].Name != "answer" || asJSON(t, h.all[0].Parts) != asJSON(t, req.Message.Parts) {
			t.Fatalf("%v: %s", err, asJSON(t, h.all))
		}
		if result.InputRequired || result.Message != nil {
			t.Errorf("result %s", asJSON(t, result))
		}
	})
}

func TestWhatAPlainAgentMakesOfATask(t *testing.T) {
	agents(t, func(t *testing.T, s *httptest.Server) {
		u := open(t, s.URL)
		t.Run("pieces", func(t *testing.T) {
			if _, h, err := execute(t, u, request(t, "stream a b c")); err != nil || h.texts() != "words:abc" {
				t.Errorf("%v: %s", err, h.texts())
			}
		})
		t.Run("a message", func(t *testing.T) {
			result, h, err := execute(t, u, request(t, "message hello there"))
			if err != nil || result.Message == nil || result.Message.Parts[0].Text() != "hello there" || len(h.all) != 0 {
				t.Errorf("%v: %s", err, asJSON(t, result))
			}
		})
		t.Run("a failure", func(t *testing.T) {
			_, _, err := execute(t, u, request(t, "fail badly"))
			if f := failureOf(t, err); f.Reason != "upstream_failed" || f.Rejected || f.Text != "it broke: badly" {
				t.Errorf("%+v", f)
			}
		})
		t.Run("a rejection", func(t *testing.T) {
			_, _, err := execute(t, u, request(t, "reject"))
			if f := failureOf(t, err); f.Reason != "upstream_failed" || !f.Rejected || f.Text != "not for you" {
				t.Errorf("%+v", f)
			}
		})
	})
}

// The upstream's own task goes on, and what it told before is not told again.
func TestATaskThatAsksGoesOnAtTheUpstream(t *testing.T) {
	agents(t, func(t *testing.T, s *httptest.Server) {
		u := open(t, s.URL)
		first := request(t, "show colour")
		result, firstHeard, err := execute(t, u, first)
		if err != nil || !result.InputRequired || result.Text != "which colour?" {
			t.Fatalf("%v: %s", err, asJSON(t, result))
		}
		// In a process of its own: only the history says where the task is.
		second := request(t, "who")
		second.Message.ID = "m2"
		second.History = []*a2a.Message{first.Message, {Role: a2a.MessageRoleAgent, Metadata: stored(t, result.Metadata), Parts: a2a.ContentParts{a2a.NewTextPart("?")}}}
		_, h, err := execute(t, open(t, s.URL), second)
		if err != nil || len(h.all) != 1 {
			t.Fatalf("%v: %s", err, asJSON(t, h.all))
		}
		told := h.all[0].Parts[0].Data().(map[string]any)
		if told["task"] == "" || told["task"] != result.Metadata["upstream.taskId"] || h.all[0].ID == firstHeard.all[0].ID || told["context"] != "ffeeddcc-bbaa-9988-7766-554433221100" {
			t.Errorf("the upstream was asked for %v, it has %v", told, result.Metadata)
		}
		third := request(t, "b")
		third.Message.ID, third.History = "m3", second.History
		if _, _, err = execute(t, u, third); failureOf(t, err).Reason != "upstream_refused" {
			t.Errorf("to a task that has ended: %v", err)
		}
	})
}

// What only the sender says of itself never stands where the gates' word is expected, and
// ids of callers do not meet at the upstream.
func TestTheUpstreamLearnsWhoAsksAndUntilWhen(t *testing.T) {
	agents(t, func(t *testing.T, s *httptest.Server) {
		u := open(t, s.URL, func(c *upstream.Config) {
			c.Prove = func(who identity.Caller, method string) (http.Header, error) {
				return http.Header{"Agent-Caller-Did": {who.DID.String()}, "Agent-Method": {method}}, nil
			}
		})
		seen := map[string]bool{}
		for _, of := range []string{"00", "11"} {
			req := request(t, "who")
			req.TaskID = strings.Repeat(of, 16)
			_, h, err := execute(t, u, req)
			if err != nil {
				t.Fatal(err)
			}
			told := h.all[0].Parts[0].Data().(map[string]any)
			if told["agent-caller-did"] != "did:bindu:ann:poet:1" || told["agent-deadline"] == nil || told["authorization"] != nil {
				t.Errorf("the upstream was told %v", told)
			}
			if !slices.Contains([]any{"SendMessage", "SendStreamingMessage", "message/send", "message/stream"}, told["agent-method"]) {
				t.Errorf("method %v", told["agent-method"])
			}
			id, _ := told["message"].(string)
			if id == "" || id == "m1" || seen[id] {
				t.Errorf("message id %q", id)
			}
			seen[id] = true
		}
	})
}

// The artifact of a task that waits is its id.
func TestACancellationReachesTheUpstream(t *testing.T) {
	for _, v03 := range []bool{false, true} {
		canceled, began := make(chan a2a.TaskID, 1), make(chan string, 1)
		s := upstreamtest.Agent{V03: v03, Streams: true, Canceled: canceled}.Serve(t)
		u := open(t, s.URL)
		ctx, cancel := context.WithCancelCause(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := u.Execute(ctx, request(t, "wait"), func(a *a2a.Artifact, _ bool) error {
				began <- a.Parts[0].Text()
				return nil
			})
			ended <- err
		}()
		id := await(t, began)
		cause := errors.New("canceled by its owner")
		cancel(cause)
		if err := await(t, ended); !errors.Is(err, cause) {
			t.Errorf("ended with %v", err)
		}
		if got := await(t, canceled); string(got) != id {
			t.Errorf("task %s was canceled, want %s", got, id)
		}
	}
}

func TestAnUpstreamMayBeBehindAUnixSocket(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	ln, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	upstreamtest.Agent{Streams: true, Listener: ln}.Serve(t)
	if _, h, err := execute(t, open(t, "unix://"+socket), request(t, "hello")); err != nil || len(h.all) != 1 {
		t.Errorf("%v: %d artifacts", err, len(h.all))
	}
}

func TestARefusedPieceEndsTheExecution(t *testing.T) {
	u := open(t, upstreamtest.Agent{Streams: true}.Serve(t).URL)
	full := &task.Failure{Reason: "artifact_too_large", Text: "full"}
	_, err := u.Execute(t.Context(), request(t, "stream a b c"), func(*a2a.Artifact, bool) error { return full })
	if !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}
