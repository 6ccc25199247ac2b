package main

import "github.com/getbindu/bindu-go/peer"

// cardLine says whether the peer's card is as the peer signed it, and by whose word.
func cardLine(c peer.CardProof) string {
	switch c.State {
	case peer.CardVerified:
		by := "the key that is registered for the peer"
		if c.Voucher == peer.VoucherDID {
			by = "the key that its DID is derived from"
		}
		return "card: signed by " + c.KeyID + ", bound to the peer by " + by
	case peer.CardUnverified:
		return "card: signed, but no key of the peer is known to verify that with (DID__PINNED_KEYS names one)"
	}
	return "card: not signed"
}
