package settings

import "time"

// Hydra says where the OAuth2 server is and what our client there looks like.
type Hydra struct {
	AdminURL  string `env:"HYDRA__ADMIN_URL" rule:"url" doc:"Admin API of Ory Hydra: registration, introspection, public keys of callers. Needed with AUTH__PROVIDER=hydra and with mutual TLS." example:"https://hydra-admin.internal"`
	PublicURL string `env:"HYDRA__PUBLIC_URL" rule:"url" doc:"Public API of Ory Hydra: tokens and discovery. Needed where HYDRA__ADMIN_URL is." example:"https://hydra.internal"`

	Timeout              time.Duration `env:"HYDRA__TIMEOUT" default:"10s" min:"10ms" max:"5m" doc:"How long one call to Hydra may take, introspection aside." example:"10"`
	IntrospectionTimeout time.Duration `env:"HYDRA__INTROSPECTION_TIMEOUT" default:"2s" min:"10ms" max:"30s" doc:"How long an introspection may keep a caller waiting before it is answered 503." example:"1s"`
	CacheTTL             time.Duration `env:"HYDRA__CACHE_TTL" default:"5s" min:"0s" max:"24h" doc:"How long a verdict on a token is remembered; revocation takes effect after it. More than 5s is lowered to 5s." example:"2s"`
	MaxCacheSize         int           `env:"HYDRA__MAX_CACHE_SIZE" default:"10000" min:"1" max:"1000000" doc:"How many verdicts are remembered." example:"10000"`

	Scopes     []string `env:"HYDRA__DEFAULT_AGENT_SCOPES" each:"scope" default:"openid,offline,agent:read,agent:write" doc:"Scopes our client is registered with." example:"openid,offline,agent:read,agent:write"`
	GrantTypes []string `env:"HYDRA__DEFAULT_GRANT_TYPES" each:"scope" default:"client_credentials,authorization_code,refresh_token" doc:"Grant types our client is registered with; client_credentials has to be one." example:"client_credentials"`
}

// maxVerdictAge bounds the introspection cache, so that a revoked token stops
// working within five seconds whatever the operator asks for.
const maxVerdictAge = 5 * time.Second
