// Package faultproxy stands between a client and a server and breaks what they
// say to each other, in a way that can be changed while it runs: connections
// are reset, swallowed, answered with nonsense or by somebody else, or crawl.
//
// It works on TCP and knows nothing of TLS; the modes that answer in HTTP are
// noise to a client that speaks TLS.
package faultproxy
