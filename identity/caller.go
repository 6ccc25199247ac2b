package identity

import (
	"context"
	"log/slog"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
)

// Caller is who sent a request, as proved by the gates.
type Caller struct {
	// DID is the one name that certificate, token and signature agree on. It
	// is zero only for the token-only callers that an operator allowed.
	DID did.DID
	// KeyBound tells whether the DID is derived from the key that signed, so
	// that nobody else could have claimed it.
	KeyBound bool
	// Scheme is the signature scheme of the request, "" when it carried none.
	Scheme signature.Scheme
	// Claims are those of the bearer token, zero when none was required.
	Claims oauth.Claims
	// CertificateSerial is the certificate's serial number in hexadecimal, ""
	// when the connection carried no certificate.
	CertificateSerial string
	// CertificateNotAfter is when the certificate expires, zero without one.
	CertificateNotAfter time.Time
}

// HasScope reports whether the caller was granted permission, compared exactly.
func (c Caller) HasScope(permission string) bool { return c.Claims.HasScope(permission) }

// Expiry returns when the first of the caller's proofs ends: a response that
// lasts longer must stop then. Zero means that no proof has an end.
func (c Caller) Expiry() time.Time {
	token, cert := c.Claims.ExpiresAt, c.CertificateNotAfter
	if token.IsZero() || (!cert.IsZero() && cert.Before(token)) {
		return cert
	}
	return token
}

// LogValue names the caller without the claims of the token.
func (c Caller) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("did", c.DID.String()),
		slog.Bool("key_bound", c.KeyBound),
		slog.String("scheme", string(c.Scheme)),
		slog.String("certificate_serial", c.CertificateSerial),
	)
}

type contextKey struct{}

// NewContext returns a context that carries the caller.
func NewContext(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, contextKey{}, &c)
}

// CallerFromContext returns the caller on whom the gates agreed. Without one
// it reports false, and the request must not be served as anybody's.
func CallerFromContext(ctx context.Context) (Caller, bool) {
	c, ok := ctx.Value(contextKey{}).(*Caller)
	if !ok {
		return Caller{}, false
	}
	return *c, true
}
