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
	Enabled  bool     `env:"AUTH__ENABLED" default:"true" doc:"Authenticate callers. Only true is accepted: there is no mode without it." example:"true"`
	Provider Provider `env:"AUTH__PROVIDER" default:"hydra" oneof:"hydra|auth0|oidc" doc:"Who issues the tokens: hydra (introspection), auth0 or oidc (signed tokens)." example:"hydra"`

	TokenMode TokenMode     `env:"AUTH__TOKEN_MODE" oneof:"strict|optional|permissive" derived:"MTLS__MODE: optional with mtls, else strict" doc:"When a request may do without a valid token; optional and permissive need mutual TLS." example:"strict"`
	Audience  []string      `env:"AUTH__AUDIENCE" doc:"Audiences of which a token must name one; unset, any but the certificate authority's will do with Hydra. Needed with auth0, and with oidc unless AUTH__ALLOWED_CLIENTS is set." example:"https://agents.example.com"`
	Leeway    time.Duration `env:"AUTH__LEEWAY" default:"10s" min:"0s" max:"60s" doc:"Clock difference forgiven when a token's times are checked." example:"10"`

	ErrorCodes ErrorCodes `env:"AUTH__ERROR_CODES" default:"auto" oneof:"auto|own|auth0" doc:"Error numbers for missing, invalid and expired tokens and missing permissions, in answers to callers that send no A2A-Version: this agent's own, or those of Auth0's guide; auto takes the guide's with AUTH__PROVIDER=auth0." example:"own"`

	Domain         string            `env:"AUTH__DOMAIN" rule:"domain" doc:"Auth0 tenant; issuer and keys follow from it. Needed with AUTH__PROVIDER=auth0." example:"tenant.eu.auth0.com"`
	Issuers        []string          `env:"AUTH__ISSUERS" alias:"AUTH__ISSUER" each:"issuer" derived:"AUTH__DOMAIN" doc:"Issuers whose tokens are accepted, byte for byte as in the iss claim. Needed with AUTH__PROVIDER=oidc." example:"https://login.example.com/"`
	JWKSURI        string            `env:"AUTH__JWKS_URI" rule:"httpsurl" doc:"Where the issuer's keys are, if its discovery document shall not be asked; for a single issuer." example:"https://login.example.com/jwks.json"`
	JWKSRefresh    time.Duration     `env:"AUTH__JWKS_REFRESH" default:"10m" min:"1s" max:"24h" doc:"Time between fetches of an issuer's keys." example:"5m"`
	JWKSMaxStale   time.Duration     `env:"AUTH__JWKS_MAX_STALE" default:"1h" min:"1s" max:"168h" doc:"How old an issuer's keys may become while it does not answer; after that its tokens are refused." example:"15m"`
	IssuerCAFile   string            `env:"AUTH__ISSUER_CA_FILE" rule:"path" doc:"PEM file of the certificate authorities that vouch for the issuers, in place of the system's; for issuers with a private one." example:"/etc/agent/issuer_ca.pem"`
	Algorithms     []string          `env:"AUTH__ALGORITHMS" each:"algorithm" default:"RS256" doc:"Signature algorithms accepted; none and the HS family are not possible." example:"RS256,ES256"`
	AllowedClients []string          `env:"AUTH__ALLOWED_CLIENTS" doc:"Client ids accepted, for issuers whose tokens name no audience." example:"4f1c2d,9b7a33"`
	RequiredClaims map[string]string `env:"AUTH__REQUIRED_CLAIMS" doc:"Claims a token must carry; NAME=VALUE asks for that value, NAME alone for any." example:"tid=72f988bf,azp"`
	ClientClaims   []string          `env:"AUTH__CLIENT_CLAIMS" default:"client_id,azp,appid,sub" doc:"Claims that may name the client, the first present one counts." example:"azp,sub"`
	RightsClaims   []string          `env:"AUTH__RIGHTS_CLAIMS" default:"permissions,scope,scp,roles" doc:"Claims that grant permissions." example:"permissions"`

	DIDClaim    string   `env:"AUTH__DID_CLAIM" doc:"Claim that holds the caller's DID." example:"https://example.com/did"`
	DIDMapFile  string   `env:"AUTH__DID_MAP" rule:"path" doc:"File that maps issuer and client to a DID." example:"/etc/agent/dids.json"`
	RequireDID  bool     `env:"AUTH__REQUIRE_DID" default:"true" doc:"Refuse callers that no DID is known of; false admits callers on their token alone, without mutual TLS only." example:"false"`
	AllowedDIDs []string `env:"AUTH__ALLOWED_DIDS" each:"did" doc:"If set, only these DIDs are admitted." example:"did:bindu:you_at_example_com:poet:9f3c"`

	Admins []string `env:"AUTH__ADMINS" each:"callername" doc:"Callers that may hold the permission agent:admin: a DID, or oauth:ISSUER:CLIENT:SUBJECT, as the log shows it, for a caller without one. Everybody else loses it, whatever the token says; unset, nobody has it." example:"did:bindu:you_at_example_com:ops:9f3c"`

	Permissions map[string][]string `env:"AUTH__PERMISSIONS" doc:"Permissions of which a caller needs one for a method, in place of the built-in ones." example:"{\"tasks/list\":[\"agent:admin\"]}"`
	Tokenless   []string            `env:"AUTH__TOKENLESS_PERMISSIONS" each:"scope" default:"agent:read,agent:write" doc:"Permissions of a caller that needs no token and brings none." example:"agent:read"`
	PolicyFile  string              `env:"AUTH__POLICY_FILE" rule:"path" doc:"File of admission rules." example:"/etc/agent/policy"`

	ClientID              string        `env:"AUTH__CLIENT_ID" doc:"Our client at an issuer other than Hydra: tokens for calls of other agents come from there. Unset, they come from Hydra." example:"r3AlQm5x"`
	ClientSecret          Secret        `env:"AUTH__CLIENT_SECRET" doc:"Secret of that client." example:"from-the-issuer"`
	ClientAuth            ClientAuth    `env:"AUTH__CLIENT_AUTH" default:"client_secret_post" oneof:"client_secret_post|client_secret_basic" doc:"How that client proves itself." example:"client_secret_basic"`
	TokenURL              string        `env:"AUTH__TOKEN_URL" rule:"httpsurl" doc:"Token endpoint for that client; unset, the discovery document of the first of AUTH__ISSUERS names it." example:"https://login.example.com/oauth/token"`
	OutboundAudience      string        `env:"AUTH__OUTBOUND_AUDIENCE" derived:"the first of AUTH__AUDIENCE" doc:"Audience asked for in tokens for calls of other agents." example:"https://agents.example.com"`
	OutboundAudienceStyle AudienceStyle `env:"AUTH__OUTBOUND_AUDIENCE_STYLE" default:"audience" oneof:"audience|resource|scope|none" doc:"How that client asks for the audience: audience (Auth0), resource (RFC 8707), scope (Entra), or none where its registration decides." example:"scope"`
	OutboundScopes        []string      `env:"AUTH__OUTBOUND_SCOPES" each:"scope" doc:"Scopes that client asks for; unset, those the issuer gives by default." example:"agent:read,agent:write"`
}
