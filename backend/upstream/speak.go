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
		ways = append(ways, &spoken{s.version, s.url, false}, &spoken{other, s.url, true})
	}
	return append(ways, &spoken{other, s.url, false})
}

// send is the question that delivers a message, and waits for all of the answer.
func (s *spoken) send(m *a2a.Message) question {
	if s.version == card.V1 {
		q := question{"SendMessage", &a2a.SendMessageRequest{Message: m, Config: &a2a.SendMessageConfig{}}}
		if s.streams {
			q.method = "SendStreamingMessage"
		}
		return q
	}
	q := question{"message/send", map[string]any{
		"message": a2av0.FromV1Message(m), "configuration": map[string]any{"blocking": true},
	}}
	if s.streams {
		q.method = "message/stream"
	}
	return q
}

// about are the questions that name a task.
func (s *spoken) about(taskID string, in1, in03 string) question {
	params := map[string]string{"id": taskID}
	if s.version == card.V1 {
		return question{in1, params}
	}
	return question{in03, params}
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
