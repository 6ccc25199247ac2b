package jsonrpc

import "context"

type envelopeKey struct{}

// NewContext returns a context that carries the envelope of the request body,
// so that a handler behind the gates need not parse it a second time. Only
// whoever parsed exactly the body that the handler will be given may call it.
func NewContext(ctx context.Context, env Envelope) context.Context {
	return context.WithValue(ctx, envelopeKey{}, env)
}

// FromContext returns the envelope that [NewContext] stored.
func FromContext(ctx context.Context) (Envelope, bool) {
	env, ok := ctx.Value(envelopeKey{}).(Envelope)
	return env, ok
}
