package settings

import "time"

// Limits bounds what one caller can cost.
type Limits struct {
	PortLimits

	TargetBytes     Bytes `envconfig:"LIMITS__TARGET_BYTES" default:"4KiB" desc:"Size of a request's path and query." example:"2KiB"`
	BodyBytes       Bytes `envconfig:"LIMITS__BODY_BYTES" default:"2MiB" desc:"Size of a request's body." example:"8MiB"`
	BodyBytesPerDID Bytes `envconfig:"LIMITS__BODY_BYTES_PER_DID" default:"64MiB" desc:"Bytes of bodies that the requests of one DID in progress hold at once. More get 429." example:"256MiB"`
	TokenBytes      Bytes `envconfig:"LIMITS__TOKEN_BYTES" default:"8KiB" desc:"Size of a bearer token." example:"16KiB"`
	DIDBytes        Bytes `envconfig:"LIMITS__DID_BYTES" default:"512" desc:"Size of a caller's DID." example:"256"`
	JSONDepth       Int   `envconfig:"LIMITS__JSON_DEPTH" default:"64" desc:"Nesting of a request's JSON." example:"32"`

	TokenChecksPerPeer Int   `envconfig:"LIMITS__TOKEN_CHECKS_PER_PEER" default:"16" desc:"Unknown tokens from one IPv4 address or one IPv6 network of 64 bits that are taken to Hydra at once. More wait, and get 429 when they wait too long." example:"64"`
	RequestsPerDID     Int   `envconfig:"LIMITS__REQUESTS_PER_DID" default:"256" desc:"Requests of one DID in progress at once." example:"32"`
	RatePerDID         Float `envconfig:"LIMITS__RATE_PER_DID" default:"1000" desc:"Requests per second of one DID, on average." example:"50"`
	RateBurst          Int   `envconfig:"LIMITS__RATE_BURST" default:"2000" desc:"Requests a DID may send at once after a pause." example:"100"`
	AnswerBytesPerDID  Bytes `envconfig:"LIMITS__ANSWER_BYTES_PER_DID" default:"64MiB" desc:"Bytes that the answers to one DID hold at once, while they are made and while a slow reader takes them. One answer alone may be larger." example:"16MiB"`
	RememberedKeys     Int   `envconfig:"LIMITS__REMEMBERED_KEYS" default:"10000" desc:"DIDs whose first key is remembered. Beyond it none is forgotten; DIDs that are not derived from their key and were never seen are refused." example:"50000"`
	HotKeys            Int   `envconfig:"LIMITS__HOT_KEYS" default:"256" desc:"Public keys in use of which a table of 98 KiB each is kept, so that their signatures are verified in a third of the time; 0 for none." example:"1000"`
	ReplayEntries      Int   `envconfig:"LIMITS__REPLAY_ENTRIES" default:"1000000" desc:"Signatures remembered against replay; of one DID at most 30 % of them." example:"250000"`
}

func (l *Limits) ranges() []bounds {
	return append(l.PortLimits.ranges(), []bounds{
		within(&l.TargetBytes, 256, 64*kib),
		within(&l.BodyBytes, kib, 256*mib),
		within(&l.BodyBytesPerDID, kib, 16*gib),
		within(&l.TokenBytes, 256, mib),
		within(&l.DIDBytes, 32, 512),
		within(&l.JSONDepth, 4, 64),
		within(&l.TokenChecksPerPeer, 1, 10000),
		within(&l.RequestsPerDID, 1, 1000000),
		within(&l.RatePerDID, 0.001, 10000000),
		within(&l.RateBurst, 1, 100000000),
		within(&l.AnswerBytesPerDID, 64*kib, 64*gib),
		within(&l.RememberedKeys, 1, 1000000),
		within(&l.HotKeys, 0, 100000),
		within(&l.ReplayEntries, 1000, 100000000),
	}...)
}

// PortLimits bounds what the connections of a port can hold, and for how long.
type PortLimits struct {
	HeaderBytes         Bytes    `envconfig:"LIMITS__HEADER_BYTES" default:"32KiB" desc:"Size of a request's header." example:"64KiB"`
	HandshakeTimeout    Duration `envconfig:"LIMITS__HANDSHAKE_TIMEOUT" default:"10s" desc:"Time for the TLS handshake." example:"5s"`
	HeaderTimeout       Duration `envconfig:"LIMITS__HEADER_TIMEOUT" default:"10s" desc:"Time until a request's header has arrived." example:"5s"`
	BodyTimeout         Duration `envconfig:"LIMITS__BODY_TIMEOUT" default:"30s" desc:"Time until a request's body has arrived." example:"1m"`
	WriteTimeout        Duration `envconfig:"LIMITS__WRITE_TIMEOUT" default:"30s" desc:"Time one write to a slow reader may block." example:"1m"`
	IdleTimeout         Duration `envconfig:"LIMITS__IDLE_TIMEOUT" default:"2m" desc:"Time a connection may rest between requests." example:"1m"`
	ConnectionAge       Duration `envconfig:"LIMITS__CONNECTION_AGE" default:"1m" desc:"Age at which a connection is closed after its current request, so that a change of trust reaches it." example:"5m"`
	DrainTimeout        Duration `envconfig:"LIMITS__DRAIN_TIMEOUT" default:"30s" desc:"Time for running requests to end at a stop." example:"10s"`
	Connections         Int      `envconfig:"LIMITS__CONNECTIONS" default:"4096" desc:"Connections open at once. The last quarter is for addresses that have few: a 32nd of LIMITS__CONNECTIONS_PER_PEER, unless that is more than half of all." example:"10000"`
	ConnectionsPerPeer  Int      `envconfig:"LIMITS__CONNECTIONS_PER_PEER" default:"256" desc:"Connections open at once from one IPv4 address or one IPv6 network of 64 bits." example:"64"`
	ResetsPerConnection Int      `envconfig:"LIMITS__RESETS_PER_CONNECTION" default:"500" desc:"Requests that a client may cancel on one HTTP/2 connection; after that it is closed." example:"100"`
}

func (l *PortLimits) ranges() []bounds {
	return []bounds{
		within(&l.HeaderBytes, 4*kib, mib),
		lasts(&l.HandshakeTimeout, 10*time.Millisecond, 5*time.Minute),
		lasts(&l.HeaderTimeout, 10*time.Millisecond, 5*time.Minute),
		lasts(&l.BodyTimeout, 10*time.Millisecond, time.Hour),
		lasts(&l.WriteTimeout, 10*time.Millisecond, time.Hour),
		lasts(&l.IdleTimeout, 10*time.Millisecond, 24*time.Hour),
		lasts(&l.ConnectionAge, 100*time.Millisecond, 24*time.Hour),
		lasts(&l.DrainTimeout, 0, time.Hour),
		within(&l.Connections, 1, 1000000),
		within(&l.ConnectionsPerPeer, 1, 1000000),
		within(&l.ResetsPerConnection, 1, 1000000),
	}
}
