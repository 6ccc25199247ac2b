// Package oidc verifies JWT access tokens of any OpenID Connect issuer (Auth0,
// Entra, Cognito, Google, Keycloak, GitHub Actions, …) against the keys that
// the issuer publishes, and fetches tokens from such an issuer for our own
// calls.
//
// A [Verifier] holds several issuers at once, told apart by the iss claim byte
// for byte. Each issuer has its own keys, refreshed in the background by a
// goroutine that the Verifier owns, so that one issuer which is down, slow or
// hostile does not touch the others.
//
// # What checks a token
//
// The token is parsed strictly before any cryptography: length, three segments
// of unpadded base64url, JSON objects without duplicate keys or trailing data,
// no crit header. The algorithm must be on the allow list before anything else
// is looked at; none and the HMAC algorithms cannot be put there. The headers
// jku, x5u, jwk and x5c are ignored: a key comes from the configured issuer or
// from nowhere (RFC 8725 sections 3.1, 3.2, 3.10).
//
// # Why the keys have a refresher of their own
//
// JSON Web Keys are parsed by github.com/MicahParks/jwkset and signatures are
// verified by github.com/golang-jwt/jwt. The ready-made combination of both,
// keyfunc with jwkset's HTTP storage, is not used: its refresh goroutine cannot
// be joined, it reads an answer of any size and follows redirects, every token
// with an unknown key id waits its turn for a fetch of its own instead of
// sharing one, one malformed key fails the whole set, keys for encryption are
// accepted, and the age of the keys has no limit. Here one goroutine per issuer
// fetches, and requests wait for it or are refused at once.
package oidc
