package upstream

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/backend/internal/pace"
	"github.com/getbindu/bindu-go/internal/retry"
	"github.com/getbindu/bindu-go/task"
)

// Execute implements [task.Executor]: the message goes to the upstream, and what comes of
// it back. A message to a task that waits for input goes to the upstream's own task.
func (u *Upstream) Execute(ctx context.Context, req task.Request, emit task.Emit) (task.Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silent := time.AfterFunc(u.cfg.Timeout, func() { cancel(failSilent) })
	defer silent.Stop()
	r := &run{
		u: u, req: req, alive: func() { silent.Reset(u.cfg.Timeout) },
		out: &telling{pieces: pace.New(emit, cancel)},
	}
	r.recall()
	err := r.do(ctx)
	if ended := r.out.pieces.End(); err == nil {
		err = ended
	}
	if err != nil {
		if refused := (*refusedError)(nil); !errors.As(err, &refused) {
			r.giveUp()
		}
		return task.Result{}, u.public(ctx, err)
	}
	return r.result()
}

// run is one execution.
type run struct {
	u     *Upstream
	req   task.Request
	s     *spoken
	alive func()
	out   *telling

	taskID, contextID string // the upstream's own
	state             a2a.TaskState
	said              *message // beside the state
	answer            *message // the whole answer, where it is a message
}

// do asks the upstream until its task rests.
func (r *run) do(ctx context.Context) (err error) {
	if r.s, err = r.u.learn(ctx); err != nil {
		return err
	}
	for _, way := range r.s.ways() {
		r.s = way
		err = r.ask(ctx, way.send(r.message(), r.req.Metadata))
		var refused *refusedError
		if !errors.As(err, &refused) || !refused.speaksOtherwise() {
			break
		}
	}
	if err != nil {
		return err
	}
	r.u.known.Store(r.s)
	return r.poll(ctx)
}

// ask asks, and reads what comes to its end or until the task rests.
func (r *run) ask(ctx context.Context, q question) error {
	c, err := r.u.call(ctx, r.s, r.req.Caller, q, r.alive)
	if err != nil {
		return err
	}
	defer c.close()
	for {
		e, err := c.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && c.events != nil && r.taskID != "" && ctx.Err() == nil && !isAnswer(err):
			return nil // the connection broke: the task goes on, and is asked for
		case err != nil:
			return err
		}
		if err := r.take(e); err != nil || r.rests() {
			return err
		}
	}
}

// isAnswer reports an error that the upstream meant, or that asking again does not mend.
func isAnswer(err error) bool {
	var refused *refusedError
	return errors.As(err, &refused) || errors.Is(err, errAnswer) || isTooLong(err)
}

// take takes an event in.
func (r *run) take(e *event) error {
	if e.ContextID != "" {
		r.contextID = e.ContextID
	}
	switch {
	case e.Artifact != nil:
		r.taskID = e.TaskID
		return r.out.piece(e.Artifact, e.Append, !e.Last)
	case e.Status != nil:
		r.state, r.said = stateOf(e.Status.State), e.Status.Message
		if r.taskID = e.ID; e.ID == "" {
			r.taskID = e.TaskID
		}
		for i := range e.Artifacts {
			if err := r.out.whole(&e.Artifacts[i]); err != nil {
				return err
			}
		}
		return nil
	}
	r.answer = &e.message
	return nil
}

// rests reports that nothing more will come of itself.
func (r *run) rests() bool {
	return r.answer != nil || r.state.Terminal() || r.state == a2a.TaskStateInputRequired || r.state == a2a.TaskStateAuthRequired
}

// How often a task is asked for that goes on without a stream.
const (
	pollFirst   = 100 * time.Millisecond
	pollLongest = 2 * time.Second
)

// poll asks for the task until it rests.
func (r *run) poll(ctx context.Context) error {
	pauses := retry.NewDoubling(pollFirst, pollLongest)
	for !r.rests() {
		if r.taskID == "" {
			return badAnswer("it ended before there was an answer")
		}
		if err := retry.Wait(ctx, pauses.Next()); err != nil {
			return err
		}
		if err := r.ask(ctx, r.s.get(r.taskID)); err != nil {
			return err
		}
	}
	return nil
}

// messageNames is the namespace of the ids that messages have at the upstream: callers
// choose theirs, and two may choose the same (RFC 9562 section 5.5).
var messageNames = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/getbindu/bindu-go/upstream"))

// message is the message as the upstream gets it. Its ids are no caller's.
func (r *run) message() *a2a.Message {
	m := *r.req.Message
	m.ID = uuid.NewSHA1(messageNames, []byte(r.req.TaskID+" "+m.ID)).String()
	m.TaskID, m.ContextID, m.ReferenceTasks = a2a.TaskID(r.taskID), r.contextID, nil
	if m.ContextID == "" {
		m.ContextID = asUUID(r.req.ContextID)
	}
	return &m
}

// cancelTime is how long the upstream may take to end a task.
const cancelTime = 5 * time.Second

// giveUp has the upstream end a task that nobody waits for any more.
func (r *run) giveUp() {
	if r.taskID == "" || r.rests() || r.u.base.Err() != nil {
		return
	}
	r.u.background.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.u.base), cancelTime)
		defer cancel()
		c, err := r.u.call(ctx, r.s, r.req.Caller, r.s.cancel(r.taskID), func() {})
		if err != nil {
			r.u.cfg.Logger.Warn("the upstream did not end a task that was given up", "error", err)
			return
		}
		c.close()
	})
}
