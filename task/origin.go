package task

import "context"

type originKey struct{}

// withOrigin returns ctx with the values of a request that it does not end with.
func withOrigin(ctx, request context.Context) context.Context {
	return context.WithValue(ctx, originKey{}, WithReserve(context.WithoutCancel(request), nil))
}

// Origin returns the context of the request whose message is being answered, for
// what is to refer to it, say a link between traces. It does not end with the
// request; that of the execution is another. ok is false outside executions.
func Origin(ctx context.Context) (request context.Context, ok bool) {
	request, ok = ctx.Value(originKey{}).(context.Context)
	return request, ok
}
