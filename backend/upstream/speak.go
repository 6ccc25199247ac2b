package upstream

import (
	"encoding/hex"
	"strings"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2acompat/a2av0"

	"github.com/getbindu/bindu-go/a2a/card"
)

// question is a method with its parameters.
type question struct {
	method string
	params any
}

// ways are how a message may be delivered: as the card says and, where that is refused
// before anything was done, without a stream and in the other version. Some agents serve
// the card of a version that they do not speak.
func (s *spoken) ways() []*spoken {
	other := card.V1
	if s.version == card.V1 {
		other = card.V03
	}
	ways := []*spoken{s}
	if s.streams {
		ways = append(ways, s.but(s.version, false), s.but(other, true))
	}
	return append(ways, s.but(other, false))
}

// but is another way of speaking to the same endpoint.
func (s *spoken) but(version card.Dialect, streams bool) *spoken {
	return &spoken{version: version, url: s.url, tenant: s.tenant, streams: streams}
}

// send is the question that delivers a message, and waits for all of the answer.
func (s *spoken) send(m *a2a.Message, metadata map[string]any) question {
	if s.version == card.V1 {
		q := question{"SendMessage", &a2a.SendMessageRequest{Tenant: s.tenant, Message: m, Config: &a2a.SendMessageConfig{}, Metadata: metadata}}
		if s.streams {
			q.method = "SendStreamingMessage"
		}
		return q
	}
	params := map[string]any{"message": a2av0.FromV1Message(m), "configuration": map[string]any{"blocking": true}}
	if len(metadata) > 0 {
		params["metadata"] = metadata
	}
	q := question{"message/send", params}
	if s.streams {
		q.method = "message/stream"
	}
	return q
}

// about are the questions that name a task.
func (s *spoken) about(taskID string, in1, in03 string) question {
	params := map[string]string{"id": taskID}
	if s.version != card.V1 {
		return question{in03, params}
	}
	if s.tenant != "" {
		params["tenant"] = s.tenant
	}
	return question{in1, params}
}

func (s *spoken) get(taskID string) question    { return s.about(taskID, "GetTask", "tasks/get") }
func (s *spoken) cancel(taskID string) question { return s.about(taskID, "CancelTask", "tasks/cancel") }

// stateOf reads the words of both versions; what is no word of theirs is as it came.
func stateOf(word string) a2a.TaskState {
	if rest, old := strings.CutPrefix(word, "TASK_STATE_"); old {
		word = rest
	}
	return a2a.TaskState("TASK_STATE_" + strings.ToUpper(strings.ReplaceAll(word, "-", "_")))
}

// asUUID writes an id of 32 hexadecimal digits as agents that want UUIDs read it.
func asUUID(id string) string {
	if raw, err := hex.DecodeString(id); err != nil || len(raw) != 16 {
		return id
	}
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}
