// Package keymemory remembers the first public key with which each DID was
// admitted, so that a registration that somebody replaced is noticed: another
// key is refused until the operator accepts it. It is what known_hosts is to
// ssh.
//
// A DID that is derived from its key needs no memory while that key is the
// registered one. It is remembered all the same: with another key it would look
// like a DID that was never derived from one, and be new.
//
// The memory is a file of the agent's directory, one JSON object a line, later
// lines counting before earlier ones. Only the running agent writes to it. What
// an operator decides meanwhile is left in a directory beside it, and taken in
// from there; see [Memory.TakeRequests].
package keymemory
