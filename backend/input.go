package backend

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// Input is what a command reads from its standard input.
type Input string

const (
	// InputText: the text parts of the message, joined by line feeds. A message
	// with other parts is rejected.
	InputText Input = "text"
	// InputJSON: one JSON object with the message and what there is about it.
	InputJSON Input = "json"
)

// historyBytes is how much of the history a command gets: else a short message
// to a long task would cost what all messages before it did.
const historyBytes = 1 << 20

// object is what a command gets with [InputJSON].
type object struct {
	TaskID         string            `json:"task_id"`
	ContextID      string            `json:"context_id"`
	Caller         caller            `json:"caller"`
	Message        *a2a.Message      `json:"message"`
	Metadata       map[string]any    `json:"metadata,omitempty"`
	History        []json.RawMessage `json:"history"`
	HistoryOmitted int               `json:"history_omitted"`
}

type caller struct {
	DID  string `json:"did"`
	Name string `json:"name"`
}

// input returns what the command reads.
func (e *Exec) input(req task.Request) ([]byte, error) {
	if e.cfg.Input == InputJSON {
		return inputJSON(req)
	}
	for _, p := range req.Message.Parts {
		if _, ok := p.Content.(a2a.Text); !ok {
			return nil, errTextOnly
		}
	}
	return []byte(req.Text()), nil
}

func inputJSON(req task.Request) ([]byte, error) {
	o := object{
		TaskID: req.TaskID, ContextID: req.ContextID, Message: req.Message, Metadata: req.Metadata,
		Caller: caller{req.Caller.DID.String(), req.Caller.Name()}, History: []json.RawMessage{},
	}
	room := historyBytes
	for i, m := range slices.Backward(req.History) {
		text, err := json.Marshal(m)
		if err != nil {
			return nil, fmt.Errorf("backend: history: %w", err)
		}
		if room -= len(text); room < 0 {
			o.HistoryOmitted = i + 1
			break
		}
		o.History = append(o.History, text)
	}
	slices.Reverse(o.History)
	text, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("backend: message: %w", err)
	}
	return append(text, '\n'), nil
}
