package task

import "context"

type reserveKey struct{}

// WithReserve returns a context for the operations of one request. Before a
// store reads more than a row of what the answer will hold, it asks reserve for
// room of so many bytes; an error of reserve ends the operation, which has not
// changed anything then. An operation that waits for an execution asks for
// nothing, 0 bytes, before: while it waits it reads nothing. A nil reserve takes
// an earlier one away.
func WithReserve(ctx context.Context, reserve func(bytes int64) error) context.Context {
	return context.WithValue(ctx, reserveKey{}, reserve)
}

// Reserve is for a [Store]: it asks for room of so many bytes, which replaces
// what was asked for before in this request if it is more.
func Reserve(ctx context.Context, bytes int64) error {
	reserve, _ := ctx.Value(reserveKey{}).(func(int64) error)
	if reserve == nil {
		return nil
	}
	return reserve(bytes)
}
