package registrar

import (
	"context"
	"errors"
	"log/slog"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
)

// ErrNoSecret: the DID is not registered, so that there is no secret to end.
var ErrNoSecret = errors.New("the DID is not registered: there is no secret to end")

// ErrNotMoved: the client was made by another hand and imported, so that its secret is not
// known here, and would not be known again.
var ErrNotMoved = errors.New("the client was imported, and its agent has not registered here yet: its secret is not known here, and could be registered again. Revoke the DID, which deletes the client, and restore it when its agent has another secret")

// EndSecret ends the secret of a client, and with it all that was obtained by it: client
// and tokens are deleted at the authorization server, and from now on the DID counts as
// not registered until its agent, which is told so when it asks, registers with another
// secret. DID, key and scopes stay. removed is true when they are gone; until then that
// is tried again ([Registrar.Finish]). Errors: [ErrOwn], [ErrUnknown], [ErrNoSecret],
// [ErrNotMoved], [ErrStorage].
func (r *Registrar) EndSecret(ctx context.Context, d did.DID) (removed bool, err error) {
	if err := r.others(d); err != nil {
		return false, err
	}
	var in *Intent
	err = r.operate(ctx, func(tx Tx) error {
		if err := tx.Lock(d); err != nil {
			return err
		}
		c, err := tx.Client(d)
		if err != nil {
			return err
		}
		if err := hasSecret(tx, c); err != nil {
			return err
		}
		c.endSecrets(r.cfg.Now())
		in, err = r.intendRemoval(tx, d)
		return errors.Join(err, tx.SaveClient(c), forgetAnnouncements(tx, d))
	})
	if err != nil {
		return false, err
	}
	r.hub.endOf(d, revocation.EndUnregistered)
	if in == nil {
		return false, nil // who has the lease deletes what it writes
	}
	removing, cancel := context.WithTimeout(ctx, removalWait)
	defer cancel()
	if err := r.remove(removing, *in); err != nil {
		r.cfg.Logger.Warn("a client whose secret was ended could not be deleted at the authorization server yet",
			slog.String("client_id", d.String()), slog.Any("error", err))
		return false, nil
	}
	return true, nil
}

// hasSecret refuses a client that has no secret, none under way, and had none with which
// its agent could come back after a restoration.
func hasSecret(tx Tx, c *Client) error {
	if c == nil {
		return ErrUnknown
	}
	t, err := tx.Tombstone(c.DID)
	if err != nil {
		return err
	}
	in, err := tx.Intent(c.DID)
	if err == nil && (t != nil && t.Revoked || c.Document == nil && in == nil && !c.SecretEnded && len(c.Secrets) == 0) {
		err = ErrNoSecret
		if c.isImported() && (t == nil || !t.Revoked) {
			err = ErrNotMoved
		}
	}
	return err
}

// intendEnd begins the deletion of a client whose DID stays as it is, unless somebody is
// changing it.
func (r *Registrar) intendEnd(tx Tx, d did.DID) (*Intent, error) {
	in, err := tx.Intent(d)
	if err != nil {
		return nil, err
	}
	if now := r.cfg.Now(); in != nil && now.Before(in.Until) {
		return nil, beingChanged(in, now)
	}
	return r.intendRemoval(tx, d)
}

// whyRemoved is the word for a change that ended with a deletion.
func whyRemoved(read Reader, d did.DID) (*Refusal, error) {
	_, revoked, err := standing(read, d)
	if err != nil || revoked {
		return refuse(Revoked, nil), err
	}
	c, err := read.Client(d)
	if c != nil && c.SecretEnded {
		return refuse(SecretEnded, nil), err
	}
	return refuse(Revoked, nil), err
}
