package memory

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// Submit implements [task.Store].
func (s *Store) Submit(ctx context.Context, sub task.Submission) (task.Submitted, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.sentBefore(&sub); e != nil {
		if err := task.Reserve(ctx, e.bytes); err != nil {
			return task.Submitted{}, err
		}
		t, err := e.task(-1, true)
		return task.Submitted{Task: t, Fence: e.head.Fence, Duplicate: true}, err
	}
	var e *entry
	err := s.withRoom(sub.Owner, string(sub.Message.TaskID), sub.MakeRoom, func() (err error) {
		e, err = s.accept(ctx, &sub)
		return err
	})
	if err != nil {
		return task.Submitted{}, err
	}
	t, err := e.task(-1, true)
	if err != nil {
		return task.Submitted{Unread: e.id, Fence: e.head.Fence}, err
	}
	return task.Submitted{Task: t, Fence: e.head.Fence}, nil
}

func (s *Store) sentBefore(sub *task.Submission) *entry {
	message := known{sub.Message.ID, string(sub.Digest)}
	for _, e := range s.owner(sub.Owner).tasks {
		for _, k := range e.known {
			if k == message {
				return e
			}
		}
	}
	return nil
}

// accept continues the task that the message names, or creates one.
func (s *Store) accept(ctx context.Context, sub *task.Submission) (*entry, error) {
	id := string(sub.Message.TaskID)
	if id == "" {
		return s.create(sub, sub.TaskID)
	}
	e, err := s.find(sub.Owner, id)
	switch {
	case err == nil:
		return e, s.proceed(ctx, sub, e)
	case sub.AdoptTaskID:
		return s.create(sub, id)
	}
	return nil, err
}

func (s *Store) create(sub *task.Submission, id string) (*entry, error) {
	e := &entry{owner: sub.Owner, id: id, contextID: sub.Message.ContextID, began: sub.At}
	if e.contextID == "" {
		e.contextID = sub.ContextID
	}
	body, err := e.place(sub.Message)
	if err != nil {
		return nil, err
	}
	outcome, err := outcomeOf(sub)
	if err != nil {
		return nil, err
	}
	o := s.owner(sub.Owner)
	if err := o.charge(1, int64(len(body))+outcome.size, sub.MaxTasks, sub.MaxBytes); err != nil {
		return nil, err
	}
	o.tasks[id], s.owners[sub.Owner] = e, o
	s.grow(e, int64(len(body)))
	e.begin(sub, body)
	if sub.Outcome == nil {
		return e, nil
	}
	return e, s.apply(e, outcome)
}

var errOutcome = errors.New("only a task that nobody knows yet, and that comes to rest, has an outcome")

// outcomeOf is what a message is stored with, as a transition of its run.
func outcomeOf(sub *task.Submission) (change, error) {
	if sub.Outcome == nil {
		return change{}, nil
	}
	if sub.Message.TaskID != "" || !(task.Head{State: sub.Outcome.To}).AtRest() {
		return change{}, errOutcome
	}
	return encode(task.Transition{
		Run: sub.Run, At: sub.At, To: sub.Outcome.To, Message: sub.Outcome.Message, Artifacts: sub.Outcome.Artifacts,
	})
}

// proceed appends the agent's question and the answer to the history.
func (s *Store) proceed(ctx context.Context, sub *task.Submission, e *entry) error {
	switch {
	case sub.Message.ContextID != "" && sub.Message.ContextID != e.contextID:
		return task.ErrContextMismatch
	case e.ended():
		return task.ErrEnded
	case !e.head.AtRest():
		return task.ErrBusy
	}
	body, err := e.place(sub.Message)
	if err != nil {
		return err
	}
	size, messages := int64(len(body)), e.count(task.EventMessage)
	asked := e.said()
	if asked != nil {
		messages++
	}
	if err := task.Reserve(ctx, e.bytes+size); err != nil {
		return err
	}
	switch {
	case int64(messages) >= sub.MaxMessages:
		return &task.QuotaError{Quota: "messages", Limit: sub.MaxMessages}
	case e.bytes+size > sub.MaxTaskBytes:
		return &task.QuotaError{Quota: "task bytes", Limit: sub.MaxTaskBytes}
	}
	if err := s.owner(sub.Owner).charge(0, size, 0, sub.MaxBytes); err != nil {
		return err
	}
	e.events = e.events[:len(e.events)-1] // the state that it rested in
	if asked != nil {
		e.add(event{Event: task.Event{Kind: task.EventMessage, Run: e.head.Run, At: sub.At}, body: asked})
	}
	s.grow(e, size)
	e.begin(sub, body)
	return nil
}

// begin takes a client's message in, and gives the task to the run that answers.
func (e *entry) begin(sub *task.Submission, body []byte) {
	e.add(event{Event: task.Event{Kind: task.EventMessage, Run: sub.Run, At: sub.At}, body: body})
	e.known = append(e.known, known{sub.Message.ID, string(sub.Digest)})
	e.head.State, e.head.Run, e.head.Fence = a2a.TaskStateSubmitted, sub.Run, e.head.Fence+1
	e.holder, e.told, e.at = sub.Holder, e.told || sub.Told, sub.At
}

// place writes a message as part of its task.
func (e *entry) place(m *a2a.Message) ([]byte, error) {
	placed := *m
	placed.TaskID, placed.ContextID = a2a.TaskID(e.id), e.contextID
	return json.Marshal(&placed)
}
