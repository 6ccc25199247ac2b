package task

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// maxIDLength bounds ids that clients choose, in bytes.
const maxIDLength = 256

// maxParts bounds the parts of a message. An executor that repeats them signs
// each, so that a part costs far more than its bytes.
const maxParts = 1024

// checkMessage returns the message of a request if it can be stored and
// answered, or the refusal that names what is wrong.
func checkMessage(req *a2a.SendMessageRequest) (*a2a.Message, error) {
	if req == nil || req.Message == nil {
		return nil, invalid("message is required")
	}
	m := req.Message
	if m.ID == "" {
		return nil, invalid("message.messageId is required")
	}
	for _, id := range [...]struct{ name, value string }{
		{"messageId", m.ID}, {"taskId", string(m.TaskID)}, {"contextId", m.ContextID},
	} {
		if !validID(id.value) {
			return nil, invalid("message.%s must be at most %d bytes of printable text", id.name, maxIDLength)
		}
		if blank(id.value) {
			return nil, invalid("message.%s must not be blank", id.name)
		}
	}
	if m.Role != a2a.MessageRoleUser {
		return nil, invalid(`message.role must be "ROLE_USER" in A2A 1.0, "user" in 0.3: who sends a message to an agent is its user`)
	}
	if len(m.Parts) == 0 {
		return nil, invalid("message.parts must not be empty")
	}
	if len(m.Parts) > maxParts {
		return nil, invalid("message.parts must have at most %d members", maxParts)
	}
	for i, p := range m.Parts {
		if !storable(p) {
			return nil, invalid("message.parts[%d] has no content", i)
		}
	}
	return m, nil
}

// validID accepts an absent id too; whether one is required is another question.
func validID(id string) bool {
	if len(id) > maxIDLength || !utf8.ValidString(id) {
		return false
	}
	for _, r := range id {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// blank reports an id that is there and names nothing.
func blank(id string) bool { return id != "" && strings.TrimSpace(id) == "" }

// storable reports whether a part survives being written as JSON and read
// again: a2a omits the contents that are refused here, and cannot read the rest.
func storable(p *a2a.Part) bool {
	if p == nil {
		return false
	}
	switch c := p.Content.(type) {
	case a2a.Text:
		return utf8.ValidString(string(c)) // JSON would replace what its signature covers
	case a2a.Raw:
		return true
	case a2a.URL:
		return c != ""
	case a2a.Data:
		_, err := json.Marshal(c.Value)
		return err == nil // null is a value
	default:
		return false
	}
}
