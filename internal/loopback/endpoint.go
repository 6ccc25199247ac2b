package loopback

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path"
	"strings"
)

// ErrAddress: what should be the address of a program on this machine is none.
var ErrAddress = errors.New("not an address on this machine: it looks like http://127.0.0.1:9000 or unix:///run/agent.sock")

// Endpoint is where a program on this machine is spoken to over HTTP.
type Endpoint struct {
	base   url.URL // http, without a slash at its end
	socket string  // the path of a Unix socket, "" for TCP
}

// Parse reads http://HOST:PORT[/PATH], where HOST is localhost or a loopback address, or
// unix:///PATH/OF/SOCKET. It fails with [ErrAddress].
func Parse(text string) (Endpoint, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil, u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "", u.Opaque != "":
		return Endpoint{}, ErrAddress
	case u.Scheme == "unix" && u.Host == "" && path.IsAbs(u.Path) && !strings.HasSuffix(u.Path, "/"):
		return Endpoint{base: url.URL{Scheme: "http", Host: "localhost"}, socket: u.Path}, nil
	case u.Scheme != "http" || !IsLocal(u.Hostname()) || u.Port() == "0":
		return Endpoint{}, ErrAddress
	}
	return Endpoint{base: url.URL{Scheme: "http", Host: u.Host, Path: strings.TrimRight(u.Path, "/")}}, nil
}

// IsLocal reports whether a host is this machine by its very spelling: localhost, or a
// loopback address. No name is looked up.
func IsLocal(host string) bool {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// At returns the URL of a path below the endpoint's own. The path begins with a slash;
// "" is the endpoint itself.
func (e Endpoint) At(below string) string {
	u := e.base
	u.Path += below
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}

// Path returns the path of the endpoint, "" for the root.
func (e Endpoint) Path() string { return e.base.Path }

// Beside returns the URL of an absolute path, which may have a query, at the same program.
// Whatever host a URL names, only its path and query count. It fails with [ErrAddress].
func (e Endpoint) Beside(target string) (string, error) {
	u, err := url.Parse(target)
	if err != nil || u.Opaque != "" {
		return "", fmt.Errorf("%w: %q", ErrAddress, target[:min(len(target), 128)])
	}
	beside := e.base
	beside.Path, beside.RawPath, beside.RawQuery = u.Path, u.RawPath, u.RawQuery
	if beside.Path == "" {
		beside.Path = "/"
	}
	return beside.String(), nil
}

// String is the address as it was given, without a slash at its end.
func (e Endpoint) String() string {
	if e.socket != "" {
		return (&url.URL{Scheme: "unix", Path: e.socket}).String()
	}
	return e.base.String()
}
