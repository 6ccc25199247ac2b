// Package registrarapi is an agent's side of a registrar, which alone may use the
// admin API of the authorization server: the agent registers there with proof of its
// key, asks about the tokens and keys of callers, and announces the TLS key of each
// certificate that it asks for (docs/registrar.md).
//
// Each request is signed by the scheme octets-1 for the registrar's DID, and counts
// once. Whatever the registrar answers is read strictly: its status, its media type,
// its size, JSON without duplicate names, and the exact type of each member. What the
// HTTP client of a [Client] has to prove is who answers.
//
// Not being able to ask is [oauth.ErrUnavailable], nonsense is
// [oauth.ErrInvalidResponse]; neither is ever taken for a verdict. Errors never hold
// a token, a secret, or text that the registrar wrote, but for its stable words.
package registrarapi
