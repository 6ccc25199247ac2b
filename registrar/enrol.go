package registrar

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/getbindu/bindu-go/internal/refusal"
)

// Vouchers of DIDs that no enrolment token bound; that of others is the token's id.
const (
	voucherOpen     = "open"
	voucherApproved = "approved"
	voucherImported = "imported"
	// voucherReference stands before the id of the token by which an agent of the
	// reference is known; voucherMoved is for one that proves its key since.
	voucherReference = "reference "
	voucherMoved     = "moved"
)

// errWaits: the agent waits for the operator. It is no refusal, and what the
// transaction stored stays.
var errWaits = errors.New("waits for approval")

// request is a registration whose signature was verified.
type request struct {
	proof
	reg     Registration
	address string
	// bearer is true where reg.Token is all that shows who asks: no key is proved.
	bearer bool
	// newSecret is true where the agent says that it never sent the secret before.
	newSecret bool
}

// known returns the client of the request, nil where nobody has the DID. Another key
// than its own is refused.
func (r *Registrar) known(tx Tx, q request, now time.Time) (*Client, error) {
	c, err := tx.Client(q.did)
	if err != nil || c == nil {
		return nil, err
	}
	keys, err := countingKeys(tx, q.did, now)
	if err != nil {
		return nil, err
	}
	if !hasKey(keys, q.key) {
		return nil, notItsKey(tx, q, "the DID has another key")
	}
	return c, nil
}

// checkRevoked refuses a DID that is revoked, known or not.
func checkRevoked(tx Tx, q request, known bool) error {
	t, err := tx.Tombstone(q.did)
	switch {
	case err != nil:
		return err
	case t == nil || !t.Revoked:
		return nil
	case known || q.did.BoundTo(q.key):
		return refuse(Revoked, nil)
	}
	return notItsKey(tx, q, "the DID is revoked")
}

// notItsKey is what a stranger would be told of a DID that nobody has: who has
// not the key learns nothing of it. So one whose own key was revoked is told that, too.
func notItsKey(tx Tx, q request, cause string) error {
	if q.bearer {
		return &Refusal{Word: TokenRefused, Hint: hintOtherKey, Cause: errors.New(cause)}
	}
	if err := checkKey(tx, q); err != nil {
		return err
	}
	if q.reg.Token != "" {
		return refuse(TokenRefused, errors.New(cause))
	}
	return refuse(refusal.NotKeyBound, errors.New(cause))
}

// checkKey refuses a key that is that of a DID which is revoked: under another name it
// is the same agent, or the same thief.
func checkKey(tx Tx, q request) error {
	revoked, err := tx.RevokedWith(q.key, 1)
	if err == nil && len(revoked) > 0 {
		err = refuse(Revoked, fmt.Errorf("the key is that of %s, which is revoked", revoked[0]))
	}
	return err
}

// enrol binds a DID that is not known to its key, if somebody vouches for it.
func (r *Registrar) enrol(tx Tx, q request, now time.Time) (*Client, error) {
	if err := checkKey(tx, q); err != nil {
		return nil, err
	}
	keyBound := q.did.BoundTo(q.key)
	switch {
	case q.reg.Token != "":
		return r.enrolWithToken(tx, q, now)
	case !keyBound:
		return nil, refuse(refusal.NotKeyBound, nil)
	case r.cfg.Mode == ModeOpen:
		return r.bind(tx, q, voucherOpen, now)
	case r.cfg.Mode == ModeApprove:
		return nil, r.wait(tx, q, now)
	}
	return nil, refuse(TokenRequired, nil)
}

func (r *Registrar) enrolWithToken(tx Tx, q request, now time.Time) (*Client, error) {
	t, err := tx.Token(tokenHash(q.reg.Token))
	if err != nil {
		return nil, err
	}
	if t == nil {
		return nil, refuse(TokenRefused, errors.New("not known"))
	}
	if fault := t.fault(q.did, q.key, now); fault != "" {
		return nil, refuse(TokenRefused, errors.New(fault))
	}
	t.Uses++
	voucher := t.ID
	if q.bearer {
		t.Reference, voucher = q.did, voucherReference+t.ID
	}
	c, err := r.bind(tx, q, voucher, now)
	if err != nil {
		return nil, err
	}
	return c, tx.SaveToken(*t)
}

// bind stores who has a DID from now on.
func (r *Registrar) bind(tx Tx, q request, voucher string, now time.Time) (*Client, error) {
	n, err := tx.CountClients(q.address)
	if err != nil {
		return nil, err
	}
	if n >= r.cfg.MaxDIDsPerAddress {
		return nil, refuse(refusal.QuotaExceeded, nil)
	}
	c := &Client{DID: q.did, Address: q.address, Voucher: voucher, BoundAt: now}
	return c, errors.Join(tx.SaveClient(c), tx.SaveKey(q.did, Key{Public: q.key, From: now}), tx.DeletePending(q.did))
}

// wait puts the DID on the list of those that wait, or leaves it there: errWaits.
func (r *Registrar) wait(tx Tx, q request, now time.Time) error {
	all, err := tx.AllPending(now)
	if err != nil {
		return err
	}
	ofAddress := 0
	for _, p := range all {
		if p.DID == q.did && bytes.Equal(p.Key, q.key) {
			return errWaits
		}
		if p.Address == q.address {
			ofAddress++
		}
	}
	if len(all) >= r.cfg.MaxPending || ofAddress >= r.cfg.MaxPendingPerAddress {
		return &Refusal{Word: PendingFull, RetryAfter: time.Minute}
	}
	p := Pending{DID: q.did, Key: q.key, Address: q.address, At: now, Until: now.Add(r.cfg.PendingFor)}
	if err := tx.SavePending(p, now); err != nil {
		return err
	}
	return errWaits
}
