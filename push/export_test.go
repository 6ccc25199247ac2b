package push

import "time"

// SetCallTimeout replaces callTimeout, before the sender is started.
func (s *Sender) SetCallTimeout(d time.Duration) { s.caller.timeout = d }

// Wake has the sender look at its clock.
func (s *Sender) Wake() { s.signal() }

// Armed reports whether news of tasks are looked at.
func (s *Sender) Armed() bool { return s.armed.Load() }

// Lease is how long a webhook is kept from others.
const Lease = lease

// MaxAnswer is how much of an answer is read.
const MaxAnswer = maxAnswer
