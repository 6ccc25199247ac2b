package openai

import (
	"context"
	"slices"
	"strings"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// How much of a conversation the model gets, the latest of it.
const (
	maxTurns        = 20
	maxHistoryBytes = 256 << 10
)

// turn is a message of a chat.
type turn struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// conversation is what the model is told: the system prompt, what was said in the same
// context before, and the message.
func (o *OpenAI) conversation(ctx context.Context, req task.Request) ([]turn, error) {
	for _, p := range req.Message.Parts {
		if _, ok := p.Content.(a2a.Text); !ok {
			return nil, failContent
		}
	}
	var before []turn
	if req.Earlier != nil {
		tasks, err := req.Earlier(ctx, maxTurns, maxHistoryBytes)
		if err != nil {
			return nil, err
		}
		for _, t := range tasks {
			before = append(before, turnsOf(t)...)
		}
	}
	for _, m := range req.History {
		before = append(before, turnOf(m)...)
	}
	before = latest(before)
	if o.cfg.System != "" {
		before = slices.Insert(before, 0, turn{"system", o.cfg.System})
	}
	return append(before, turn{"user", req.Text()}), nil
}

// turnsOf is what was said in a task: its messages, and then its artifacts.
func turnsOf(t *a2a.Task) (all []turn) {
	for _, m := range t.History {
		all = append(all, turnOf(m)...)
	}
	for _, a := range t.Artifacts {
		if text := textOf(a.Parts); text != "" {
			all = append(all, turn{"assistant", text})
		}
	}
	return all
}

func turnOf(m *a2a.Message) []turn {
	text := textOf(m.Parts)
	switch {
	case text == "":
		return nil
	case m.Role == a2a.MessageRoleAgent:
		return []turn{{"assistant", text}}
	}
	return []turn{{"user", text}}
}

func textOf(parts a2a.ContentParts) string {
	var texts []string
	for _, p := range parts {
		if text, ok := p.Content.(a2a.Text); ok && text != "" {
			texts = append(texts, string(text))
		}
	}
	return strings.Join(texts, "\n")
}

// latest drops what was said first where all of it is too much.
func latest(all []turn) []turn {
	room := maxHistoryBytes
	for i, t := range slices.Backward(all) {
		if room -= len(t.Content); room < 0 {
			return all[i+1:]
		}
	}
	return all
}
