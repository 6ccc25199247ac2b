package stepca

import "errors"

// Errors that no [mtls.Enroller] of another CA would have. All others are those
// that package mtls lists, which has a word for each.
var (
	// ErrConfig: a setting is missing or malformed; the text names it.
	ErrConfig = errors.New("mTLS configuration is invalid")
	// ErrCAName: the CA's TLS certificate is for other names. This and the two
	// below say why the CA is [mtls.ErrCAUntrusted].
	ErrCAName = errors.New("its TLS certificate is for other names than the address")
	// ErrCAChain: the chain of its TLS certificate does not lead to our anchor.
	ErrCAChain = errors.New("its TLS certificate does not lead to the root that was set here")
	// ErrCANoAnchor: no root was set, and the system knows none for the CA.
	ErrCANoAnchor = errors.New("no root certificate of it was set here, and the system's authorities do not vouch for it")
)
