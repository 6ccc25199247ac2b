package peer

import (
	"context"
	"errors"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/internal/retry"
)

// conversation is what a message continues, and who is told of its task.
type conversation struct {
	contextID, taskID string
	references        []string
	begun             func(Reply)
	away              func(error)
}

// SendOption says what a message belongs to.
type SendOption func(*conversation)

// InContext continues a context that the peer has named.
func InContext(id string) SendOption { return func(c *conversation) { c.contextID = id } }

// OnTask answers a task that waits for input.
func OnTask(id string) SendOption { return func(c *conversation) { c.taskID = id } }

// Referencing says which earlier tasks the message is about, such as ones that have ended
// and that it wants more of.
func Referencing(ids ...string) SendOption { return func(c *conversation) { c.references = ids } }

// WhenBegun has f called once, before the wait for a task that goes on begins:
// its id is all that is needed to ask for the result another time.
func WhenBegun(f func(Reply)) SendOption { return func(c *conversation) { c.begun = f } }

// WhenAway has f called with the cause each time that [Client.Stream] or [Client.Follow]
// waits for the peer before it goes on with a stream.
func WhenAway(f func(error)) SendOption { return func(c *conversation) { c.away = f } }

// Intervals of asking how a task is: they double from the first to the last.
const (
	firstPoll = 25 * time.Millisecond
	lastPoll  = 2 * time.Second
)

// Send delivers text and waits until the task has ended or wants something from
// us. Only the context ends the wait; each request is bounded by itself. A peer
// that restarts meanwhile is asked again until it is back. The message itself is
// repeated, with the same messageId and a new signature, only where the peer
// cannot have seen it, or takes a scheme that binds a request to its recipient
// (octets-1, jcs-1): such an agent knows a messageId again.
//
// The errors are a [*Refusal], the sentinels of this package, and those of
// package mtls, [mtls.ErrPeerMismatch] first of all. Once the peer has a task
// the reply with an error says which, and how far it was.
func (c *Client) Send(ctx context.Context, p Peer, text string, opts ...SendOption) (Reply, error) {
	var in conversation
	for _, opt := range opts {
		opt(&in)
	}
	d, err := dialectOf(p)
	if err != nil {
		return Reply{}, err
	}
	message, err := c.compose(p, text, in)
	if err != nil {
		return Reply{}, err
	}
	method, params := d.send(message)
	result, err := c.call(ctx, p, delivery(p), method, params)
	if err != nil {
		return Reply{}, err
	}
	reply, err := parseReply(ctx, result)
	if err != nil {
		return Reply{}, err
	}
	if in.begun != nil && reply.TaskID != "" && !reply.State.settled() {
		in.begun(reply)
	}
	return c.await(ctx, p, d, reply)
}

// await asks for the task until it is settled.
func (c *Client) await(ctx context.Context, p Peer, d dialect, reply Reply) (Reply, error) {
	attempt := 0
	polls := retry.NewDoubling(firstPoll, lastPoll)
	for !reply.State.settled() {
		if err := retry.Wait(ctx, polls.Next()); err != nil {
			return reply, err
		}
		result, used, err := c.ask(ctx, p, asked, d.get, reply.TaskID, attempt)
		if err != nil {
			return reply, err
		}
		attempt = used
		next, err := parseReply(ctx, result)
		if err == nil {
			next, err = sameTask(next, reply.TaskID)
		}
		if err != nil {
			return reply, err
		}
		reply = next
	}
	return reply, nil
}

// ask tries a dialect's ways of naming a task, from the one that was
// understood last.
func (c *Client) ask(ctx context.Context, p Peer, may repeatable, ways about, taskID string, attempt int) (jsontext.Value, int, error) {
	var misunderstood error
	for ; ; attempt++ {
		method, params, ok := ways(taskID, attempt)
		if !ok {
			return nil, attempt, misunderstood
		}
		result, err := c.call(ctx, p, may, method, params)
		if !notUnderstood(err) {
			return result, attempt, err
		}
		misunderstood = err
	}
}

// notUnderstood reports a peer that finds fault with the parameters.
func notUnderstood(err error) bool {
	refused, ok := errors.AsType[*Refusal](err)
	return ok && (refused.Code == refusal.CodeParseError || refused.Code == refusal.CodeInvalidParams)
}
