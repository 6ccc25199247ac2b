package task

import (
	"context"
	"errors"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// streaming is one reader of a stream.
type streaming struct {
	s       *Service
	ctx     context.Context
	r       *reader
	every   time.Duration
	history int
	yield   func(Update, error) bool

	sent      bool // the message: nothing is waited for once the task rests
	contextID string
	after     int64 // the number of the last event that was read
}

func (st *streaming) fail(err error) { st.yield(Update{}, err) }

// answer streams what a run makes of a message; "" is that of a message that was
// sent before. Until something has happened the answer may still be a message alone.
func (st *streaming) answer(run string) {
	st.sent = true
	if run == "" || st.wait() {
		st.snapshot(run)
	}
}

// snapshot tells how things stand, or stood when a run began, and goes on from there.
func (st *streaming) snapshot(run string) {
	k := st.r.key
	if _, err := st.s.store.Tell(st.ctx, k.owner, k.id); err != nil {
		st.fail(err)
		return
	}
	var fold Fold
	var head Head
	for more := true; more; {
		events, now, err := st.s.store.Events(st.ctx, k.owner, k.id, st.after, pageEvents)
		if err != nil {
			st.fail(err)
			return
		}
		head = now
		for _, e := range events {
			fold.Add(e)
			st.after = e.Seq
			if more = run == "" || e.Kind != EventMessage || e.Run != run; !more {
				break
			}
		}
		more = more && len(events) == pageEvents
	}
	if head.State == StateAnswered {
		whole, err := st.s.present(st.ctx, k, -1)
		st.yield(Update{Event: whole}, err)
		return
	}
	task := fold.Task()
	st.contextID = task.ContextID
	// Until it is told, the task is charged as one that is read: a large one keeps its turn.
	told := st.yield(Update{Seq: st.after, Event: trimHistory(task, st.history)}, nil)
	if _ = Reserve(st.ctx, 0); told {
		st.follow()
	}
}

// subscribe begins where the reader wants to.
func (st *streaming) subscribe(after *int64) {
	k := st.r.key
	events, head, err := st.s.store.Events(WithReserve(st.ctx, nil), k.owner, k.id, 0, 1)
	switch {
	case err != nil:
		st.fail(err)
	case len(events) == 0 || events[0].Message == nil:
		st.fail(errors.New("a task without a message"))
	case head.State.Terminal() || head.State == StateAnswered:
		st.replay(events[0].Message.ContextID, head, after)
	case after == nil || *after > head.Seq: // which is no event's
		st.snapshot("")
	default:
		st.contextID, st.after = events[0].Message.ContextID, *after
		st.follow()
	}
}

// replay gives what is left of a task that has ended to who has the beginning.
func (st *streaming) replay(contextID string, head Head, after *int64) {
	if after == nil || *after >= head.Seq || head.State == StateAnswered {
		st.fail(ErrNothingToCome)
		return
	}
	st.contextID, st.after = contextID, *after
	st.follow()
}

// follow tells what happens until the task rests.
func (st *streaming) follow() {
	for {
		events, head, err := st.s.events(st.ctx, st.r, st.after)
		if err != nil && !isPassing(err) {
			st.fail(err)
			return
		}
		for _, e := range events {
			st.after = e.Seq
			if update := UpdateOf(e, a2a.TaskID(st.r.key.id), st.contextID); update != nil && !st.yield(Update{Seq: e.Seq, Event: update}, nil) {
				return
			}
		}
		switch {
		case err != nil:
		case len(events) > 0 && st.after < head.Seq:
			continue
		case head.AtRest() && (st.sent || len(events) > 0):
			return
		}
		if !st.wait() {
			return
		}
	}
}

// wait returns true when something may have happened, and false if the stream has
// ended.
func (st *streaming) wait() bool {
	var tick <-chan time.Time
	if st.every > 0 {
		timer := time.NewTicker(st.every)
		defer timer.Stop()
		tick = timer.C
	}
	look := time.NewTimer(st.s.feed.pace.read)
	defer look.Stop()
	for {
		select {
		case <-st.ctx.Done():
			st.fail(context.Cause(st.ctx))
			return false
		case <-st.s.ending:
			st.fail(ErrClosed)
			return false
		case <-st.r.changed:
			st.r.woken()
			return true
		case <-look.C:
			return true
		case <-tick:
			if !st.yield(Update{}, nil) {
				return false
			}
		}
	}
}

// UpdateOf is what an event of a task is on the wire; nil if it is nothing there: what an
// agent has said in a status before.
func UpdateOf(e Event, id a2a.TaskID, contextID string) a2a.Event {
	status := func(state a2a.TaskState, m *a2a.Message) a2a.Event {
		if state == StateAnswered {
			state = a2a.TaskStateCompleted
		}
		return &a2a.TaskStatusUpdateEvent{TaskID: id, ContextID: contextID, Status: a2a.TaskStatus{State: state, Message: m, Timestamp: &e.At}}
	}
	switch {
	case e.Kind == EventState:
		return status(e.State, e.Message)
	case e.Kind == EventMessage && e.Message.Role == a2a.MessageRoleUser:
		return status(a2a.TaskStateSubmitted, nil)
	case e.Kind == EventArtifact:
		return &a2a.TaskArtifactUpdateEvent{TaskID: id, ContextID: contextID, Artifact: e.Artifact, LastChunk: true}
	case e.Kind == EventChunk:
		return &a2a.TaskArtifactUpdateEvent{TaskID: id, ContextID: contextID, Artifact: e.Artifact, Append: !e.First, LastChunk: e.Last}
	}
	return nil
}
