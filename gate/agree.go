package gate

import "github.com/getbindu/bindu-go/identity/did"

// Names are the callers that the three proofs name. A zero DID means that the
// proof was not asked for; a header is always there when a signature is.
type Names struct {
	Certificate, Token, Header did.DID
}

// Agree returns the one name on which all given proofs agree, byte for byte,
// or the reason why there is none: [IdentityMismatch] when certificate and
// token (or, without a token, header) differ, [DIDMismatch] when the header
// claims another name than the token's.
func Agree(n Names) (did.DID, Reason) {
	if n.Header.IsZero() {
		return did.DID{}, MissingSignature
	}
	if !n.Certificate.IsZero() && !n.Token.IsZero() && n.Certificate != n.Token {
		return did.DID{}, IdentityMismatch
	}
	if !n.Token.IsZero() && n.Header != n.Token {
		return did.DID{}, DIDMismatch
	}
	if !n.Certificate.IsZero() && n.Header != n.Certificate {
		return did.DID{}, IdentityMismatch
	}
	if n.Certificate.IsZero() && n.Token.IsZero() {
		return did.DID{}, IdentityMismatch
	}
	return n.Header, ""
}

// oneName finds the name on which the proofs agree.
func (c *Chain) oneName(x *exchange) *Denial {
	if c.cfg.TokenOnly && x.tokenDID.IsZero() {
		x.caller.DID = did.DID{}
		return nil
	}
	agreed, reason := Agree(Names{Certificate: x.certDID, Token: x.tokenDID, Header: x.headerDID})
	if reason != "" {
		return deny(reason, nil)
	}
	x.caller.DID = agreed
	return nil
}
