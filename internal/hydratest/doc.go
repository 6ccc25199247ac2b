// Package hydratest is a Hydra for unit tests: the admin and public APIs that
// agents use, spoken over HTTP the way Hydra v2.3.0 was seen to speak them.
// PUT resets what its body leaves out, GET never shows a secret, a second POST
// is a conflict, an audience has to be registered, and tokens are JWTs or
// opaque as the client says.
//
// Where tests need a Hydra that misbehaves, [Server.Fail] breaks one endpoint
// in one of the ways the world does, and [Quirks] choose among the differences
// seen between versions. With [Options.InMemory] no socket is used, so that the
// server works inside a testing/synctest bubble.
//
// The tests of oauth/hydra run one conformance table over this server and over
// the real Hydra.
package hydratest
