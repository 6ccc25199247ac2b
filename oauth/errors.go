package oauth

import "errors"

// Errors of token verifiers. A verifier wraps exactly one of them; the text
// around it never holds the token nor what an authority answered.
var (
	// ErrMalformed: the text is not a token of the expected form.
	ErrMalformed = errors.New("token is malformed")
	// ErrInactive: the authority says the token is not active (RFC 7662 section 2.2).
	ErrInactive = errors.New("token is not active")
	// ErrExpired: exp is now or in the past.
	ErrExpired = errors.New("token has expired")
	// ErrNotYetValid: nbf or iat is further in the future than the leeway.
	ErrNotYetValid = errors.New("token is not yet valid")
	// ErrAudience: the token was issued for another audience.
	ErrAudience = errors.New("token has the wrong audience")
	// ErrIssuer: the token comes from an issuer that is not trusted here.
	ErrIssuer = errors.New("token has the wrong issuer")
	// ErrTokenUse: the token is an ID token or a refresh token.
	ErrTokenUse = errors.New("token is not an access token")
	// ErrUnknownKey: no usable key of the issuer has the token's key id.
	ErrUnknownKey = errors.New("token is signed with an unknown key")
	// ErrAlgorithm: the token's algorithm is not one of the configured ones.
	ErrAlgorithm = errors.New("token is signed with an algorithm that is not allowed")
	// ErrSignature: the signature does not verify.
	ErrSignature = errors.New("token signature does not verify")
	// ErrMissingClaim: a claim that the settings require is absent.
	ErrMissingClaim = errors.New("token lacks a required claim")
	// ErrBusy: the caller has too many tokens judged at once; nothing is known about this one.
	ErrBusy = errors.New("too many tokens are being judged")
	// ErrUnavailable: the authority could not be asked; nothing is known about the token.
	ErrUnavailable = errors.New("authority is unavailable")
	// ErrInvalidResponse: the authority answered nonsense; nothing is known about the token.
	ErrInvalidResponse = errors.New("authority gave an invalid response")
)
