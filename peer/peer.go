package peer

import (
	"crypto/ed25519"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

// Peer is an agent that can be called. [Client.Discover] returns one whose DID
// is proved; one that is put together by hand is pinned all the same.
type Peer struct {
	// DID is who must answer.
	DID did.DID
	// URL is the endpoint for messages in the binding.
	URL string
	// Binding is how it is spoken to; "" is JSON-RPC. The others need A2A 1.0, and a
	// peer that takes octets-1.
	Binding Binding
	// Tenant is what its card wants named in each request (A2A 1.0 section 8.3.2); ""
	// for nothing. It needs A2A 1.0.
	Tenant string
	// Name is what its card calls it, printable and cut short. It proves nothing.
	Name string
	// Protocol is what it speaks: [card.V1], [card.V03] or [card.Reference].
	Protocol card.Dialect
	// Schemes are the signature schemes that its card offers.
	Schemes []signature.Scheme
	// SignedAnswers has every answer demanded with a signature by Key, and any other
	// refused. Discover sets it for a peer whose card is verified and offers that; who
	// sets it himself wants nothing to do with a peer that does not sign.
	SignedAnswers bool
	// Key is that of the peer's DID, if somebody else than the peer vouches for it.
	Key ed25519.PublicKey
	// Card is what the signature of its card proves; the zero value for a peer that
	// was put together by hand.
	Card CardProof
}

// scheme is how requests to the peer are signed: bound to it where it
// understands that, else as every peer does.
func (p Peer) scheme() signature.Scheme { return signature.Prefer(p.Schemes) }
