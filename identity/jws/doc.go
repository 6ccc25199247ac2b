// Package jws signs and verifies JSON Web Signatures (RFC 7515) with a detached
// payload, as A2A 1.0 section 8.4 puts them on an agent card: by one algorithm,
// EdDSA, and with a key that the verifier knows already. Nothing in a signature says
// which key to trust or how to verify: alg and kid have to be what is expected, and
// keys or addresses of keys in a header (jwk, jku, x5c, x5u) are not looked at.
package jws
