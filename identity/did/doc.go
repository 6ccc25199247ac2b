// Package did holds the identity of an agent: its DID, its Ed25519 key, the
// files they live in, the document that publishes them, and the one function
// that signs with that key.
//
// # Identifiers
//
// [Parse] accepts the DID Core syntax (section 3.1), at most [MaxLength]
// bytes. An agent's own DID is did:bindu:AUTHOR:NAME:UUID; the UUID is derived
// from the public key ([FromPublicKey], which binds the name to the key) or
// from author and name ([FromAuthorAndName], as agents of the Python reference
// do). [DID.BoundTo] tells the two apart.
//
// # What a key signs
//
// [SignText] signs a text of the agent's. Package signature signs requests. The
// bytes of either are never those of the other, nor of any format of others that
// the key could be used for: what might be is refused.
//
// # Errors
//
// Callers tell failures apart with errors.Is and the sentinel errors of this
// package, never by text.
package did

//go:generate go run ../../internal/fixtures -out ../../testdata/fixtures
