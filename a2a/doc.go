// Package a2a is the wire of the Agent2Agent protocol: versions 1.0 and 0.3
// and the dialect of the Python reference agent on one JSON-RPC endpoint. The
// cards by which peers find it are those of package card.
//
// [Handler] reads who is calling from the context and nothing else about
// security. It decodes requests itself instead of using the transports of
// a2a-go, because those match member names without regard to case, lose ids
// beyond 2^53, rewrite the ids they echo, and put the time into errors, which
// must not tell a foreign task from an unknown one. Types, their encoding and
// the mapping between versions are a2a-go's.
package a2a
