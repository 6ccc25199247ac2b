package mtls

import "time"

// Phase is where a certificate stands in its life.
type Phase int

// The phases, in order. Only the last two ask for a human.
const (
	// PhaseFresh: nothing to do yet.
	PhaseFresh Phase = iota
	// PhaseDue: inside the renewal window, or a renewal was asked for.
	PhaseDue
	// PhaseFailing: half of the window is lost to failed attempts. Raise an alert.
	PhaseFailing
	// PhaseUrgent: failing, and the certificate is about to expire. No longer ready.
	PhaseUrgent
	// PhaseExpired: no connection can be made until the CA issues a new one.
	PhaseExpired
)

// String returns a stable word for metrics and logs.
func (p Phase) String() string {
	switch p {
	case PhaseFresh:
		return "fresh"
	case PhaseDue:
		return "due"
	case PhaseFailing:
		return "failing"
	case PhaseUrgent:
		return "urgent"
	case PhaseExpired:
		return "expired"
	default:
		return "unknown"
	}
}

// State is how renewal stands.
type State struct {
	Phase Phase
	// Serial and NotAfter describe the certificate that is served.
	Serial   string
	NotAfter time.Time
	// Failures counts attempts since the last success, LastError is the newest
	// of them, and NextAttempt when there will be another; zero when none is due.
	Failures    int
	LastError   error
	NextAttempt time.Time
	// StorageError is why the certificate that is served could not be saved;
	// nil when it could. Serving goes on, but a restart has to enrol anew.
	StorageError error
}

// Ready reports whether the agent can promise to go on answering.
func (s State) Ready() bool { return s.Phase < PhaseUrgent }

// Reason returns the stable word for what is wrong, "" when nothing is.
func (s State) Reason() string {
	switch {
	case s.Phase == PhaseExpired:
		return "cert_expired_self"
	case s.LastError != nil:
		if word := Reason(s.LastError); word != "" {
			return word
		}
		return "cert_renewal_failing"
	case s.StorageError != nil:
		return "storage_unwritable"
	default:
		return ""
	}
}

func (s State) equal(o State) bool {
	return s.Phase == o.Phase && s.Serial == o.Serial && s.Failures == o.Failures &&
		(s.StorageError == nil) == (o.StorageError == nil)
}
