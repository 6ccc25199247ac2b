package settings

import "time"

// Limits bounds what one caller can cost.
type Limits struct {
	HeaderBytes int64 `env:"LIMITS__HEADER_BYTES" unit:"bytes" default:"32KiB" min:"4KiB" max:"1MiB" doc:"Size of a request's header." example:"64KiB"`
	TargetBytes int64 `env:"LIMITS__TARGET_BYTES" unit:"bytes" default:"4KiB" min:"256" max:"64KiB" doc:"Size of a request's path and query." example:"2KiB"`
	BodyBytes   int64 `env:"LIMITS__BODY_BYTES" unit:"bytes" default:"2MiB" min:"1KiB" max:"256MiB" doc:"Size of a request's body." example:"8MiB"`
	BodyHeld    int64 `env:"LIMITS__BODY_BYTES_PER_DID" unit:"bytes" default:"64MiB" min:"1KiB" max:"16GiB" doc:"Bytes of bodies that the requests of one DID in progress hold at once. More get 429." example:"256MiB"`
	TokenBytes  int64 `env:"LIMITS__TOKEN_BYTES" unit:"bytes" default:"8KiB" min:"256" max:"1MiB" doc:"Size of a bearer token." example:"16KiB"`
	DIDBytes    int64 `env:"LIMITS__DID_BYTES" unit:"bytes" default:"512" min:"32" max:"512" doc:"Size of a caller's DID." example:"256"`
	JSONDepth   int   `env:"LIMITS__JSON_DEPTH" default:"64" min:"4" max:"64" doc:"Nesting of a request's JSON." example:"32"`

	HandshakeTimeout time.Duration `env:"LIMITS__HANDSHAKE_TIMEOUT" default:"10s" min:"10ms" max:"5m" doc:"Time for the TLS handshake." example:"5s"`
	HeaderTimeout    time.Duration `env:"LIMITS__HEADER_TIMEOUT" default:"10s" min:"10ms" max:"5m" doc:"Time until a request's header has arrived." example:"5s"`
	BodyTimeout      time.Duration `env:"LIMITS__BODY_TIMEOUT" default:"30s" min:"10ms" max:"1h" doc:"Time until a request's body has arrived." example:"1m"`
	WriteTimeout     time.Duration `env:"LIMITS__WRITE_TIMEOUT" default:"30s" min:"10ms" max:"1h" doc:"Time one write to a slow reader may block." example:"1m"`
	IdleTimeout      time.Duration `env:"LIMITS__IDLE_TIMEOUT" default:"2m" min:"10ms" max:"24h" doc:"Time a connection may rest between requests." example:"1m"`
	ConnectionAge    time.Duration `env:"LIMITS__CONNECTION_AGE" default:"1m" min:"100ms" max:"24h" doc:"Age at which a connection is closed after its current request, so that a change of trust reaches it." example:"5m"`
	DrainTimeout     time.Duration `env:"LIMITS__DRAIN_TIMEOUT" default:"30s" min:"0s" max:"1h" doc:"Time for running requests to end when the agent stops." example:"10s"`

	Connections        int     `env:"LIMITS__CONNECTIONS" default:"4096" min:"1" max:"1000000" doc:"Connections open at once." example:"10000"`
	ConnectionsPerPeer int     `env:"LIMITS__CONNECTIONS_PER_PEER" default:"256" min:"1" max:"1000000" doc:"Connections open at once from one IPv4 address or one IPv6 network of 64 bits." example:"64"`
	TokenChecksPerPeer int     `env:"LIMITS__TOKEN_CHECKS_PER_PEER" default:"16" min:"1" max:"10000" doc:"Unknown tokens from one IPv4 address or one IPv6 network of 64 bits that are taken to Hydra at once. More wait, and get 429 when they wait too long." example:"64"`
	Resets             int     `env:"LIMITS__RESETS_PER_CONNECTION" default:"500" min:"1" max:"1000000" doc:"Requests that a caller may cancel on one HTTP/2 connection; after that it is closed." example:"100"`
	RequestsPerDID     int     `env:"LIMITS__REQUESTS_PER_DID" default:"256" min:"1" max:"1000000" doc:"Requests of one DID in progress at once." example:"32"`
	RatePerDID         float64 `env:"LIMITS__RATE_PER_DID" default:"1000" min:"0.001" max:"10000000" doc:"Requests per second of one DID, on average." example:"50"`
	RateBurst          int     `env:"LIMITS__RATE_BURST" default:"2000" min:"1" max:"100000000" doc:"Requests a DID may send at once after a pause." example:"100"`
	AnswerBytes        int64   `env:"LIMITS__ANSWER_BYTES_PER_DID" unit:"bytes" default:"64MiB" min:"64KiB" max:"64GiB" doc:"Bytes that the answers to one DID hold at once, while they are made and while a slow reader takes them. One answer alone may be larger." example:"16MiB"`
	RememberedKeys     int     `env:"LIMITS__REMEMBERED_KEYS" default:"10000" min:"1" max:"1000000" doc:"DIDs whose first key is remembered. Beyond it none is forgotten; DIDs that are not derived from their key and were never seen are refused." example:"50000"`
	ReplayEntries      int     `env:"LIMITS__REPLAY_ENTRIES" default:"1000000" min:"1000" max:"100000000" doc:"Signatures remembered against replay; of one DID at most 30 % of them." example:"250000"`
}
