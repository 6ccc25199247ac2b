package a2a

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	legacy "github.com/a2aproject/a2a-go/a2a"
	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2acompat/a2av0"
)

// sendParams are the parameters of message/send (A2A 0.3 section 7.1.1).
type sendParams struct {
	Message       *message03     `json:"message"`
	Configuration *configuration `json:"configuration"`
	Metadata      map[string]any `json:"metadata"`
}

type message03 struct {
	Kind             string         `json:"kind"`
	MessageID        *string        `json:"messageId"`
	ContextID        *string        `json:"contextId"`
	TaskID           *string        `json:"taskId"`
	Role             string         `json:"role"`
	Parts            []*part03      `json:"parts"`
	Metadata         map[string]any `json:"metadata"`
	Extensions       []string       `json:"extensions"`
	ReferenceTaskIDs []a2a.TaskID   `json:"referenceTaskIds"`
}

type part03 struct {
	Kind     string         `json:"kind"`
	Text     *string        `json:"text"`
	File     *file03        `json:"file"`
	Data     map[string]any `json:"data"`
	Metadata map[string]any `json:"metadata"`
	More     map[string]any `json:",embed"` // members of other names
}

type file03 struct {
	Bytes    *[]byte `json:"bytes"`
	URI      string  `json:"uri"`
	Name     string  `json:"name"`
	MimeType string  `json:"mimeType"`

	More map[string]any `json:",embed"` // members of other names
}

type configuration struct {
	AcceptedOutputModes    []string           `json:"acceptedOutputModes"`
	Blocking               bool               `json:"blocking"`
	HistoryLength          *int               `json:"historyLength"`
	PushNotificationConfig *legacy.PushConfig `json:"pushNotificationConfig"`
}

// request maps the parameters to A2A 1.0. A client of 0.3 that does not ask to
// block gets the task as submitted and polls it; there the default is reversed.
func (p sendParams) request() (*a2a.SendMessageRequest, error) {
	if p.Message == nil {
		return nil, invalidParams("message is required")
	}
	msg, err := p.Message.message()
	if err != nil {
		return nil, err
	}
	config := &a2a.SendMessageConfig{ReturnImmediately: true}
	if c := p.Configuration; c != nil {
		config.AcceptedOutputModes = c.AcceptedOutputModes
		config.ReturnImmediately = !c.Blocking
		config.HistoryLength = c.HistoryLength
		if c.PushNotificationConfig != nil {
			config.PushConfig = a2av0.ToV1PushConfig(&legacy.TaskPushConfig{Config: *c.PushNotificationConfig})
		}
	}
	return &a2a.SendMessageRequest{Message: msg, Config: config, Metadata: p.Metadata}, nil
}

func (m *message03) message() (*a2a.Message, error) {
	if m.Kind != "" && m.Kind != "message" {
		return nil, invalidParams(`message.kind must be "message"`)
	}
	var ids [3]string
	for i, id := range []struct {
		name  string
		value *string
	}{{"messageId", m.MessageID}, {"contextId", m.ContextID}, {"taskId", m.TaskID}} {
		if id.value == nil {
			continue
		}
		if ids[i] = *id.value; strings.TrimSpace(ids[i]) == "" {
			return nil, invalidParams("message." + id.name + " must not be blank: an id that is not known yet is left out")
		}
	}
	msg := &a2a.Message{
		ID: ids[0], ContextID: ids[1], TaskID: a2a.TaskID(ids[2]),
		Metadata: m.Metadata, Extensions: m.Extensions, ReferenceTasks: m.ReferenceTaskIDs,
	}
	switch m.Role {
	case "user":
		msg.Role = a2a.MessageRoleUser
	case "agent":
		msg.Role = a2a.MessageRoleAgent
	}
	for i, p := range m.Parts {
		part, fault := p.part()
		if fault != "" {
			return nil, invalidParams(fmt.Sprintf("message.parts[%d]%s", i, fault))
		}
		msg.Parts = append(msg.Parts, part)
	}
	return msg, nil
}

// part maps a part to A2A 1.0, or says what is wrong after its place.
func (p *part03) part() (part *a2a.Part, fault string) {
	if p == nil {
		return nil, " must not be null"
	}
	switch {
	case p.Kind == "text" && p.Text != nil:
		return &a2a.Part{Content: a2a.Text(*p.Text), Metadata: p.keep()}, ""
	case p.Kind == "data" && p.Data != nil:
		return p.data(), ""
	case p.Kind == "data":
		return nil, ".data must be an object"
	case p.Kind == "file" && p.File != nil:
		return p.File.part(p.keep())
	}
	return nil, `: kind must be "text", "file" or "data", and the member of that name must be there`
}

// data maps a data part. Data that is no object stands in an object with a mark in 0.3,
// as the official libraries write it.
func (p *part03) data() *a2a.Part {
	metadata := p.keep()
	if value, given := p.Data["value"]; given && len(p.Data) == 1 && metadata[wrappedData] == true && !isObject(value) {
		metadata = maps.Clone(metadata)
		delete(metadata, wrappedData)
		return &a2a.Part{Content: a2a.Data{Value: value}, Metadata: metadata}
	}
	return &a2a.Part{Content: a2a.Data{Value: p.Data}, Metadata: metadata}
}

// isObject reports an object of JSON, also one that was not decoded.
func isObject(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		return true
	case json.RawMessage:
		return len(v) > 0 && v[0] == '{'
	}
	return false
}

func (f *file03) part(metadata map[string]any) (part *a2a.Part, fault string) {
	part = &a2a.Part{Filename: f.Name, MediaType: f.MimeType, Metadata: metadata}
	switch {
	case f.Bytes != nil && f.URI == "":
		part.Content = a2a.Raw(*f.Bytes)
	case f.Bytes == nil && f.URI != "":
		part.Content = a2a.URL(f.URI)
	default:
		return nil, ".file must have exactly one of bytes and uri"
	}
	return part, ""
}
