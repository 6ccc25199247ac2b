package registrar

import (
	"errors"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

const (
	hintOtherKey   = "The DID is bound to another key, and none is changed this way: the agent needs its old private.pem, or another DID."
	hintCredential = "The path needs an enrolment token for exactly this author and name, for one DID, that was not used up, has not expired and was not ended; once it has bound a DID, it is for that DID alone."
)

func noCredential(cause string) *Refusal {
	return &Refusal{Word: TokenRefused, Hint: hintCredential, Cause: errors.New(cause)}
}

// credentialFault says why a token opens nothing to an agent of the reference.
func (t *Token) credentialFault(now time.Time) string {
	switch {
	case !t.Reference.IsZero():
		return "" // it ends with its DID, or when it is deleted
	case t.MaxUses != 1 || strings.ContainsAny(t.Author+t.Name, patternBytes):
		return "not for one DID of one author and name"
	case t.Uses >= t.MaxUses:
		return "used up"
	case !now.Before(t.Expires):
		return "expired"
	}
	return ""
}

// opens reports whether the token is, or can become, the credential of a DID.
func (t *Token) opens(d did.DID) bool {
	if !t.Reference.IsZero() {
		return t.Reference == d
	}
	author, name := segments(d)
	return author == t.Author && name == t.Name
}

// isCredential reports whether a client is known by a token: not any more where its
// agent has proved its key since, or has got another token.
func (c *Client) isCredential(t *Token) bool { return c.Voucher == voucherReference+t.ID }

// checkBearer refuses a token that is not the credential of the DID, nor can become it.
func checkBearer(tx Tx, q request, now time.Time) error {
	if !q.bearer {
		return nil
	}
	t, err := tx.Token(tokenHash(q.reg.Token))
	if err != nil {
		return err
	}
	c, err := tx.Client(q.did)
	switch {
	case err != nil:
		return err
	case t == nil:
		return noCredential("not known")
	case t.credentialFault(now) != "":
		return noCredential(t.credentialFault(now))
	case !t.opens(q.did):
		return noCredential("made for another DID")
	case c == nil && t.Reference.IsZero(), c != nil && c.isCredential(t):
		return nil
	case c != nil && t.Reference.IsZero() && c.takesCredential():
		return nil
	}
	return noCredential("the DID is not known by it, or not any more")
}

// takesCredential reports whether an agent of the reference may get a token for a DID
// that is bound: one that proved its key does not lose it to who has a token alone.
func (c *Client) takesCredential() bool {
	return strings.HasPrefix(c.Voucher, voucherReference) || c.isImported()
}

// holdCredential lets a client be known by the token that its agent brings, in place of
// what it was known by. Who proves its key needs none from then on.
func holdCredential(tx Tx, q request, c *Client) error {
	if !q.bearer {
		if strings.HasPrefix(c.Voucher, voucherReference) {
			c.Voucher = voucherMoved
		}
		return nil
	}
	t, err := tx.Token(tokenHash(q.reg.Token))
	if err != nil || t == nil || c.isCredential(t) {
		return err
	}
	t.Uses++
	t.Reference, c.Voucher = q.did, voucherReference+t.ID
	return tx.SaveToken(*t)
}
