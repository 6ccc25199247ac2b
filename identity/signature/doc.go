// Package signature proves who sent a request: an Ed25519 signature (RFC 8032)
// by the key of a DID, in headers beside the body.
//
// # Schemes
//
// A [Scheme] says which bytes are signed. [Reference] is that of the Python
// reference: the exact bytes of the body, with nothing about who is meant to
// receive it. [JCS1] signs the RFC 8785 form of a JSON body together with
// recipient, method, target and a nonce, so it survives re-serialisation on the
// way and cannot be relayed. [Octets1] binds the same, the content type and the
// SHA-256 of whatever bytes the body has. docs/wire-format.md gives all three
// byte by byte.
//
// # Answers
//
// An answer is signed for who demands it ([Demand]), and bound to its request by the
// latter's signature ([Binding]): [Answer1] covers status, content type and body
// ([SignAnswer], [VerifyAnswer]), [Event1] each event of a stream and its end
// ([EventSigner], [EventReader]).
//
// # Use
//
// [Read] reads what headers claim; [Claim.Verify] returns the bytes that were
// verified. Run those, not the body that came in. [SignHeader] makes the headers
// of a request that is sent.
//
// # Errors
//
// Callers tell failures apart with errors.Is and the sentinel errors of this
// package and of package did, never by text.
package signature
