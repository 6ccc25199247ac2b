package peer

import (
	"bytes"
	stdjson "encoding/json"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	wire "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/did"
)

// outgoing is a message on its way. The ids are UUIDs, which the reference
// demands and nobody minds; they stay the same when the message is sent again.
type outgoing struct {
	text, messageID   string
	contextID, taskID string // "" when the peer is to choose
	references        []string
}

// dialect is how a protocol names its methods and parameters.
type dialect interface {
	// send returns the method and parameters that deliver a message.
	send(m outgoing) (method string, params any)
	// get returns the same for asking how a task is; attempt counts the ways
	// of asking that the peer did not understand, and ok is false when there
	// is no other.
	get(taskID string, attempt int) (method string, params any, ok bool)
	// cancel returns the same for ending a task.
	cancel(taskID string, attempt int) (method string, params any, ok bool)
}

// about is a way of naming a task to a peer: get or cancel of a dialect.
type about func(taskID string, attempt int) (method string, params any, ok bool)

func dialectOf(p Peer) (dialect, error) {
	switch p.Protocol {
	case card.V1:
		return v1{p.Tenant}, nil
	case card.V03:
		return v03{}, nil
	case card.Reference:
		return reference{}, nil
	}
	return nil, fmt.Errorf("%w: its protocol %q is not spoken here", ErrCard, p.Protocol)
}

// outputModes are the media types that [Reply.Text] can show.
func outputModes() []string { return []string{"text/plain", "application/json"} }

// v1 is A2A 1.0, section 9.4. The peer answers at once and is then polled, so
// that no connection has to outlast the work.
type v1 struct{ tenant string }

func (d v1) send(m outgoing) (string, any) {
	return "SendMessage", &wire.SendMessageRequest{
		Tenant: d.tenant,
		Message: &wire.Message{
			ID: m.messageID, ContextID: m.contextID, TaskID: wire.TaskID(m.taskID),
			ReferenceTasks: m.referenceTasks(), Role: wire.MessageRoleUser, Parts: wire.ContentParts{wire.NewTextPart(m.text)},
		},
		Config: &wire.SendMessageConfig{AcceptedOutputModes: outputModes(), ReturnImmediately: true},
	}
}

func (d v1) get(taskID string, attempt int) (string, any, bool) {
	return "GetTask", &wire.GetTaskRequest{Tenant: d.tenant, ID: wire.TaskID(taskID)}, attempt == 0
}

func (d v1) cancel(taskID string, attempt int) (string, any, bool) {
	return "CancelTask", &wire.CancelTaskRequest{Tenant: d.tenant, ID: wire.TaskID(taskID)}, attempt == 0
}

// v03Message is the message of A2A 0.3 and of the reference.
type v03Message struct {
	Kind      string    `json:"kind"`
	MessageID string    `json:"messageId"`
	ContextID string    `json:"contextId,omitempty"`
	TaskID    string    `json:"taskId,omitempty"`
	Role      string    `json:"role"`
	Parts     []v03Part `json:"parts"`

	ReferenceTaskIDs []string `json:"referenceTaskIds,omitempty"`
}

type v03Part struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

type v03Configuration struct {
	AcceptedOutputModes []string `json:"acceptedOutputModes"`
	Blocking            *bool    `json:"blocking,omitempty"`
}

type v03Params struct {
	Message       v03Message       `json:"message"`
	Configuration v03Configuration `json:"configuration"`
}

func (m outgoing) v03() v03Params {
	return v03Params{
		Message: v03Message{
			Kind: "message", MessageID: m.messageID, ContextID: m.contextID, TaskID: m.taskID,
			Role: "user", Parts: []v03Part{{Kind: "text", Text: m.text}}, ReferenceTaskIDs: m.references,
		},
		Configuration: v03Configuration{AcceptedOutputModes: outputModes()},
	}
}

func (m outgoing) referenceTasks() (ids []wire.TaskID) {
	for _, id := range m.references {
		ids = append(ids, wire.TaskID(id))
	}
	return ids
}

// v03 is A2A 0.3, section 7.
type v03 struct{}

func (v03) send(m outgoing) (string, any) {
	params := m.v03()
	params.Configuration.Blocking = new(bool)
	return "message/send", params
}

func (v03) get(taskID string, attempt int) (string, any, bool) {
	return "tasks/get", map[string]string{"id": taskID}, attempt == 0
}

func (v03) cancel(taskID string, attempt int) (string, any, bool) {
	return "tasks/cancel", map[string]string{"id": taskID}, attempt == 0
}

// reference is what the Python reference speaks: the caller chooses all ids.
// Some versions of it want names in snake case.
type reference struct{}

func (reference) send(m outgoing) (string, any) { return "message/send", m.v03() }

func (reference) get(taskID string, attempt int) (string, any, bool) {
	return inAnyCase("tasks/get", taskID, attempt)
}

func (reference) cancel(taskID string, attempt int) (string, any, bool) {
	return inAnyCase("tasks/cancel", taskID, attempt)
}

// clearContext is [about] a context; only the reference has it.
func clearContext(contextID string, attempt int) (string, any, bool) {
	return named("contexts/clear", contextID, attempt, "contextId", "context_id")
}

func inAnyCase(method, taskID string, attempt int) (string, any, bool) {
	return named(method, taskID, attempt, "taskId", "task_id")
}

func named(method, id string, attempt int, names ...string) (string, any, bool) {
	if attempt >= len(names) {
		return "", nil, false
	}
	return method, map[string]string{names[attempt]: id}, true
}

// compose makes the message that the dialect of p needs.
func (c *Client) compose(p Peer, text string, in conversation) (outgoing, error) {
	if !utf8.ValidString(text) {
		return outgoing{}, fmt.Errorf("the message: %w", did.ErrBodyNotUTF8)
	}
	m := outgoing{text: text, contextID: in.contextID, taskID: in.taskID, references: in.references}
	ids := []*string{&m.messageID}
	if p.Protocol == card.Reference {
		ids = append(ids, &m.contextID, &m.taskID)
	}
	for _, id := range slices.DeleteFunc(ids, func(id *string) bool { return *id != "" }) {
		made, err := newID(c.cfg.Rand)
		if err != nil {
			return outgoing{}, err
		}
		*id = made
	}
	return m, nil
}

func newID(rand io.Reader) (string, error) {
	id, err := uuid.NewRandomFromReader(rand)
	if err != nil {
		return "", fmt.Errorf("making an id: %w", err)
	}
	return id.String(), nil
}

// encodeRequest writes a JSON-RPC request with an id of its own.
func encodeRequest(id, method string, params any) ([]byte, error) {
	var buf bytes.Buffer
	enc := stdjson.NewEncoder(&buf) // a2a-go's types marshal for this package
	enc.SetEscapeHTML(false)
	err := enc.Encode(struct {
		JSONRPC string `json:"jsonrpc"`
		ID      string `json:"id"`
		Method  string `json:"method"`
		Params  any    `json:"params"`
	}{"2.0", id, method, params})
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), err
}
