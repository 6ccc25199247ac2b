package admin

import (
	"maps"
	"slices"
	"sync"
)

// Readiness holds the reason of each component that is not ready, and what an
// operator should know although requests are served. Reasons and warnings are
// words of the caller's. All methods may be called at once.
type Readiness struct {
	mu       sync.Mutex
	reasons  map[string]string
	warnings map[string]string
	watched  []func() (reason, warning string)
}

// NewReadiness returns one that is not ready, because of that component: who
// forgets to say that something is ready is not called ready.
func NewReadiness(component, reason string) *Readiness {
	return &Readiness{reasons: map[string]string{component: reason}, warnings: map[string]string{}}
}

// SetReason notes why a component is not ready; an empty reason means that it is.
func (r *Readiness) SetReason(component, reason string) { r.note(r.reasons, component, reason) }

// SetWarning notes what is amiss with a component that is ready all the same; an empty
// warning means that nothing is.
func (r *Readiness) SetWarning(component, warning string) { r.note(r.warnings, component, warning) }

func (r *Readiness) note(m map[string]string, component, word string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if word == "" {
		delete(m, component)
		return
	}
	m[component] = word
}

// Watch asks for a reason and a warning whenever somebody wants to know; empty
// ones mean none. ask must not call the Readiness.
func (r *Readiness) Watch(ask func() (reason, warning string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watched = append(r.watched, ask)
}

// Reasons returns the distinct reasons in a stable order; none means ready.
func (r *Readiness) Reasons() []string {
	return r.words(r.reasons, func(reason, _ string) string { return reason })
}

// Warnings returns the distinct warnings in a stable order.
func (r *Readiness) Warnings() []string {
	return r.words(r.warnings, func(_, warning string) string { return warning })
}

// words gathers what was reported and what those who are asked have to say.
func (r *Readiness) words(reported map[string]string, pick func(reason, warning string) string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	words := slices.Collect(maps.Values(reported))
	for _, ask := range r.watched {
		if word := pick(ask()); word != "" {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}
