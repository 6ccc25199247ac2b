package task

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// encoded is a message of a client as JSON: encoding/json writes struct fields in order
// and map keys sorted.
type encoded struct {
	message *a2a.Message
	json    []byte
}

func encode(m *a2a.Message) (encoded, error) {
	raw, err := json.Marshal(m)
	return encoded{m, raw}, err
}

// digest identifies the content of the message.
func (e encoded) digest() []byte {
	sum := sha256.Sum256(e.json)
	return sum[:]
}

// placed is the JSON of the message as part of a task, without encoding it once more:
// its context follows its id, which is first, and its task is last.
func (e encoded) placed(taskID, contextID string) ([]byte, error) {
	id, err := json.Marshal(e.message.ID)
	if err != nil {
		return nil, err
	}
	begin := append([]byte(`{"messageId":`), id...)
	rest, ok := bytes.CutPrefix(e.json, begin)
	if rest, ends := bytes.CutSuffix(rest, []byte("}")); ok && ends {
		var b bytes.Buffer
		b.Grow(len(e.json) + len(taskID) + len(contextID) + 64)
		b.Write(begin)
		err := member(&b, "contextId", contextID, e.message.ContextID)
		b.Write(rest)
		if err == nil {
			err = member(&b, "taskId", taskID, string(e.message.TaskID))
		}
		b.WriteByte('}')
		return b.Bytes(), err
	}
	placed := *e.message
	placed.ContextID, placed.TaskID = contextID, a2a.TaskID(taskID)
	return json.Marshal(&placed)
}

// member writes what the message does not say already.
func member(b *bytes.Buffer, name, value, said string) error {
	if said != "" || value == "" {
		return nil
	}
	text, err := json.Marshal(value)
	b.WriteString(`,"` + name + `":`)
	b.Write(text)
	return err
}
