package gate

import (
	"errors"
	"net"
	"net/netip"
)

// limit charges the caller on whom the proofs agreed before its body is read,
// and gives nothing back when the request fails.
//
// Certificate and token prove the name. A token alone does not until the
// signature is verified: whoever got hold of one could use up the share of its
// owner. So until then it is the DID at this address that pays. Where no
// signature will come the token is all there is, and its caller pays.
func (c *Chain) limit(x *exchange) (d *Denial) {
	x.hold(func() { x.place.release() }) // the one that pays when the request is done
	name := x.caller.Name()
	if x.certDID.IsZero() && !x.headerDID.IsZero() {
		x.place, d = charge(c.strangers, name, peerOf(x.r.RemoteAddr))
		return d
	}
	x.place, d = charge(c.usage, name, "")
	return d
}

// signerLimit charges the signer, now that its signature was verified, if
// somebody else could have been charged in its place so far.
func (c *Chain) signerLimit(x *exchange) *Denial {
	if !x.certDID.IsZero() || x.headerDID.IsZero() {
		return nil
	}
	signer, d := charge(c.usage, x.caller.Name(), "")
	if d != nil {
		return d
	}
	if !signer.hold(x.place.bytes) {
		signer.release()
		return limitDenial(errBodyShare)
	}
	x.place.release() // from here on it is the signer's own
	x.place = signer
	return nil
}

// unproved are the limits of what is done in the name of a DID from one address
// before its signature was verified: there may be many addresses.
func (l Limits) unproved() Limits {
	l.BodyBytesHeld = max(l.BodyBytes, l.BodyBytesHeld/8)
	return l
}

func charge(u *usage, name, address string) (*place, *Denial) {
	p, wait, err := u.acquire(name, address)
	if err != nil {
		d := limitDenial(err)
		d.RetryAfter = wait
		return nil, d
	}
	return p, nil
}

func limitDenial(err error) *Denial {
	d := deny(RateLimited, err)
	d.RetryAfter = retryAfterBusy
	if errors.Is(err, errBodyShare) {
		d.Hint = "The bodies of your requests in progress are too large together; try again when some are answered."
	}
	return d
}

// peerOf is the IPv4 address, or the IPv6 network of 64 bits, of a socket's
// address: whoever has one address of such a network has them all (RFC 4291
// section 2.5.4). What is neither is taken as it is.
func peerOf(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return remote
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return remote
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	network, _ := addr.Prefix(64) // 64 bits are always possible
	return network.String()
}
