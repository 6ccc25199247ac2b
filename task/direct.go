package task

import (
	"encoding/json"
	"errors"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// StateAnswered is the state of a task that was answered with a message and so
// is none to its owner. The store keeps it, with the message as that of its
// status, so that sending again gets the same answer: it takes room and is
// cleared like a task, but no list has it. It is not on the wire.
const StateAnswered a2a.TaskState = "ANSWERED"

var errMixedAnswer = errors.New("an answer is a message alone: no artifacts, text or question beside it")

// messageAnswer is the transition that ends an execution with a message, or why it fails. Whoever
// named a task or was given one keeps it: the store then refuses, and the task is
// completed with the message.
func (s *Service) messageAnswer(e *execution, out *output, result Result, artifacts []*a2a.Artifact) (Transition, error) {
	if len(artifacts) > 0 || result.InputRequired || result.Text != "" || len(result.Parts) > 0 {
		return Transition{}, errMixedAnswer
	}
	m, err := out.message(result.Message)
	if err != nil {
		return Transition{}, err
	}
	m.ContextID = e.contextID
	return Transition{To: StateAnswered, Message: m, MaxBytes: s.cfg.Limits.Bytes}, nil
}

// message returns what is sent of an executor's message, signed as artifacts are.
func (o *output) message(from *a2a.Message) (*a2a.Message, error) {
	if len(from.Parts) == 0 {
		return nil, errEmptyArtifact
	}
	id, err := o.newID()
	if err != nil {
		return nil, err
	}
	m := &a2a.Message{
		ID: id, Role: a2a.MessageRoleAgent, Metadata: unsigned(from.Metadata),
		Extensions: from.Extensions, ReferenceTasks: from.ReferenceTasks,
	}
	for _, p := range from.Parts {
		if !storable(p) {
			return nil, errEmptyArtifact
		}
		signed, err := o.signed(p)
		if err != nil {
			return nil, err
		}
		m.Parts = append(m.Parts, signed)
	}
	raw, err := json.Marshal(m)
	switch {
	case err != nil:
		return nil, err
	case int64(len(raw)) > o.limit:
		return nil, errArtifactsTooLarge
	}
	o.size = int64(len(raw))
	return m, nil
}

// said is what an executor says beside a state that is no failure, nil if it is nothing.
func (s *Service) said(out *output, result Result) (*a2a.Message, error) {
	switch {
	case len(result.Parts) > 0:
		if err := out.afford(result.Parts); err != nil {
			return nil, err
		}
		return out.message(&a2a.Message{Parts: result.Parts, Metadata: result.Metadata})
	case result.Text == "":
		return nil, nil
	}
	m := s.statusMessage(result.Text, "")
	if m != nil && len(result.Metadata) > 0 {
		m.Metadata = unsigned(result.Metadata)
	}
	return m, nil
}

// reply is what the sender of a message gets.
func reply(t *a2a.Task, history int) a2a.SendMessageResult {
	if t.Status.State != StateAnswered {
		return trimHistory(t, history)
	}
	return t.Status.Message
}

// asTask returns the task as its owner may see it. The id of one that was
// answered with a message is known only to who looked while it was worked on.
func asTask(t *a2a.Task) *a2a.Task {
	if t.Status.State != StateAnswered {
		return t
	}
	shown := *t
	shown.Status.State = a2a.TaskStateCompleted
	return &shown
}
