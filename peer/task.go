package peer

import (
	"context"
	"errors"
)

// What has no id cannot be asked for.
var (
	errNoTask    = errors.New("peer: the id of the task is empty")
	errNoContext = errors.New("peer: the id of the context is empty")
)

// Result waits until the task that an earlier message began has ended or wants
// something from us, as [Client.Send] does. Its errors are those of Send.
func (c *Client) Result(ctx context.Context, p Peer, taskID string) (Reply, error) {
	d, err := dialectOf(p)
	if err != nil {
		return Reply{}, err
	}
	return c.follow(ctx, p, d, asked, d.get, taskID)
}

// Cancel ends a task and waits until it has ended. Its errors are those of
// [Client.Send]; a task that has ended before is a [*Refusal].
func (c *Client) Cancel(ctx context.Context, p Peer, taskID string) (Reply, error) {
	d, err := dialectOf(p)
	if err != nil {
		return Reply{}, err
	}
	// After a lost answer the peer would say that the task cannot be ended.
	return c.follow(ctx, p, d, unsent, d.cancel, taskID)
}

// ClearContext deletes the tasks of a context of ours, with all that belongs to
// them, which makes room where the peer keeps no more of ours. It is a method of
// the reference, whatever else the peer speaks. Its errors are those of
// [Client.Send]; a context that is not there is a [*Refusal].
func (c *Client) ClearContext(ctx context.Context, p Peer, contextID string) error {
	if contextID == "" {
		return errNoContext
	}
	// After a lost answer the peer would say that there is no such context.
	_, _, err := c.ask(ctx, p, unsent, clearContext, contextID, 0)
	return err
}

// follow makes a call about a task, and asks for the task until it is settled.
func (c *Client) follow(ctx context.Context, p Peer, d dialect, may repeatable, ways about, taskID string) (Reply, error) {
	if taskID == "" {
		return Reply{}, errNoTask
	}
	known := Reply{TaskID: taskID}
	result, _, err := c.ask(ctx, p, may, ways, taskID, 0)
	if err != nil {
		return known, err
	}
	reply, err := parseReply(ctx, result)
	if err != nil {
		return known, err
	}
	if reply, err = sameTask(reply, taskID); err != nil {
		return reply, err
	}
	return c.await(ctx, p, d, reply)
}
