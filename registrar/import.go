package registrar

import (
	"context"
	"crypto/ed25519"
	"errors"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/getbindu/bindu-go/identity/did"
)

// Errors of [Registrar.Import].
var (
	// ErrOtherKey: the client at the authorization server has not the key that was reviewed.
	ErrOtherKey = errors.New("the client at the authorization server has another key than that of the fingerprint")
	// ErrBound: the DID is bound already, to another key.
	ErrBound = errors.New("the DID is bound to another key already")
	// ErrNotAgent: the client is none of an agent.
	ErrNotAgent = errors.New("the client at the authorization server is none of an agent: its id is no DID that can be registered, or its metadata have no public key")
)

// Prospect is a client that was registered by another hand, as its operator reviews it.
type Prospect struct {
	DID did.DID
	Key ed25519.PublicKey
	// KeyBound is true where the DID follows from the key. Where it does not, nothing but
	// the client at the authorization server says whose key it is.
	KeyBound bool
	// Standing is what keeps it from being imported, "" for nothing.
	Standing string
	// Scopes are those that it has now, Changes what its first registration here changes.
	Scopes  []string
	Changes []Drift
}

// LeftOut are the clients of a page that can be no agent's here.
type LeftOut struct {
	// Others are how many have an id that is no DID: clients of other programs.
	Others int
	// Unfit are the ids of those that look like agents', and whose DID cannot be registered
	// here, or that have no Ed25519 key in their metadata.
	Unfit []string
}

// note counts a client that is left out.
func (l *LeftOut) note(document []byte) {
	var has struct {
		ID string `json:"client_id"`
	}
	if json.Unmarshal(document, &has) != nil || len(has.ID) < len(didPrefix) || !strings.EqualFold(has.ID[:len(didPrefix)], didPrefix) {
		l.Others++
		return
	}
	l.Unfit = append(l.Unfit, has.ID)
}

// didPrefix begins each DID; other programs name their clients otherwise.
const didPrefix = "did:"

// What keeps a client from being imported.
const (
	StandingBound    = "bound"
	StandingRevoked  = "revoked"
	StandingChanging = "changing"
)

// Prospects returns the agents among one page of the clients that the authorization
// server has, beginning with the page "", which of them can be none, and the next page,
// "" after the last. It changes nothing. Errors: [ErrStorage], a [*Refusal] with
// [Unavailable].
func (r *Registrar) Prospects(ctx context.Context, page string) (all []Prospect, left LeftOut, next string, err error) {
	documents, next, err := r.cfg.Clients.List(ctx, page)
	if err != nil {
		return nil, left, "", refuse(Unavailable, err)
	}
	err = r.cfg.Store.View(ctx, func(read Reader) error {
		for _, document := range documents {
			p, err := prospectIn(document)
			if err != nil {
				left.note(document)
			}
			if err != nil || p.DID == r.cfg.Self {
				continue // no agent
			}
			if err := r.review(read, &p, document); err != nil {
				return err
			}
			all = append(all, p)
		}
		return nil
	})
	return all, left, next, err
}

// prospectIn reads whose a client is.
func prospectIn(document []byte) (p Prospect, err error) {
	var has struct {
		ID    string `json:"client_id"`
		Scope string `json:"scope"`
	}
	if json.Unmarshal(document, &has) != nil {
		return p, errDocument
	}
	if p.DID, err = did.Parse(has.ID); err != nil || !registrable(p.DID) {
		return p, ErrNotAgent
	}
	if p.Key, err = did.DecodePublicKey(publicKeyIn(document)); err != nil {
		return p, errors.Join(ErrNotAgent, err)
	}
	p.KeyBound, p.Scopes = p.DID.BoundTo(p.Key), strings.Fields(has.Scope)
	return p, nil
}

// review adds what the database says of a client, and what would become of it.
func (r *Registrar) review(read Reader, p *Prospect, document []byte) error {
	rec, err := recordOf(read, p.DID)
	if err != nil {
		return err
	}
	withKey, err := read.RevokedWith(p.Key, 1)
	switch {
	case err != nil:
		return err
	case rec.Tombstone != nil && rec.Tombstone.Revoked:
		p.Standing = StandingRevoked
	case rec.Client != nil:
		p.Standing = StandingBound
	case len(withKey) > 0: // which keeps it from being bound
		p.Standing = StandingRevoked
	case rec.Intent != nil:
		p.Standing = StandingChanging
	}
	scopes, err := r.scopesOf(read, p.DID, rec.Client != nil && strings.HasPrefix(rec.Client.Voucher, voucherReference))
	if err != nil {
		return err
	}
	want, err := r.wanted(&Client{DID: p.DID}, Registration{Key: p.Key}, scopes)
	if err != nil {
		return err
	}
	changes, err := differences(document, want)
	p.Changes = slices.DeleteFunc(changes, func(d Drift) bool { return slices.Contains(saidByItself, d.Field) })
	return err
}

// saidByItself are members that an agent says itself, and that say nothing of what it may.
var saidByItself = []string{"client_name", "metadata.agent_url", "metadata.agent_id", "metadata.registered_at", "metadata." + memberRevision}

// Import binds a DID to the key that its client at the authorization server has, which
// must be that of the fingerprint that the operator reviewed. The client stays as it is
// until its agent registers here, by its key, for which it needs no enrolment token.
// already is true where the DID was bound to that key before. Errors: [ErrOwn],
// [ErrNoClient], [ErrNotAgent], [ErrOtherKey], [ErrBound], [ErrStorage], a [*Refusal]
// with [Revoked], [Busy] or [Unavailable].
func (r *Registrar) Import(ctx context.Context, d did.DID, fingerprint string) (already bool, err error) {
	if err := r.others(d); err != nil {
		return false, err
	}
	document, err := r.cfg.Clients.Get(ctx, d)
	switch {
	case errors.Is(err, ErrNoClient):
		return false, ErrNoClient
	case err != nil:
		return false, refuse(Unavailable, err)
	}
	p, err := prospectIn(document)
	switch {
	case err != nil:
		return false, err
	case p.DID != d, Fingerprint(p.Key) != fingerprint:
		return false, ErrOtherKey
	}
	err = r.cfg.Store.Change(ctx, func(tx Tx) (err error) {
		already, err = r.bindProspect(tx, p)
		return err
	})
	return already && err == nil, err
}

func (r *Registrar) bindProspect(tx Tx, p Prospect) (already bool, err error) {
	if err := tx.Lock(p.DID); err != nil {
		return false, err
	}
	now := r.cfg.Now()
	q := request{proof: proof{did: p.DID, key: p.Key}}
	c, err := tx.Client(p.DID)
	if err != nil {
		return false, err
	}
	if err := errors.Join(checkRevoked(tx, q, true), checkKey(tx, q)); err != nil {
		return false, err
	}
	if c != nil {
		keys, err := countingKeys(tx, p.DID, now)
		if err == nil && !hasKey(keys, p.Key) {
			err = ErrBound
		}
		return true, err
	}
	if in, err := tx.Intent(p.DID); err != nil || in != nil {
		return false, errors.Join(err, refuse(Busy, nil))
	}
	c = &Client{DID: p.DID, Address: addressImported, Voucher: voucherImported, BoundAt: now}
	return false, errors.Join(tx.SaveClient(c), tx.SaveKey(p.DID, Key{Public: p.Key, From: now}), tx.DeletePending(p.DID))
}

// addressImported stands for the address of DIDs that nobody asked to bind.
const addressImported = "import"

// isImported reports that a client was imported, and its agent has not registered yet.
func (c *Client) isImported() bool { return c.Voucher == voucherImported && c.Revision == 0 }
