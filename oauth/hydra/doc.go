// Package hydra is an agent's side of Ory Hydra, the OAuth 2.0 authority of
// the field: it keeps the agent's client registered, fetches the agent's
// tokens, and answers whether a caller's token and key are good.
//
//   - [Registrar] compares the client that is wanted with the one Hydra has and
//     repairs the difference, on every boot.
//   - [TokenSource] hands out access tokens (RFC 6749 section 4.4), refreshed
//     before they expire.
//   - [Introspector] asks Hydra whether a token is active (RFC 7662). A verdict
//     is at most five seconds old, and only a good one is ever kept.
//   - [KeyResolver] reads the Ed25519 key that a DID registered.
//   - [AdminAPI] writes whole client documents, for the registrar, which alone decides
//     what stands in them.
//   - [Discover] and [Ready] ask who issues the tokens and whether Hydra answers.
//
// Whatever Hydra answers is read strictly: its status, its media type, its
// size, JSON without duplicate names, and the exact type of each field.
// Not being able to ask is [oauth.ErrUnavailable], nonsense is
// [oauth.ErrInvalidResponse]; neither is ever taken for a verdict. Errors are
// [*RequestError] where a request failed. They never hold a token, a secret or
// text that Hydra wrote.
//
// [TokenSource], [Introspector] and [KeyResolver] own goroutines and
// connections: close them. They share [Config.HTTPClient] if one is given.
package hydra
