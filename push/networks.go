package push

import (
	"fmt"
	"net/netip"
)

// Networks says which addresses may be called.
type Networks struct {
	// Allowed are called although they are none of the public internet, and without TLS
	// if the webhook says so.
	Allowed []netip.Prefix
}

// reserved are the ranges of the public internet's addresses in which nobody strange
// is to be called: private, shared, loopback, link-local, documentation, benchmarks,
// multicast, broadcast, and what embeds other addresses (RFC 6890, RFC 8190, and the
// registries of IANA that they made).
var reserved = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

var (
	// globalUnicast are the only addresses of IPv6 that the internet has.
	globalUnicast = netip.MustParsePrefix("2000::/3")
	// translated are addresses of IPv4 as a network without IPv4 calls them (RFC 6052).
	translated = netip.MustParsePrefix("64:ff9b::/96")
)

func prefixes(all ...string) []netip.Prefix {
	parsed := make([]netip.Prefix, len(all))
	for i, p := range all {
		parsed[i] = netip.MustParsePrefix(p)
	}
	return parsed
}

// allows reports whether the operator allows an address.
func (n Networks) allows(a netip.Addr) bool {
	return contains(n.Allowed, a.Unmap().WithZone(""))
}

// check returns why an address is not called. Without TLS only those are that the
// operator allows.
func (n Networks) check(a netip.Addr, secure bool) error {
	switch {
	case n.allows(a):
		return nil
	case !secure:
		return fmt.Errorf("%w: %s is called with https only", ErrForbidden, a)
	case !isPublic(a):
		return fmt.Errorf("%w: %s is no address of the public internet", ErrForbidden, a)
	}
	return nil
}

// isPublic reports whether whoever has an address is on the internet, as far as the
// address says.
func isPublic(a netip.Addr) bool {
	a = a.Unmap()
	if a.Zone() != "" {
		return false
	}
	if translated.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if a.Is6() && !globalUnicast.Contains(a) {
		return false
	}
	return a.IsValid() && !contains(reserved, a)
}

func contains(all []netip.Prefix, a netip.Addr) bool {
	for _, p := range all {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
