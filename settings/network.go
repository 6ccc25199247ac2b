package settings

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Network says where the agent listens and how patient it is as a caller.
type Network struct {
	Host      string `env:"NETWORK__HOST" alias:"NETWORK__DEFAULT_HOST" default:"127.0.0.1" rule:"host" doc:"Address the agent listens on; 0.0.0.0 is every IPv4 interface." example:"0.0.0.0"`
	Port      int    `env:"NETWORK__PORT" alias:"NETWORK__DEFAULT_PORT" default:"3773" min:"0" max:"65535" doc:"Port the agent listens on; 0 takes any free one." example:"3773"`
	AdminHost string `env:"NETWORK__ADMIN_HOST" default:"127.0.0.1" rule:"host" doc:"Address of /livez, /readyz and /metrics; they ask for no credentials." example:"127.0.0.1"`
	AdminPort int    `env:"NETWORK__ADMIN_PORT" default:"3774" min:"0" max:"65535" doc:"Port of /livez, /readyz and /metrics; 0 takes any free one." example:"3774"`

	AdminHosts []string `env:"NETWORK__ADMIN_HOSTS" each:"host" doc:"Names by which the admin port may be asked, besides localhost, NETWORK__ADMIN_HOST and every IP address; others get 421." example:"agent,agent.internal"`

	ConnectionTimeout time.Duration `env:"NETWORK__CONNECTION_TIMEOUT" default:"10s" min:"10ms" max:"10m" doc:"How long connecting to another agent may take, TLS handshake included." example:"5s"`
	RequestTimeout    time.Duration `env:"NETWORK__REQUEST_TIMEOUT" default:"30s" min:"10ms" max:"1h" doc:"How long a whole request to another agent may take." example:"2m"`
}

// Addr is the address of the agent's listener, host:port.
func (n Network) Addr() string { return net.JoinHostPort(n.Host, strconv.Itoa(n.Port)) }

// AdminAddr is the address of the admin listener, host:port.
func (n Network) AdminAddr() string { return net.JoinHostPort(n.AdminHost, strconv.Itoa(n.AdminPort)) }

// isLoopback reports whether only programs on this machine can reach host. A
// name other than localhost is not looked up, and therefore is not loopback.
func isLoopback(host string) bool {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
