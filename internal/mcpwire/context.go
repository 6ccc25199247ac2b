package mcpwire

import "context"

type messageKey struct{}

// NewContext returns a context that has the message of a request, so that who answers it
// need not read it again.
func NewContext(ctx context.Context, m Message) context.Context {
	return context.WithValue(ctx, messageKey{}, m)
}

// FromContext returns what [NewContext] stored.
func FromContext(ctx context.Context) (Message, bool) {
	m, ok := ctx.Value(messageKey{}).(Message)
	return m, ok
}
