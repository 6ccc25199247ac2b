package hydra

import (
	"errors"
	"fmt"
	"strings"

	"github.com/getbindu/bindu-go/identity/did"
)

// Errors of this package, beside [oauth.ErrUnavailable] and the others of
// package oauth. Match them with errors.Is.
var (
	// ErrDIDTaken: the DID is registered and nothing shows that the
	// registration is ours. Nothing was changed.
	ErrDIDTaken = errors.New("the DID is registered with another key; " +
		"restore the key and the credentials it was registered with, choose another name or author, " +
		"have the registration removed by its owner, or, if it is yours, take it over: agent serve --takeover")
	// ErrKeyChanged: the registration is known to be ours (or the key is
	// pinned), yet another public key stands in it.
	// It wraps [did.ErrKeyChanged], by which the gates know it.
	ErrKeyChanged = fmt.Errorf("at Hydra: %w", did.ErrKeyChanged)
	// errOwnKeyChanged is that of our own registration, where an operator can
	// act; of a caller's key the remedy would be the wrong one.
	errOwnKeyChanged = fmt.Errorf("%w; restore the private key that belongs to it, "+
		"or, if the registration is yours, take it over: agent serve --takeover", ErrKeyChanged)
	// ErrKeyUnavailable: no usable public key is registered for the DID.
	ErrKeyUnavailable = errors.New("no usable public key is registered for the DID")
	// ErrSecretRejected: Hydra does not accept our client secret (invalid_client).
	// Hydra says the same of a client that is not there; [Registrar.Missing]
	// tells them apart.
	ErrSecretRejected = errors.New("the client secret is not accepted by Hydra, or the client is not there any more; " +
		"start the agent of this directory: it repairs a secret that differs, and says client_deleted, or with a registrar revoked, if the client is meant to be gone")
	// ErrClientDeleted: our client is not there any more, at the Hydra that had it.
	ErrClientDeleted = errors.New("the client was deleted at Hydra, which still has the signing keys of its registration; " +
		"if this agent shall come back all the same: agent serve --recreate")
	// ErrClientLost: our client is not there, and Hydra is not known to have had it.
	ErrClientLost = errors.New("the client is not at Hydra, which is another one than it was registered at, or lost its database; " +
		"restart the agent, which registers it again")
	// ErrRegistrationCorrupt: the record of where we are registered is damaged,
	// or cannot be read.
	// It matters only while the client is missing.
	ErrRegistrationCorrupt = errors.New(RegistrationFile + " is damaged or cannot be read, so nothing tells whether our missing client was deleted on purpose; " +
		"restore the file, or register again deliberately: agent serve --recreate")
	// ErrAudienceNotAllowed: the client may not ask for this audience.
	ErrAudienceNotAllowed = errors.New("the audience is not registered for the client; " +
		"restart the agent to have its registration repaired")
	// ErrScopeNotAllowed: the client may not ask for one of the scopes.
	ErrScopeNotAllowed = errors.New("a scope is not registered for the client; " +
		"restart the agent to have its registration repaired")
	// ErrClientRefused: Hydra finds fault with the client document itself.
	ErrClientRefused = errors.New("the client document is refused by Hydra; " +
		"its log says which field: look at what was added to the registration by hand")
	// ErrNoClient: Hydra itself says that it has no such client. The page of something
	// else that answers 404 is oauth.ErrUnavailable.
	ErrNoClient = errors.New("no client with this id exists")
	// ErrOpaqueToken: Hydra issued an opaque token where a JWT was asked for.
	ErrOpaqueToken = errors.New("an opaque access token was issued where step-ca needs a JWT; " +
		"run Hydra v2.2 or later, which honours the client's access_token_strategy, " +
		"or set strategies.access_token to jwt in Hydra's configuration")
	// ErrCredentialsCorrupt: the credentials file is damaged. It was not touched.
	ErrCredentialsCorrupt = errors.New("the credentials file is corrupt; restore it from a backup, or move it away: " +
		"while the registered public key is this agent's, the next start sets a new secret")
	// errGrantNotAllowed: authenticated, but without the client_credentials grant.
	errGrantNotAllowed = errors.New("the client may not use the client_credentials grant; " +
		"restart the agent to have its registration repaired")
	// ErrNotSettled: Hydra accepts our updates but does not keep them, or
	// somebody else keeps changing the client.
	ErrNotSettled = errors.New("the client registration does not keep what is written to it; " +
		"look for another program that updates the same client")
)

// RequestError says which request to Hydra failed, and how. Its text holds
// nothing that Hydra wrote except a code word.
type RequestError struct {
	// Op is what was asked for, such as "introspect token".
	Op string
	// URL is the URL that was asked, without query.
	URL string
	// Status is the HTTP status, 0 if there was no answer.
	Status int
	// Code is the OAuth error code (RFC 6749 section 5.2), "" if there was none.
	Code string
	// Err is the cause; it wraps a sentinel error of this package or of oauth.
	Err error
}

// Error names operation, URL, status, code word and cause.
func (e *RequestError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s at %s: ", e.Op, e.URL)
	if e.Status != 0 {
		fmt.Fprintf(&b, "status %d: ", e.Status)
	}
	if e.Code != "" {
		fmt.Fprintf(&b, "%s: ", e.Code)
	}
	fmt.Fprintf(&b, "%v", e.Err)
	return b.String()
}

// Unwrap returns the cause.
func (e *RequestError) Unwrap() error { return e.Err }
