// Package audit records what the gates decided: a counter for each decision
// and a log line for each refusal. Neither ever holds a secret.
package audit
