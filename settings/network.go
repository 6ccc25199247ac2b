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
	Host      Host `envconfig:"NETWORK__HOST" alias:"NETWORK__DEFAULT_HOST" default:"127.0.0.1" desc:"Address the agent listens on; 0.0.0.0 is every IPv4 interface." example:"0.0.0.0"`
	Port      Int  `envconfig:"NETWORK__PORT" alias:"NETWORK__DEFAULT_PORT" default:"3773" desc:"Port the agent listens on; 0 takes any free one." example:"3773"`
	AdminHost Host `envconfig:"NETWORK__ADMIN_HOST" default:"127.0.0.1" desc:"Address of /livez, /readyz and /metrics; they ask for no credentials." example:"127.0.0.1"`
	AdminPort Int  `envconfig:"NETWORK__ADMIN_PORT" default:"3774" desc:"Port of /livez, /readyz and /metrics; 0 takes any free one." example:"3774"`

	AdminHosts Hosts `envconfig:"NETWORK__ADMIN_HOSTS" desc:"Names by which the admin port may be asked, besides localhost, NETWORK__ADMIN_HOST and every IP address; others get 421." example:"agent,agent.internal"`

	ConnectionTimeout Duration `envconfig:"NETWORK__CONNECTION_TIMEOUT" default:"10s" desc:"How long connecting to another agent may take, TLS handshake included." example:"5s"`
	RequestTimeout    Duration `envconfig:"NETWORK__REQUEST_TIMEOUT" default:"30s" desc:"How long a whole request to another agent may take." example:"2m"`
}

// Addr is the address of the agent's listener, host:port.
func (n Network) Addr() string { return joinHostPort(n.Host, n.Port) }

// AdminAddr is the address of the admin listener, host:port.
func (n Network) AdminAddr() string { return joinHostPort(n.AdminHost, n.AdminPort) }

func joinHostPort(host Host, port Int) string {
	return net.JoinHostPort(string(host), strconv.Itoa(int(port)))
}

// isLoopback reports whether only programs on this machine can reach host. A
// name other than localhost is not looked up, and therefore is not loopback.
func isLoopback[T ~string](name T) bool {
	host := string(name)
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

func (n *Network) ranges() []bounds {
	return []bounds{
		within(&n.Port, 0, 65535),
		within(&n.AdminPort, 0, 65535),
		lasts(&n.ConnectionTimeout, 10*time.Millisecond, 10*time.Minute),
		lasts(&n.RequestTimeout, 10*time.Millisecond, time.Hour),
	}
}
