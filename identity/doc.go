// Package identity holds the caller on whom all gates agreed.
//
// Only package gate puts a [Caller] into a context. Everything behind the gates
// reads it with [CallerFromContext] and knows nothing else about security.
package identity
