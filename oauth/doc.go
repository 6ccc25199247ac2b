// Package oauth says what any verified access token says, whoever issued it.
//
// Verifiers (oauth/hydra by introspection, oauth/oidc by signature) return
// [Claims] or one of the sentinel errors here, so that the gate behind them
// maps a cause to an answer without knowing which kind of token it saw.
package oauth
