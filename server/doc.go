// Package server serves one port, over TLS or plainly. It bounds what a
// connection can make this process wait for and hold, in total and for each
// address, also where net/http has no bound of its own, and it drains: see
// [Start] and [Server.Shutdown]. [Queues] give each peer places of its own for
// work that is dear.
package server
