package gate

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// Mode says which proofs a protected request must carry.
type Mode string

const (
	// ModeHybrid wants certificate, token and signature. It is the default.
	ModeHybrid Mode = "hybrid"
	// ModeMTLS wants certificate and signature; a token is verified if present.
	ModeMTLS Mode = "mtls"
	// ModeOff wants token and signature over plain HTTP.
	ModeOff Mode = "off"
)

// TokenMode says what becomes of a request without a valid token.
type TokenMode string

const (
	// TokenStrict wants a valid token on every protected request. It is the default.
	TokenStrict TokenMode = "strict"
	// TokenOptional admits a request without a token but none with an invalid one.
	TokenOptional TokenMode = "optional"
	// TokenPermissive takes a token's claims if it verifies and ignores it otherwise.
	TokenPermissive TokenMode = "permissive"
)

// TokenVerifier says what a bearer token proves. Its error wraps one of the
// sentinel errors of package oauth; oauth.ErrUnavailable and
// oauth.ErrInvalidResponse mean that nothing is known about the token.
type TokenVerifier interface {
	Verify(ctx context.Context, token string) (oauth.Claims, error)
}

// KeyResolver finds the public key registered for a DID. Its error wraps
// did.ErrWeakKey (small order or not canonical), did.ErrKeyChanged (not the
// pinned one), oauth.ErrUnavailable or oauth.ErrInvalidResponse (nothing is
// known); any other error means that no usable key is registered.
type KeyResolver interface {
	PublicKey(ctx context.Context, d did.DID) (ed25519.PublicKey, error)
}

// KeyMemory remembers the first key of each caller that passed every gate. With
// an error the request is refused: did.ErrKeyChanged if another key was
// remembered meanwhile, any other if the memory cannot say or is full.
type KeyMemory interface {
	Remember(ctx context.Context, d did.DID, key ed25519.PublicKey) error
}

// Recorder takes every decision.
type Recorder interface {
	Record(ctx context.Context, e audit.Event)
}

// Config is all that a [Chain] needs to know. What an operator decides has no
// default here: modes, window and limits have to be said.
type Config struct {
	// Self is the DID of this agent: the recipient that jcs-1 signatures name.
	Self did.DID
	// Issuer is what stands before the # in the URI SAN of a peer's certificate.
	Issuer string
	Mode   Mode
	// TokenMode other than strict is allowed only where a certificate is proved.
	TokenMode TokenMode
	// AllowUncertified admits callers without a certificate in hybrid mode, for
	// a migration: each is recorded as a warning.
	AllowUncertified bool
	// TokenOnly admits callers that have a token but no DID and no signature;
	// only in ModeOff.
	TokenOnly bool
	// RequireKeyBound refuses DIDs that are not derived from their key.
	RequireKeyBound bool
	// Auth0Numbers gives callers that name no version of A2A the error numbers of
	// Auth0's guide for missing, invalid and expired tokens and permissions.
	Auth0Numbers bool
	// Window is how far a timestamp may be from now, inclusive.
	Window time.Duration
	// Permissions maps each JSON-RPC method to the permissions of which one is
	// needed; a method that it does not name is refused.
	Permissions Permissions
	// Admins are the names ([identity.Caller.Name]) of the callers that may hold
	// [identity.PermissionAdmin]; everybody else loses it, whoever grants it.
	Admins []string
	// Tokenless are the permissions of a caller without a token in ModeMTLS or
	// with an optional token.
	Tokenless []string

	Tokens TokenVerifier
	Keys   KeyResolver
	Memory KeyMemory // may be nil; Keys has to refuse keys that differ from it
	Replay ReplayStore
	// Key is that of Self, for answers whose callers demand a signature; with nil such a
	// demand is refused.
	Key *did.KeyPair
	// Revoked, which may be nil, reports whether the caller on whom the proofs agree is
	// refused whatever they say. It is asked each time they are looked at, and must not
	// block.
	Revoked func(did.DID) bool
	// VerifySignature has the verdicts of crypto/ed25519.Verify, which nil stands for.
	VerifySignature signature.Verifier
	Policy          Policy // may be nil
	Recorder        Recorder
	// CheckPeer looks again at the certificate of an open connection, which
	// may have expired or lost our trust since its handshake; see
	// [mtls.Source.CheckPeer]. Nil checks only the validity.
	CheckPeer func(*tls.ConnectionState) error

	// Public are answered without any proof; Protected only behind all gates.
	// Both are keyed by exact path; protected ones also by a pattern in which a segment
	// is {name} or {name}:verb, where a variable stands for unreserved characters
	// (RFC 3986 section 2.3) and the handler reads it by [http.Request.PathValue].
	Public, Protected map[string]Route
	// Unlisted says, by the beginning of a path, why no route answers there,
	// where [NotFound] says too little.
	Unlisted map[string]Reason

	Limits Limits
	Now    func() time.Time
	Rand   io.Reader
}

var errConfig = errors.New("gate configuration")

// check reports every combination that would leave a door open.
func (c *Config) check() error {
	var errs []error
	require := func(ok bool, why string) {
		if !ok {
			errs = append(errs, fmt.Errorf("%w: %s", errConfig, why))
		}
	}
	require(!c.Self.IsZero(), "the agent's own DID is missing")
	require(c.Recorder != nil, "a recorder is missing")
	require(len(c.Protected) > 0, "no protected route")
	require(len(c.Permissions) > 0, "no method has a permission, so nobody could call any")
	errs = append(errs, c.checkRoutes()...)
	require(c.Mode == ModeHybrid || c.Mode == ModeMTLS || c.Mode == ModeOff, "unknown mode")
	require(c.Mode == ModeOff || c.Issuer != "", "certificates need the issuer of their DIDs")
	require(c.Tokens != nil || c.Mode == ModeMTLS, "a token verifier is missing")
	require(c.TokenOnly || (c.Keys != nil && c.Replay != nil), "signatures need a key resolver and a replay store")
	switch c.TokenMode {
	case TokenStrict:
	case TokenOptional, TokenPermissive:
		require(c.Mode != ModeOff && !c.AllowUncertified, "a token may be optional only where a certificate is proved")
	default:
		require(false, "unknown token mode")
	}
	require(c.Window > 0, "the window of timestamps is missing")
	for _, name := range c.Limits.unsaid() {
		require(false, "the limit "+name+" must be more than 0")
	}
	require(c.Limits.BodyBytesHeld >= c.Limits.BodyBytes, "the limit BodyBytesHeld is less than one body")
	require(!c.TokenOnly || (c.Mode == ModeOff && c.TokenMode == TokenStrict), "callers without a DID are possible only with mode off and strict tokens")
	require(!c.AllowUncertified || c.Mode == ModeHybrid, "uncertified callers are possible only in hybrid mode")
	return errors.Join(errs...)
}

func (c *Config) setDefaults() {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.VerifySignature == nil {
		c.VerifySignature = ed25519.Verify
	}
	if c.CheckPeer == nil {
		c.CheckPeer = func(cs *tls.ConnectionState) error { return mtls.CheckNow(cs, c.Now()) }
	}
}
