package peer_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	wire "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/a2a/card"
)

func quiet() *log.Logger           { return log.New(io.Discard, "", 0) }
func newReader(b []byte) io.Reader { return bytes.NewReader(b) }

const schemesAll = `{"uri":"` + card.SignatureExtension + `","params":{"schemes":["later-2","reference","jcs-1","octets-1"]}}`

const schemesBoth = `{"uri":"` + card.SignatureExtension + `","params":{"schemes":["reference","jcs-1","later-2"]}}`

// cardV1 is a card of A2A 1.0 that names d.
func cardV1(d string, extensions ...string) string {
	return fmt.Sprintf(`{"name":"critic","supportedInterfaces":[
		{"url":"https://elsewhere.example/ignored","protocolBinding":"GRPC","protocolVersion":"1.0"},
		{"url":"https://elsewhere.example/","protocolBinding":"JSONRPC","protocolVersion":"1.0"}],
		"capabilities":{"extensions":[%s]}}`,
		strings.Join(append(extensions, `{"uri":"`+d+`"}`), ","))
}

// cardV03 is a card of A2A 0.3; trust makes it one of the reference.
func cardV03(d string, trust bool) string {
	text := `{"name":"critic","url":"http://localhost:3773","protocolVersion":"0.3.0","capabilities":{"extensions":[{"uri":"` + d + `"}]}`
	if trust {
		text += `,"kind":"agent","agentTrust":{"identityProvider":"custom"}`
	}
	return text + "}"
}

// routes answers a GET of each path with the JSON given for it, and posts with rpc.
type routes struct {
	cards map[string]string
	rpc   http.HandlerFunc
}

const (
	pathV1  = card.Path
	pathV03 = card.LegacyPath
)

func (h routes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	card, ok := h.cards[r.URL.Path]
	switch {
	case r.Method == http.MethodPost && h.rpc != nil:
		h.rpc(w, r)
	case ok:
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, card)
	case strings.Contains(strings.Join(slices.Collect(maps.Values(h.cards)), ""), `"agentTrust"`):
		// The reference answers so for every path it does not know as public.
		w.WriteHeader(http.StatusUnauthorized)
		fault(w, "", -32009, "Authentication is required")
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// answer writes a JSON-RPC response.
func answer(w http.ResponseWriter, id string, result any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"jsonrpc": "2.0", "id": id, "result": result})
}

func fault(w http.ResponseWriter, id string, code int, message string) {
	json.NewEncoder(w).Encode(map[string]any{"jsonrpc": "2.0", "id": id, "error": map[string]any{"code": code, "message": message}})
}

// referenceAgent is the Python reference on the wire: every id a UUID, every
// field demanded, nothing completed at once, replies in snake case.
type referenceAgent struct {
	snakeParams bool // an old one, which wants task_id

	mu    sync.Mutex
	polls map[string]int
}

func (a *referenceAgent) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req rpc
	if json.NewDecoder(r.Body).Decode(&req) != nil || uuid.Validate(req.ID) != nil {
		fault(w, req.ID, -32700, "Failed to parse JSON payload")
		return
	}
	switch req.Method {
	case "message/send":
		a.send(w, req)
	case "tasks/get":
		a.get(w, req)
	default:
		fault(w, req.ID, -32601, "Method not found")
	}
}

func (a *referenceAgent) send(w http.ResponseWriter, req rpc) {
	var p struct {
		Message struct {
			MessageID, ContextID, TaskID, Kind, Role string
			Parts                                    []struct{ Kind, Text string }
		}
		Configuration struct{ AcceptedOutputModes []string }
	}
	err := json.Unmarshal(req.Params, &p)
	m := p.Message
	for _, id := range []string{m.MessageID, m.ContextID, m.TaskID} {
		if uuid.Validate(id) != nil {
			err = io.ErrUnexpectedEOF
		}
	}
	if err != nil || m.Kind != "message" || m.Role != "user" || len(m.Parts) != 1 || m.Parts[0].Kind != "text" || len(p.Configuration.AcceptedOutputModes) == 0 {
		fault(w, req.ID, -32602, "Invalid parameters")
		return
	}
	a.mu.Lock()
	a.polls = map[string]int{m.TaskID: 0}
	a.mu.Unlock()
	answer(w, req.ID, a.task(m.TaskID, "submitted", nil))
}

func (a *referenceAgent) get(w http.ResponseWriter, req rpc) {
	var p map[string]string
	name := "taskId"
	if a.snakeParams {
		name = "task_id"
	}
	if json.Unmarshal(req.Params, &p) != nil || p[name] == "" {
		fault(w, req.ID, -32602, "Invalid parameters")
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	n, ok := a.polls[p[name]]
	if !ok {
		fault(w, req.ID, -32001, "Task not found")
		return
	}
	a.polls[p[name]] = n + 1
	if n == 0 {
		answer(w, req.ID, a.task(p[name], "working", nil))
		return
	}
	answer(w, req.ID, a.task(p[name], "completed", []any{
		map[string]any{"artifact_id": uuid.NewString(), "parts": []any{map[string]any{"kind": "text", "text": "hello back"}}},
	}))
}

func (a *referenceAgent) task(id, state string, artifacts any) any {
	t := map[string]any{"id": id, "context_id": "c-1", "kind": "task", "status": map[string]any{"state": state, "timestamp": "2026-01-01T00:00:00+00:00"}, "history": []any{}}
	if artifacts != nil {
		t["artifacts"] = artifacts
	}
	return t
}

// v1Agent speaks A2A 1.0 with the types of a2a-go: it works for some polls and
// then has an artifact.
type v1Agent struct {
	work int

	mu sync.Mutex
}

func (a *v1Agent) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req rpc
	if json.NewDecoder(r.Body).Decode(&req) != nil || r.Header.Get("A2A-Version") != "1.0" {
		fault(w, req.ID, -32009, "version not supported")
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	switch req.Method {
	case "SendMessage":
		var p wire.SendMessageRequest
		if json.Unmarshal(req.Params, &p) != nil || p.Message == nil || p.Message.Role != wire.MessageRoleUser || p.Message.ID == "" {
			fault(w, req.ID, -32602, "invalid params")
			return
		}
		answer(w, req.ID, wire.StreamResponse{Event: a.task()})
	case "GetTask":
		var p wire.GetTaskRequest
		if json.Unmarshal(req.Params, &p) != nil || p.ID != "t-1" {
			fault(w, req.ID, -32001, "task not found")
			return
		}
		a.work--
		answer(w, req.ID, a.task())
	default:
		fault(w, req.ID, -32601, "method not found")
	}
}

func (a *v1Agent) task() *wire.Task {
	t := &wire.Task{ID: "t-1", ContextID: "c-1", Status: wire.TaskStatus{State: wire.TaskStateWorking}}
	if a.work <= 0 {
		t.Status.State = wire.TaskStateCompleted
		t.Artifacts = []*wire.Artifact{{ID: "a-1", Parts: wire.ContentParts{wire.NewTextPart("hello back")}}}
	}
	return t
}

// v03Agent answers as A2A 0.3 does, at once or after being asked.
func v03Agent(w http.ResponseWriter, r *http.Request) {
	var req rpc
	if json.NewDecoder(r.Body).Decode(&req) != nil {
		fault(w, "", -32700, "parse error")
		return
	}
	var p struct {
		ID      string
		Message struct{ TaskID string }
	}
	state := "submitted"
	switch json.Unmarshal(req.Params, &p); {
	case p.Message.TaskID != "":
		fault(w, req.ID, -32001, "task not found")
		return
	case req.Method == "tasks/get" && p.ID == "t-1":
		state = "completed"
	case req.Method != "message/send":
		fault(w, req.ID, -32602, "invalid params")
		return
	}
	answer(w, req.ID, map[string]any{
		"kind": "task", "id": "t-1", "contextId": "c-1",
		"status": map[string]any{"state": state, "message": map[string]any{"role": "agent", "parts": []any{map[string]any{"kind": "text", "text": "hello back"}}}},
	})
}
