package peer

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/did"
)

// CardState is what became of the signature of a peer's card.
type CardState string

// The states.
const (
	// CardVerified: the peer's assertion key signed what was read of the card, and who
	// vouches for that key is somebody else than card and document.
	CardVerified CardState = "verified"
	// CardUnverified: it is signed, but no key of the peer is known for certain. Where
	// the peer's DID document has the key, at least the two agree.
	CardUnverified CardState = "unverified"
	// CardUnsigned: it is not signed, and the peer's DID document has no key for that,
	// as with agents of the reference and of A2A 0.3.
	CardUnsigned CardState = "unsigned"
)

// Voucher is who says that the registered key, which vouches for the assertion key, is
// the peer's.
type Voucher string

// The vouchers.
const (
	// VoucherDID: the DID itself, which is derived from the key.
	VoucherDID Voucher = "did"
	// VoucherKeys is [Config.Keys].
	VoucherKeys Voucher = "registered"
)

// CardProof is what the signature of a peer's card proves, beside the certificate.
type CardProof struct {
	State CardState
	// KeyID names the key in the peer's DID document, and Voucher who vouches for it;
	// both are empty unless the card is verified.
	KeyID   string
	Voucher Voucher
}

// maxDocument bounds a DID document, in bytes.
const maxDocument = 64 << 10

// proveCard checks the signature of a card with the key that the peer's DID document
// binds to the peer. The document counts for nothing by itself: the statement in it is
// by a key that the DID is derived from, or that [Config.Keys] knows.
func (c *Client) proveCard(ctx context.Context, base *url.URL, found *foundCard) (CardProof, error) {
	d := found.peer.DID
	doc, err := asking(ctx, c, base, func() (*did.Document, error) { return c.readDocument(ctx, base, found) })
	switch {
	case err != nil:
		return CardProof{}, fmt.Errorf("%w: %w", ErrCardKey, err)
	case doc == nil:
		if found.info.Signed() {
			return CardProof{State: CardUnverified}, nil
		}
		return CardProof{State: CardUnsigned}, nil
	case !found.info.Signed():
		return CardProof{}, fmt.Errorf("%w: it has no signature, and the peer's DID document has a key for one", ErrCardSignature)
	}
	proof := CardProof{State: CardVerified, KeyID: did.AssertionKeyID(d)}
	var registered ed25519.PublicKey
	if registered, proof.Voucher, err = c.knownKey(ctx, d, doc); err != nil {
		return CardProof{}, fmt.Errorf("%w: %w", ErrCardKey, err)
	}
	if registered == nil {
		registered, proof = claimedKey(doc), CardProof{State: CardUnverified}
	}
	key, err := doc.AssertionKey(d, registered)
	if err == nil {
		err = found.info.Verify(d, key)
	}
	if err != nil {
		return CardProof{}, fmt.Errorf("%w: %w", ErrCardSignature, err)
	}
	found.trust(registered, proof)
	return proof, nil
}

// knownKey returns the key that is the peer's whoever wrote the document, nil where
// none is known.
func (c *Client) knownKey(ctx context.Context, d did.DID, doc *did.Document) (ed25519.PublicKey, Voucher, error) {
	if key := doc.BoundKey(d); key != nil {
		return key, VoucherDID, nil
	}
	if c.cfg.Keys == nil {
		return nil, "", nil
	}
	key, err := c.cfg.Keys(ctx, d)
	return key, VoucherKeys, err
}

// claimedKey is what the document says the registered key is, nil if it says nothing.
func claimedKey(doc *did.Document) ed25519.PublicKey {
	if len(doc.Authentication) == 0 {
		return nil
	}
	key, err := did.DecodePublicKey(doc.Authentication[0].PublicKeyBase58)
	if err != nil {
		return nil
	}
	return key
}

// readDocument reads the DID document of the peer, on a connection that proves d. It is
// nil where the peer says that there is none, and where it has no second key. Whatever
// else comes in its place is an error: it would make a card look unsigned that is not.
func (c *Client) readDocument(ctx context.Context, base *url.URL, found *foundCard) (*did.Document, error) {
	d := found.peer.DID
	transport, err := c.pool(connections{peer: d})
	if err != nil {
		return nil, err
	}
	a, err := c.get(ctx, httpClient(roundTripper{transport}), base.JoinPath(did.PathDocument).String(), maxDocument)
	switch {
	case errors.Is(err, ErrRedirect), errors.Is(err, ErrTooLarge), errors.Is(err, ErrReply):
		return nil, badDocument(err.Error())
	case err != nil:
		return nil, err
	case a.status == http.StatusOK:
		return parseDocument(a.body, d)
	}
	refused := parseRefusal(a, c.cfg.Now())
	switch {
	case a.status == http.StatusNotFound || isAbsent(*found, refused):
		return nil, nil
	case isPassing(a.status):
		return nil, refused
	}
	return nil, badDocument("the answer is neither a document nor 404: " + refused.Error())
}

// isPassing reports a status that says that another answer may come later.
func isPassing(status int) bool {
	return status >= 500 || status == http.StatusRequestTimeout || status == http.StatusTooManyRequests
}

// isAbsent reports the answer that agents of the reference give to strangers at each path
// that they do not serve: 401, with an error of JSON-RPC.
func isAbsent(found foundCard, refused *Refusal) bool {
	return refused.Status == http.StatusUnauthorized && refused.Code != 0 && found.info.ProtocolVersion == card.Reference
}
