// Package audit records what the gates decided. Each decision is one [Event],
// recorded once, when its answer is written, and handed to sinks: the log, the
// metrics and whatever else an agent is given. No event holds a secret.
package audit
