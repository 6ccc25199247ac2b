package webhook

import "time"

// MaxLifetime is how long a certificate may last where [Config] says nothing: what
// step-ca issues at most where nothing else is configured.
const MaxLifetime = 24 * time.Hour

const (
	// maxAhead is how far the CA's clock may be before ours.
	maxAhead = time.Minute
	// maxBehind is how far back a certificate may begin: step-ca sets it a minute back,
	// and can be told to set it further.
	maxBehind = 24 * time.Hour
)

// timely reports whether a certificate begins now and ends when it may. Who asks
// step-ca may name any beginning, and one that lies ahead would outlive a revocation.
func (w wanted) timely(now time.Time, lifetime time.Duration) bool {
	return !w.notBefore.After(now.Add(maxAhead)) && !w.notBefore.Before(now.Add(-maxBehind)) &&
		w.notAfter.After(w.notBefore) && !w.notAfter.After(now.Add(lifetime+maxAhead))
}
