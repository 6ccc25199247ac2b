// Package did holds the identity of an agent: its DID, its Ed25519 key, the
// files they live in, the document that publishes them, and the signatures
// that prove a request or a text came from it.
//
// # Identifiers
//
// [Parse] accepts the DID Core syntax (section 3.1), at most [MaxLength]
// bytes. An agent's own DID is did:bindu:AUTHOR:NAME:UUID; the UUID is derived
// from the public key ([FromPublicKey], which binds the name to the key) or
// from author and name ([FromAuthorAndName], as agents of the Python reference
// do). [DID.BoundTo] tells the two apart.
//
// # Request signatures
//
// Two schemes exist. [SchemeReference] signs the exact bytes of the body and
// says nothing about who is meant to receive it. [SchemeJCS] signs the RFC
// 8785 form of the body together with recipient, method, target and a nonce,
// so it survives re-serialisation on the way and cannot be relayed.
// docs/wire-format.md gives both byte by byte.
//
// [Verify] returns the bytes that were verified; run those, not the body that
// came in.
//
// # Errors
//
// Callers tell failures apart with errors.Is and the sentinel errors of this
// package, never by text.
package did

//go:generate go run ../../internal/fixtures -out ../../testdata/fixtures
