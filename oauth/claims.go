package oauth

import (
	"log/slog"
	"slices"
	"time"
)

// Claims is what a verified access token says about its bearer (RFC 9068, RFC 7662 section 2.2).
// It holds only verified values; a zero time means that the token did not say.
type Claims struct {
	// Issuer is the iss claim, byte for byte.
	Issuer string
	// Subject is the sub claim.
	Subject string
	// ClientID is the OAuth client the token was issued to.
	ClientID string
	// Audience is the aud claim; a single string becomes one element.
	Audience []string
	// Scopes are the granted permissions, one per element.
	Scopes []string
	// IssuedAt, NotBefore and ExpiresAt are iat, nbf and exp.
	IssuedAt, NotBefore, ExpiresAt time.Time
	// TokenUse is "access_token" where the issuer says so, "" where it says nothing.
	TokenUse string
	// DID is the DID the token speaks for, "" when it names none.
	DID string
	// Extra holds every other verified claim, for policy. It is never logged.
	Extra map[string]any
}

// HasScope reports whether permission was granted, compared exactly: no
// permission implies another and there are no wildcards.
func (c Claims) HasScope(permission string) bool {
	return slices.Contains(c.Scopes, permission)
}

// HasAudience reports whether the token was issued for audience, compared exactly.
func (c Claims) HasAudience(audience string) bool {
	return slices.Contains(c.Audience, audience)
}

// LogValue keeps unlisted claims out of logs.
func (c Claims) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("issuer", c.Issuer),
		slog.String("client_id", c.ClientID),
		slog.Any("audience", c.Audience),
		slog.Any("scopes", c.Scopes),
		slog.Time("expires_at", c.ExpiresAt),
	)
}
