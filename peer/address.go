package peer

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// address checks the URL of an agent: https with mutual TLS, plain http only
// without, and then on loopback only. Credentials, query and fragment have no
// meaning there.
func (c *Client) address(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Opaque != "" || u.Hostname() == "":
		return nil, fmt.Errorf("%w: want a URL such as https://host:3773", ErrAddress)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("%w: it must not have a user name, query or fragment", ErrAddress)
	case c.cfg.Source != nil && u.Scheme != "https":
		return nil, fmt.Errorf("%w: it must begin with https://, because mutual TLS is on", ErrAddress)
	case c.cfg.Source == nil && u.Scheme != "http":
		return nil, fmt.Errorf("%w: it must begin with http://, because mutual TLS is off (MTLS__ENABLED)", ErrAddress)
	case c.cfg.Source == nil && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("%w: without mutual TLS only agents on this machine can be called", ErrAddress)
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

func isLoopback(host string) bool {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// endpoint is where messages go: the address that was dialled, with the path
// that the card names. So no card can send a caller's token, or a request into
// another network.
func endpoint(base *url.URL, fromCard string) *url.URL {
	u := *base
	u.Path, u.RawPath = "/", ""
	if named, err := url.Parse(fromCard); err == nil && strings.HasPrefix(named.Path, "/") {
		u.Path, u.RawPath = named.Path, named.RawPath
	}
	return &u
}
