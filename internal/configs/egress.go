package configs

import (
	"time"

	"github.com/getbindu/bindu-go/egress"
	"github.com/getbindu/bindu-go/server"
	"github.com/getbindu/bindu-go/settings"
)

// peerFresh is how long what was found out about a peer counts: as long as the card of an
// agent may be kept.
const peerFresh = 5 * time.Minute

// peerSilence is how long an answer that has begun may bring nothing: agents of this
// runtime say every 15 seconds that they are there.
const peerSilence = time.Minute

// Egress is what calls of local programs may hold, and for how long.
func Egress(set settings.Settings) egress.Config {
	return egress.Config{Limits: egress.Limits{
		Requests: int(set.Egress.Requests), BodyBytes: int64(set.Egress.BodyBytes),
		Find: time.Duration(set.Network.ConnectionTimeout), Answer: time.Duration(set.Egress.AnswerTimeout),
		Silence: peerSilence, Fresh: peerFresh,
	}}
}

// EgressPort is what connections of local programs may hold, and for how long.
func EgressPort(set settings.Settings) server.Config {
	c := Port(set)
	c.HTTP2, c.Timeouts.Age = true, 0 // they prove nothing that could end
	c.Limits.ConnectionsPerPeer = c.Limits.Connections
	return c
}
