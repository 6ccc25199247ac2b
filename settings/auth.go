package settings

import "time"

// Provider names who issues the tokens that callers present.
type Provider string

// The providers there are.
const (
	ProviderHydra Provider = "hydra"
	ProviderAuth0 Provider = "auth0"
	ProviderOIDC  Provider = "oidc"
)

// TokenMode says when a request may do without a valid token.
type TokenMode string

// The token modes there are.
const (
	TokenStrict     TokenMode = "strict"     // every protected request carries a valid token
	TokenOptional   TokenMode = "optional"   // none is fine, an invalid one is refused
	TokenPermissive TokenMode = "permissive" // verified if it can be, never refused for it
)

// ErrorCodes says which error numbers callers get that name no version of A2A.
type ErrorCodes string

// The numbers there are.
const (
	ErrorCodesAuto  ErrorCodes = "auto"  // those of the provider's guide, if it has one
	ErrorCodesOwn   ErrorCodes = "own"   // this agent's own, outside of what JSON-RPC reserves
	ErrorCodesAuth0 ErrorCodes = "auth0" // those of Auth0's guide
)

// AudienceStyle says how an issuer is told what a token of ours is for.
type AudienceStyle string

// The audience styles there are.
const (
	AudienceParameter AudienceStyle = "audience" // Auth0, Hydra
	AudienceResource  AudienceStyle = "resource" // RFC 8707
	AudienceScope     AudienceStyle = "scope"    // Entra: AUDIENCE/.default
	AudienceNone      AudienceStyle = "none"     // the client's registration decides
)

// ClientAuth says how our client proves itself to an issuer.
type ClientAuth string

// The ways of client authentication there are (OpenID Connect Core section 9).
const (
	ClientSecretPost  ClientAuth = "client_secret_post"
	ClientSecretBasic ClientAuth = "client_secret_basic"
)

// Auth says which tokens open the agent and what they permit.
type Auth struct {
	Enabled  Bool     `envconfig:"AUTH__ENABLED" default:"true" desc:"Authenticate callers. Only true is accepted: there is no mode without it." example:"true"`
	Provider Provider `envconfig:"AUTH__PROVIDER" default:"hydra" desc:"Who issues the tokens: hydra (introspection), auth0 or oidc (signed tokens)." example:"hydra"`

	TokenMode TokenMode `envconfig:"AUTH__TOKEN_MODE" derived:"MTLS__MODE: optional with mtls, else strict" desc:"When a request may do without a valid token; optional and permissive need mutual TLS." example:"strict"`
	Audience  Words     `envconfig:"AUTH__AUDIENCE" desc:"Audiences of which a token must name one; unset, any but the certificate authority's will do with Hydra. Needed with auth0, and with oidc unless AUTH__ALLOWED_CLIENTS is set." example:"https://agents.example.com"`
	Leeway    Duration  `envconfig:"AUTH__LEEWAY" default:"10s" desc:"Clock difference forgiven when a token's times are checked." example:"10"`

	ErrorCodes ErrorCodes `envconfig:"AUTH__ERROR_CODES" default:"auto" desc:"Error numbers for missing, invalid and expired tokens and missing permissions, in answers to callers that send no A2A-Version: this agent's own, or those of Auth0's guide; auto takes the guide's with AUTH__PROVIDER=auth0." example:"own"`

	Domain         Domain     `envconfig:"AUTH__DOMAIN" desc:"Auth0 tenant; issuer and keys follow from it. Needed with AUTH__PROVIDER=auth0." example:"tenant.eu.auth0.com"`
	Issuers        Issuers    `envconfig:"AUTH__ISSUERS" alias:"AUTH__ISSUER" derived:"AUTH__DOMAIN" desc:"Issuers whose tokens are accepted, byte for byte as in the iss claim. Needed with AUTH__PROVIDER=oidc." example:"https://login.example.com/"`
	JWKSURI        HTTPSURL   `envconfig:"AUTH__JWKS_URI" desc:"Where the issuer's keys are, if its discovery document shall not be asked; for a single issuer." example:"https://login.example.com/jwks.json"`
	JWKSRefresh    Duration   `envconfig:"AUTH__JWKS_REFRESH" default:"10m" desc:"Time between fetches of an issuer's keys." example:"5m"`
	JWKSMaxStale   Duration   `envconfig:"AUTH__JWKS_MAX_STALE" default:"1h" desc:"How old an issuer's keys may become while it does not answer; after that its tokens are refused." example:"15m"`
	IssuerCAFile   Path       `envconfig:"AUTH__ISSUER_CA_FILE" desc:"PEM file of the certificate authorities that vouch for the issuers, in place of the system's; for issuers with a private one." example:"/etc/agent/issuer_ca.pem"`
	Algorithms     Algorithms `envconfig:"AUTH__ALGORITHMS" default:"RS256" desc:"Signature algorithms accepted; none and the HS family are not possible." example:"RS256,ES256"`
	AllowedClients Words      `envconfig:"AUTH__ALLOWED_CLIENTS" desc:"Client ids accepted, for issuers whose tokens name no audience." example:"4f1c2d,9b7a33"`
	RequiredClaims Claims     `envconfig:"AUTH__REQUIRED_CLAIMS" desc:"Claims a token must carry; NAME=VALUE asks for that value, NAME alone for any." example:"tid=72f988bf,azp"`
	ClientClaims   Words      `envconfig:"AUTH__CLIENT_CLAIMS" default:"client_id,azp,appid,sub" desc:"Claims that may name the client, the first present one counts." example:"azp,sub"`
	RightsClaims   Words      `envconfig:"AUTH__RIGHTS_CLAIMS" default:"permissions,scope,scp,roles" desc:"Claims that grant permissions." example:"permissions"`

	DIDClaim    Text `envconfig:"AUTH__DID_CLAIM" desc:"Claim that holds the caller's DID." example:"https://example.com/did"`
	DIDMap      Path `envconfig:"AUTH__DID_MAP" desc:"File that maps issuer and client to a DID." example:"/etc/agent/dids.json"`
	RequireDID  Bool `envconfig:"AUTH__REQUIRE_DID" default:"true" desc:"Refuse callers that no DID is known of; false admits callers on their token alone, without mutual TLS only." example:"false"`
	AllowedDIDs DIDs `envconfig:"AUTH__ALLOWED_DIDS" desc:"If set, only these DIDs are admitted." example:"did:bindu:you_at_example_com:poet:9f3c"`

	Admins Callers `envconfig:"AUTH__ADMINS" desc:"Callers that may hold the permission agent:admin: a DID, or oauth:ISSUER:CLIENT:SUBJECT, as the log shows it, for a caller without one. Everybody else loses it, whatever the token says; unset, nobody has it." example:"did:bindu:you_at_example_com:ops:9f3c"`

	Permissions          Permissions `envconfig:"AUTH__PERMISSIONS" desc:"Permissions of which a caller needs one for a method, in place of the built-in ones." example:"{\"tasks/list\":[\"agent:admin\"]}"`
	TokenlessPermissions Scopes      `envconfig:"AUTH__TOKENLESS_PERMISSIONS" default:"agent:read,agent:write" desc:"Permissions of a caller that needs no token and brings none." example:"agent:read"`
	PolicyFile           Path        `envconfig:"AUTH__POLICY_FILE" desc:"File of admission rules." example:"/etc/agent/policy"`

	ClientID              Text          `envconfig:"AUTH__CLIENT_ID" desc:"Our client at an issuer other than Hydra: tokens for calls of other agents come from there. Unset, they come from Hydra." example:"r3AlQm5x"`
	ClientSecret          Secret        `envconfig:"AUTH__CLIENT_SECRET" desc:"Secret of that client." example:"from-the-issuer"`
	ClientAuth            ClientAuth    `envconfig:"AUTH__CLIENT_AUTH" default:"client_secret_post" desc:"How that client proves itself." example:"client_secret_basic"`
	TokenURL              HTTPSURL      `envconfig:"AUTH__TOKEN_URL" desc:"Token endpoint for that client; unset, the discovery document of the first of AUTH__ISSUERS names it." example:"https://login.example.com/oauth/token"`
	OutboundAudience      Text          `envconfig:"AUTH__OUTBOUND_AUDIENCE" derived:"the first of AUTH__AUDIENCE" desc:"Audience asked for in tokens for calls of other agents." example:"https://agents.example.com"`
	OutboundAudienceStyle AudienceStyle `envconfig:"AUTH__OUTBOUND_AUDIENCE_STYLE" default:"audience" desc:"How that client asks for the audience: audience (Auth0), resource (RFC 8707), scope (Entra), or none where its registration decides." example:"scope"`
	OutboundScopes        Scopes        `envconfig:"AUTH__OUTBOUND_SCOPES" desc:"Scopes that client asks for; unset, those the issuer gives by default." example:"agent:read,agent:write"`
}

func (a *Auth) ranges() []bounds {
	return []bounds{
		lasts(&a.Leeway, 0, 60*time.Second),
		lasts(&a.JWKSRefresh, time.Second, 24*time.Hour),
		lasts(&a.JWKSMaxStale, time.Second, 168*time.Hour),
	}
}
