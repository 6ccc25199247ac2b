package operator

import (
	"context"
	"encoding/json"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
)

func (h *handler) createToken(ctx context.Context, q NewToken) (Token, error) {
	t, text, err := h.registry.CreateToken(ctx, registrar.TokenRequest{
		Author: q.Author, Name: q.Name, MaxUses: q.Uses, Lifetime: q.Lifetime,
	})
	if err != nil {
		return Token{}, err
	}
	made := tokenOf(t)
	made.Text = string(text)
	return made, nil
}

func (h *handler) tokens(ctx context.Context, _ nothing) ([]Token, error) {
	all, err := h.registry.Tokens(ctx)
	list := make([]Token, 0, len(all))
	for _, t := range all {
		list = append(list, tokenOf(t))
	}
	return list, err
}

func tokenOf(t registrar.Token) Token {
	return Token{ID: t.ID, Author: t.Author, Name: t.Name, Uses: t.Uses, MaxUses: t.MaxUses, Created: t.Created.UTC(), Expires: t.Expires.UTC(), Reference: t.Reference.String()}
}

func (h *handler) revokeToken(ctx context.Context, q named) (nothing, error) {
	found, err := h.registry.DeleteToken(ctx, q.ID)
	if err == nil && !found {
		err = errTokenUnknown
	}
	return nothing{}, err
}

func (h *handler) pending(ctx context.Context, _ nothing) ([]Waiting, error) {
	all, err := h.registry.Pending(ctx)
	list := make([]Waiting, 0, len(all))
	for _, p := range all {
		list = append(list, waitingOf(p))
	}
	return list, err
}

func waitingOf(p registrar.Pending) Waiting {
	return Waiting{DID: p.DID.String(), Fingerprint: registrar.Fingerprint(p.Key), Address: p.Address, Since: p.At.UTC(), Until: p.Until.UTC()}
}

func (h *handler) approve(ctx context.Context, q about) (nothing, error) {
	d, err := did.Parse(q.DID)
	if err == nil {
		err = h.registry.Approve(ctx, d, q.Fingerprint)
	}
	return nothing{}, err
}

func (h *handler) deny(ctx context.Context, q about) (nothing, error) {
	d, err := did.Parse(q.DID)
	if err == nil {
		err = h.registry.Deny(ctx, d, q.Fingerprint)
	}
	return nothing{}, err
}

func (h *handler) revoke(ctx context.Context, q about) (Revocation, error) {
	d, err := did.Parse(q.DID)
	if err != nil {
		return Revocation{}, err
	}
	done, err := h.registry.Revoke(ctx, d, q.Note)
	return Revocation{DID: d.String(), Tombstone: tombstoneOf(done.Tombstone), Bound: done.Bound, Removed: done.Removed}, err
}

func (h *handler) restore(ctx context.Context, q about) (nothing, error) {
	d, err := did.Parse(q.DID)
	if err == nil {
		_, err = h.registry.Restore(ctx, d, q.Note)
	}
	return nothing{}, err
}

func (h *handler) grant(ctx context.Context, q about) (Granted, error) {
	d, err := did.Parse(q.DID)
	if err == nil {
		err = h.registry.Grant(ctx, d, q.Scopes)
	}
	now := Granted{Scopes: q.Scopes, Usual: h.registry.Scopes()}
	if len(now.Scopes) == 0 {
		now.Scopes = now.Usual
	}
	return now, err
}

func (h *handler) newEpoch(ctx context.Context, _ nothing) (Epoch, error) {
	was, is, err := h.registry.NewEpoch(ctx)
	return Epoch{Was: was.Epoch, Is: is.Epoch, Seq: is.Seq}, err
}

// perPage is how many clients one answer has at most.
const perPage = 100

func (h *handler) clients(ctx context.Context, q page) ([]Agent, error) {
	var after did.DID
	if q.After != "" {
		var err error
		if after, err = did.Parse(q.After); err != nil {
			return nil, err
		}
	}
	all, err := h.registry.Records(ctx, after, perPage)
	list := make([]Agent, 0, len(all))
	for _, rec := range all {
		one := h.agentOf(rec.DID, rec)
		one.Document = nil
		list = append(list, one)
	}
	return list, err
}

func (h *handler) show(ctx context.Context, q about) (Agent, error) {
	d, err := did.Parse(q.DID)
	if err != nil {
		return Agent{}, err
	}
	rec, err := h.registry.Show(ctx, d)
	if err != nil {
		return Agent{}, err
	}
	return h.agentOf(d, rec), nil
}

func (h *handler) agentOf(d did.DID, rec registrar.Record) Agent {
	a := Agent{DID: d.String(), State: StateUnknown, Keys: []Key{}, Granted: append([]string{}, rec.Scopes...), Changing: rec.Intent != nil}
	if rec.Pending != nil {
		waits := waitingOf(*rec.Pending)
		a.State, a.Waiting = StatePending, &waits
	}
	if c := rec.Client; c != nil {
		a.State, a.Voucher, a.Address, a.Bound = StateBound, c.Voucher, c.Address, c.BoundAt.UTC()
		if c.Document != nil {
			a.State, a.Document = StateRegistered, json.RawMessage(c.Document)
		}
	}
	for _, k := range rec.Keys {
		a.Keys = append(a.Keys, Key{did.EncodePublicKey(k.Public), registrar.Fingerprint(k.Public), k.From.UTC(), k.Until})
	}
	if t := rec.Tombstone; t != nil {
		last := tombstoneOf(*t)
		a.Tombstone = &last
		if t.Revoked {
			a.State = StateRevoked
		}
	}
	return a
}

func tombstoneOf(t registrar.Tombstone) Tombstone {
	return Tombstone{Revoked: t.Revoked, Seq: t.Seq, At: t.At.UTC(), Note: t.Note}
}
