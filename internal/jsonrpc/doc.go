// Package jsonrpc reads the JSON-RPC 2.0 request envelope strictly and writes
// the one error shape that every refusal of this agent has. In the binding
// HTTP+JSON, which has no envelope, parameters are read as strictly, and errors are
// of the shape that it has ([Form]); so are those of gRPC.
//
// Both the gates and the A2A handler use it, so that what the gates authorised
// is what the handler dispatches: one parser, exact-case member names, no
// duplicate members, no trailing data.
package jsonrpc
