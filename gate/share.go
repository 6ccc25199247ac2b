package gate

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/getbindu/bindu-go/quota"
)

var (
	errInFlight = errors.New("too many requests in flight")
	errRate     = errors.New("rate exceeded")
	errTooMany  = errors.New("too many callers at once")
)

// retryAfterBusy is what a caller is asked to wait until some of its bodies are
// given back.
const retryAfterBusy = time.Second

// shares are what callers use of what each of them may.
type shares struct {
	used   *quota.Counter
	limits quota.Limits
}

// share is what one caller may use.
func (l Limits) share() quota.Limits {
	return quota.Limits{Rate: l.Rate, Burst: l.Burst, Concurrent: l.InFlight, Bytes: l.BodyBytesHeld}
}

// unproved is what may be done in the name of a DID from one address before its
// signature was verified: there may be many addresses.
func (l Limits) unproved() quota.Limits {
	l.BodyBytesHeld = max(l.BodyBytes, l.BodyBytesHeld/8)
	return l.share()
}

// limit charges the caller on whom the proofs agreed before its body is read,
// and gives nothing back when the request fails.
//
// Certificate and token prove the name. A token alone does not until the
// signature is verified: whoever got hold of one could use up the share of its
// owner. So until then it is the DID at this address that pays. Where no
// signature will come the token is all there is, and its caller pays.
func (c *Chain) limit(x *exchange) (d *Denial) {
	payer := quota.Payer{Name: x.caller.Name()}
	if x.certDID.IsZero() && !x.headerDID.IsZero() {
		payer.Address = peerOf(x.r.RemoteAddr)
		x.place, d = c.strangers.charge(payer)
		return d
	}
	x.place, d = c.callers.charge(payer)
	return d
}

// signerLimit charges the signer, now that its signature was verified, if
// somebody else could have been charged in its place so far. Whoever has a request
// of the signer's can send it again: a copy is not charged to the signer.
func (c *Chain) signerLimit(x *exchange) *Denial {
	if !x.certDID.IsZero() || x.headerDID.IsZero() {
		return nil
	}
	if d := c.knownReplay(x); d != nil {
		return d
	}
	signer, d := c.callers.charge(quota.Payer{Name: x.caller.Name()})
	if d != nil {
		return d
	}
	if !signer.Hold(x.place.Held()) {
		signer.Release()
		return limitDenial(errBodyShare)
	}
	x.place.Release() // from here on it is the signer's own
	x.place = signer
	return nil
}

func (s shares) charge(p quota.Payer) (*quota.Place, *Denial) {
	place, err := s.used.Acquire(p, s.limits)
	if err != nil {
		return nil, limitDenial(err)
	}
	return place, nil
}

func limitDenial(err error) *Denial {
	d := deny(RateLimited, err)
	d.RetryAfter = retryAfterBusy
	if exceeded, ok := errors.AsType[*quota.Error](err); ok {
		d.RetryAfter, d.Cause = exceeded.RetryAfter, limitCause(exceeded)
	}
	if errors.Is(err, errBodyShare) {
		d.Hint = "The bodies of your requests in progress are too large together; try again when some are answered."
	}
	return d
}

// limitCause says which of our limits it was; the operator's own quotas have
// words of their own.
func limitCause(err *quota.Error) error {
	switch err.Limit {
	case quota.Concurrent:
		return errInFlight
	case quota.Rate:
		return errRate
	case quota.Callers:
		return errTooMany
	default:
		return err
	}
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
