package oidc

import (
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"
)

// AudienceStyle is how an authority is told what a token is for.
type AudienceStyle string

// The ways in which authorities take an audience.
const (
	// AudienceParameter sends audience=… (Auth0, Hydra).
	AudienceParameter AudienceStyle = "audience"
	// AudienceResource sends resource=… (RFC 8707).
	AudienceResource AudienceStyle = "resource"
	// AudienceScope asks for the scope AUDIENCE/.default (Entra).
	AudienceScope AudienceStyle = "scope"
	// AudienceNone sends nothing: the client's registration decides (Cognito,
	// Keycloak).
	AudienceNone AudienceStyle = "none"
)

// AuthMethod is how the client proves itself to the token endpoint (OpenID
// Connect Core section 9).
type AuthMethod string

// The supported ways of client authentication.
const (
	ClientSecretPost  AuthMethod = "client_secret_post"
	ClientSecretBasic AuthMethod = "client_secret_basic"
)

// ClientCredentialsConfig is what a [ClientCredentials] source needs: ClientID,
// ClientSecret, and Issuer or TokenURL.
type ClientCredentialsConfig struct {
	// Issuer is asked for its token endpoint, with the same equality of issuers
	// as in a [Verifier].
	Issuer string
	// TokenURL is the token endpoint, if Issuer shall not be asked.
	TokenURL string
	ClientID string
	// ClientSecret is sent to the token endpoint and shown nowhere.
	ClientSecret string
	// Scopes to ask for; empty: those the authority gives by default.
	Scopes []string
	// AudienceStyle; "": AudienceParameter.
	AudienceStyle AudienceStyle
	// AuthMethod; "": ClientSecretPost.
	AuthMethod AuthMethod
	// HTTPClient; nil: one of our own. Its redirects and cookies are not used.
	HTTPClient *http.Client
	// Roots vouch for the issuer in place of the system's, where HTTPClient is nil.
	Roots *x509.CertPool
	// Timeout bounds one exchange; 0: DefaultFetchTimeout.
	Timeout time.Duration
	// AllowInsecureLoopback accepts http addresses on loopback.
	AllowInsecureLoopback bool
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Logger gets failed refreshes; nil: none.
	Logger *slog.Logger
}

// String leaves the secret out.
func (c ClientCredentialsConfig) String() string {
	return fmt.Sprintf("client %q of %s%s", c.ClientID, c.Issuer, c.TokenURL)
}

// GoString leaves the secret out.
func (c ClientCredentialsConfig) GoString() string { return c.String() }

// LogValue leaves the secret out.
func (c ClientCredentialsConfig) LogValue() slog.Value { return slog.StringValue(c.String()) }

func (c ClientCredentialsConfig) validate() error {
	if c.ClientID == "" || c.ClientSecret == "" {
		return configError("client credentials need a client id and a client secret")
	}
	what, address := "token URL", c.TokenURL
	if address == "" {
		what, address = "issuer", c.Issuer
	}
	if err := checkURL(what, address, c.AllowInsecureLoopback); err != nil {
		return err
	}
	if !slices.Contains([]AudienceStyle{AudienceParameter, AudienceResource, AudienceScope, AudienceNone}, c.AudienceStyle) {
		return configError("audience style %q is unknown", clip(string(c.AudienceStyle)))
	}
	if c.AuthMethod != ClientSecretPost && c.AuthMethod != ClientSecretBasic {
		return configError("client authentication method %q is unknown", clip(string(c.AuthMethod)))
	}
	return nil
}

func (c ClientCredentialsConfig) withDefaults() ClientCredentialsConfig {
	if c.AudienceStyle == "" {
		c.AudienceStyle = AudienceParameter
	}
	if c.AuthMethod == "" {
		c.AuthMethod = ClientSecretPost
	}
	if c.Timeout == 0 {
		c.Timeout = DefaultFetchTimeout
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	c.Scopes = slices.Clone(c.Scopes)
	return c
}
