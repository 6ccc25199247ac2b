package settings

import "time"

// Hydra says where the OAuth2 server is and what our client there looks like.
type Hydra struct {
	AdminURL  URL `envconfig:"HYDRA__ADMIN_URL" desc:"Admin API of Ory Hydra: registration, introspection, public keys of callers. Needed with AUTH__PROVIDER=hydra and with mutual TLS, unless a registrar holds it (REGISTRAR__URL): whoever has this address can be any agent." example:"https://hydra-admin.internal"`
	PublicURL URL `envconfig:"HYDRA__PUBLIC_URL" desc:"Public API of Ory Hydra: tokens and discovery. Needed where HYDRA__ADMIN_URL or REGISTRAR__URL is." example:"https://hydra.internal"`

	HydraTimes

	CacheTTL     Duration `envconfig:"HYDRA__CACHE_TTL" default:"5s" desc:"How long a verdict on a token is remembered; revocation takes effect after it. More than 5s is lowered to 5s." example:"2s"`
	MaxCacheSize Int      `envconfig:"HYDRA__MAX_CACHE_SIZE" default:"10000" desc:"How many verdicts are remembered." example:"10000"`

	DefaultAgentScopes Scopes `envconfig:"HYDRA__DEFAULT_AGENT_SCOPES" default:"openid,offline,agent:read,agent:write" desc:"Scopes our client is registered with." example:"openid,offline,agent:read,agent:write"`
	DefaultGrantTypes  Scopes `envconfig:"HYDRA__DEFAULT_GRANT_TYPES" default:"client_credentials,authorization_code,refresh_token" desc:"Grant types our client is registered with; client_credentials has to be one." example:"client_credentials"`
}

// maxVerdictAge bounds the introspection cache, so that a revoked token stops
// working within five seconds whatever the operator asks for.
const maxVerdictAge = 5 * time.Second

func (h *Hydra) ranges() []bounds {
	return append(h.HydraTimes.ranges(), []bounds{
		lasts(&h.CacheTTL, 0, 24*time.Hour),
		within(&h.MaxCacheSize, 1, 1000000),
	}...)
}

// HydraTimes says how long calls of Hydra may take.
type HydraTimes struct {
	Timeout              Duration `envconfig:"HYDRA__TIMEOUT" default:"10s" desc:"How long one call to Hydra, or of an agent to a registrar, may take, introspection aside." example:"10"`
	IntrospectionTimeout Duration `envconfig:"HYDRA__INTROSPECTION_TIMEOUT" default:"2s" desc:"How long an introspection may keep a caller waiting before it is answered 503. A registrar waits for three quarters of it for Hydra, so that agents with the same setting hear what is wrong." example:"1s"`
}

func (h *HydraTimes) ranges() []bounds {
	return []bounds{
		lasts(&h.Timeout, 10*time.Millisecond, 5*time.Minute),
		lasts(&h.IntrospectionTimeout, 10*time.Millisecond, 30*time.Second),
	}
}
