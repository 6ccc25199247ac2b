// Package grpcframe reads and writes what gRPC adds to HTTP/2 (PROTOCOL-HTTP2.md of
// gRPC): messages in frames, the status behind them, and the deadline before them. It
// knows no message of its own but google.rpc.Status with one kind of detail.
package grpcframe
