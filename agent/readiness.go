package agent

import (
	"maps"
	"slices"
	"sync"
)

// Components whose state /readyz reports.
const (
	componentHydra   = "hydra"
	componentCA      = "ca"
	componentCert    = "certificate"
	componentStorage = "storage"
	componentServer  = "server"
	componentClient  = "client"
	componentRoots   = "roots"
	componentPolicy  = "policy"
	componentDIDMap  = "did_map"

	componentKeyRequests = "key_requests"
)

// readiness holds the reason of each component that is not ready, and what an
// operator should know although requests are served.
type readiness struct {
	mu       sync.Mutex
	reasons  map[string]string
	warnings map[string]string
	watched  []func() (reason, warning string)
}

func newReadiness() *readiness {
	return &readiness{reasons: map[string]string{componentServer: "starting"}, warnings: map[string]string{}}
}

// set notes why a component is not ready; an empty reason means that it is.
func (r *readiness) set(component, reason string) {
	r.note(r.reasons, component, reason)
}

// warn notes what is amiss with a component that is ready all the same.
func (r *readiness) warn(component, reason string) { r.note(r.warnings, component, reason) }

func (r *readiness) note(m map[string]string, component, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if reason == "" {
		delete(m, component)
		return
	}
	m[component] = reason
}

// watch asks for a reason and a warning whenever somebody wants to know.
func (r *readiness) watch(ask func() (reason, warning string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watched = append(r.watched, ask)
}

// why returns the distinct reasons in a stable order; none means ready.
func (r *readiness) why() []string {
	return r.words(r.reasons, func(reason, _ string) string { return reason })
}

// warned returns the warnings in a stable order.
func (r *readiness) warned() []string {
	return r.words(r.warnings, func(_, warning string) string { return warning })
}

// words gathers what was reported and what those who are asked have to say.
func (r *readiness) words(reported map[string]string, pick func(reason, warning string) string) []string {
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
