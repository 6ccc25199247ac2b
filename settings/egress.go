package settings

import (
	"strconv"
	"time"
)

// Egress says how programs of this machine call other agents through this one.
type Egress struct {
	Port      OptionalPort `envconfig:"EGRESS__PORT" desc:"Port of 127.0.0.1 through which programs of this machine call other agents with plain HTTP, with the secret in egress.secret; 0 takes any free one, and unset there is none." example:"3775"`
	Socket    Path         `envconfig:"EGRESS__SOCKET" desc:"Unix socket for the same. It serves the user that the agent runs as, and root, and asks for no secret." example:"/run/agent/egress.sock"`
	PeersFile Path         `envconfig:"EGRESS__PEERS_FILE" desc:"YAML file that lists which agents may be called; it is read again by itself. docs/sidecar.md shows it." example:"peers.yaml"`

	Requests      Int      `envconfig:"EGRESS__REQUESTS" default:"64" desc:"Calls of local programs under way at once, streams included. More get 503." example:"256"`
	BodyBytes     Bytes    `envconfig:"EGRESS__BODY_BYTES" default:"2MiB" desc:"Size of the body of a call." example:"8MiB"`
	AnswerTimeout Duration `envconfig:"EGRESS__ANSWER_TIMEOUT" default:"10m" desc:"How long another agent may take until its answer begins." example:"1m"`
}

func (e *Egress) ranges() []bounds {
	return []bounds{
		within(&e.Requests, 1, 10000),
		within(&e.BodyBytes, kib, 64*mib),
		lasts(&e.AnswerTimeout, 10*time.Millisecond, 24*time.Hour),
	}
}

// Enabled reports whether there is anything to call through.
func (e Egress) Enabled() bool { return e.Port != "" || e.Socket != "" }

// Addr is the address of the port, host:port; "" for none.
func (e Egress) Addr() string {
	port, err := strconv.Atoi(string(e.Port))
	if err != nil {
		return ""
	}
	return joinHostPort("127.0.0.1", Int(port))
}

// OptionalPort is a port, 0 for any free one, or "" for none.
type OptionalPort string

// Decode implements envconfig.Decoder.
func (p *OptionalPort) Decode(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 65535 {
		return invalid("must be a port from 0 to 65535")
	}
	*p = OptionalPort(strconv.Itoa(n))
	return nil
}
