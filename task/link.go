package task

import "context"

type linkKey struct{}

// withLink returns the context of an execution, which does not end with the request
// and has none of its values but the link: a request's context holds on to its
// connection and body, an execution may wait for long.
func (s *Service) withLink(request context.Context) context.Context {
	if s.cfg.Link == nil {
		return s.base
	}
	return context.WithValue(s.base, linkKey{}, s.cfg.Link(request))
}

// Link returns what [Config.Link] kept of the request that an execution answers,
// from the execution's context; nil if there is nothing.
func Link(ctx context.Context) any { return ctx.Value(linkKey{}) }
