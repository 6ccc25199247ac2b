package boot

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"
)

// Unacknowledged is how long what was sent may stay untaken before a connection ends.
const Unacknowledged = 20 * time.Second

var errBound = errors.New("the port is free")

// CanBind takes an address and gives it back without listening there: a caller
// that came in between would find an open port and nobody behind it.
func CanBind(ctx context.Context, host, port, addr string) error {
	config := net.ListenConfig{Control: func(network, address string, c syscall.RawConn) error {
		to, err := sockaddr(network, address)
		if err != nil {
			return err
		}
		failed := c.Control(func(fd uintptr) { err = syscall.Bind(int(fd), to) })
		if err = errors.Join(failed, os.NewSyscallError("bind", err)); err == nil {
			err = errBound
		}
		return err
	}}
	ln, err := config.Listen(ctx, "tcp", addr)
	if err == nil {
		return ln.Close()
	}
	if errors.Is(err, errBound) {
		return nil
	}
	return listenError(host, port, addr, err)
}

// sockaddr is an address for a socket of a network, which is tcp4 or tcp6. Go
// listens on all addresses with one socket for both.
func sockaddr(network, address string) (syscall.Sockaddr, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, err
	}
	ip := at.Addr()
	switch {
	case network == "tcp4":
		return &syscall.SockaddrInet4{Port: int(at.Port()), Addr: ip.As4()}, nil
	case ip.IsUnspecified():
		ip = netip.IPv6Unspecified()
	}
	to := &syscall.SockaddrInet6{Port: int(at.Port()), Addr: ip.As16()}
	if link, err := net.InterfaceByName(ip.Zone()); err == nil {
		to.ZoneId = uint32(link.Index)
	}
	return to, nil
}

// Listen opens a port. The error is a [*ListenError] about the settings of that
// name.
func Listen(host, port, addr string) (net.Listener, error) {
	config := net.ListenConfig{Control: giveUp}
	config.SetMultipathTCP(false) // which has not that option
	ln, err := config.Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, listenError(host, port, addr, err)
	}
	return ln, nil
}

// listenError names the setting that is at fault: the port, unless the host is
// no address of this machine.
func listenError(host, port, addr string, err error) error {
	setting := port
	if _, ok := errors.AsType[*net.DNSError](err); ok || errors.Is(err, syscall.EADDRNOTAVAIL) {
		setting = host
	}
	return &ListenError{Setting: setting, Addr: addr, Err: err}
}

// ListenError says which port could not be opened and which setting names it.
type ListenError struct {
	Setting, Addr string
	Err           error
}

// Error names the setting to change.
func (e *ListenError) Error() string {
	if strings.HasSuffix(e.Setting, "_HOST") {
		return fmt.Sprintf("%s: listen on %s: %v; name an address of this machine, or 0.0.0.0 for all of them", e.Setting, e.Addr, e.Err)
	}
	return fmt.Sprintf("listen on %s: %v; choose another %s, or 0 for any free port", e.Addr, e.Err, e.Setting)
}

// Unwrap returns the cause.
func (e *ListenError) Unwrap() error { return e.Err }
