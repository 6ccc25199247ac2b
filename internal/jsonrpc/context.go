package jsonrpc

import "context"

type (
	envelopeKey struct{}
	outcomeKey  struct{}
)

// known is a context that has what is known of a request.
type known struct {
	context.Context
	envelope *Envelope // nil where nobody parsed the body
	outcome  *Outcome  // nil where nobody reads it
}

// Value returns what is known, or what the context around has.
func (k *known) Value(key any) any {
	switch key.(type) {
	case envelopeKey:
		if k.envelope != nil {
			return k.envelope
		}
	case outcomeKey:
		if k.outcome != nil {
			return k.outcome
		}
	}
	return k.Context.Value(key)
}

// Form is how requests are answered.
type Form int

const (
	// Enveloped is the form of JSON-RPC 2.0.
	Enveloped Form = iota
	// Bare is that of HTTP+JSON: errors are a google.rpc.Status (A2A 1.0 section 11.6).
	Bare
	// GRPC is that of gRPC: errors are a google.rpc.Status in headers or trailers (A2A 1.0
	// section 10.6).
	GRPC
)

type formKey struct{}

// WithForm returns a context whose request is answered in a form.
func WithForm(ctx context.Context, f Form) context.Context {
	return context.WithValue(ctx, formKey{}, f)
}

// FormOf returns what [WithForm] stored, or [Enveloped].
func FormOf(ctx context.Context) Form {
	f, _ := ctx.Value(formKey{}).(Form)
	return f
}

// NewContext returns a context that carries the envelope of the request body,
// so that a handler behind the gates need not parse it a second time. Only
// whoever parsed exactly the body that the handler will be given may call it.
func NewContext(ctx context.Context, env Envelope) context.Context {
	return &known{ctx, &env, nil}
}

// FromContext returns the envelope that [NewContext] or [WithBoth] stored.
func FromContext(ctx context.Context) (Envelope, bool) {
	if env, ok := ctx.Value(envelopeKey{}).(*Envelope); ok {
		return *env, true
	}
	return Envelope{}, false
}

// WithOutcome returns a context in which whoever answers the request says what
// became of it.
func WithOutcome(ctx context.Context, o *Outcome) context.Context {
	return &known{ctx, nil, o}
}

// OutcomeOf returns what [WithOutcome] or [WithBoth] stored, or one that nobody reads.
func OutcomeOf(ctx context.Context) *Outcome {
	if o, ok := ctx.Value(outcomeKey{}).(*Outcome); ok {
		return o
	}
	return &Outcome{}
}

// WithBoth is [NewContext] and [WithOutcome]. The envelope must not be changed any more.
func WithBoth(ctx context.Context, env *Envelope, o *Outcome) context.Context {
	return &known{ctx, env, o}
}
