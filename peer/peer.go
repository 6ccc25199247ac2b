package peer

import (
	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

// Peer is an agent that can be called. [Client.Discover] returns one whose DID
// is proved; one that is put together by hand is pinned all the same.
type Peer struct {
	// DID is who must answer.
	DID did.DID
	// URL is the endpoint for messages.
	URL string
	// Name is what its card calls it, printable and cut short. It proves nothing.
	Name string
	// Protocol is what it speaks: [card.V1], [card.V03] or [card.Reference].
	Protocol card.Dialect
	// Schemes are the signature schemes that its card offers.
	Schemes []signature.Scheme
}

// scheme is how requests to the peer are signed: bound to it where it
// understands that, else as every peer does.
func (p Peer) scheme() signature.Scheme { return signature.Prefer(p.Schemes) }
