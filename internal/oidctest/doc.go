// Package oidctest runs OpenID Connect issuers for tests: discovery, keys and a
// token endpoint over TLS, with key rotation and faults, under the real addresses
// of well-known issuers and with tokens that look like theirs.
//
// A [Server] answers for every host name it has an issuer for; its [Server.Client]
// dials it whatever the name, and verifies its certificate. [NewServer] listens on
// a loopback socket, [NewPipeServer] on in-memory connections, which work inside a
// testing/synctest bubble.
package oidctest
