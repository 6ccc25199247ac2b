// Package peer calls other agents: it reads their card, pins their DID, gets a
// token, signs, and sends.
//
// [Client.Discover] learns who is behind an address from its certificate and
// wants its card to say the same; [Client.Send] sends one message and waits for
// the answer. Agents of A2A 1.0, of A2A 0.3 and of the Python reference are
// understood.
//
// # What never happens
//
// No header of a request leaves before the peer has proved the DID that is
// expected: it is pinned in the TLS configuration. The bearer token goes
// nowhere else, since redirects are not followed, proxies not used, and of a
// card's URL only the path is taken. Nothing a peer answers is read beyond a
// limit or handed on with control characters in it, except the answer itself.
package peer
