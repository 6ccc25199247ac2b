// Package egress lets programs of this machine call other agents with plain HTTP. It is
// what stands behind an agent that knows nothing of certificates, tokens and signatures:
// it takes a request on a port of loopback or on a Unix socket, and sends its body's very
// bytes to a peer with all three proofs, and what comes back it hands on once that is
// verified.
//
// # Who may be called
//
// Only peers that the operator lists ([Peers]), each by its name (/peer/NAME/…) or by its
// address, where the port is used as an HTTP proxy. Who answers at an address is pinned: by
// the list, or by what was seen there first ([Pins]).
//
// # Who may call
//
// On a port whoever has the secret, which a web page has not; a page is also told by its
// Origin and by the name of another host. On a socket the user that the agent runs as.
//
// # What is passed on
//
// Of headers only those in a list, in both directions: a local program can neither forge a
// proof of ours nor make one leak, and no credential of its own reaches the peer.
package egress
