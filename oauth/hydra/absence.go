package hydra

import (
	"context"
	"log/slog"
	"slices"

	"github.com/getbindu/bindu-go/identity/did"
)

// Missing looks for the registration of d and returns nil if it is there. If it
// is not, the error is [ErrClientDeleted] at the Hydra that had it and
// [ErrClientLost] at any other: one whose database is new, or of which nothing
// was recorded. Nothing is changed.
//
// Further errors: [ErrRegistrationCorrupt], oauth.ErrUnavailable, oauth.ErrInvalidResponse.
func (r *Registrar) Missing(ctx context.Context, d did.DID) error {
	if r.owned {
		defer r.cfg.HTTPClient.CloseIdleConnections()
	}
	_, found, err := r.admin.get(ctx, d)
	if found || err != nil {
		return err
	}
	deleted, _, err := r.deleted(ctx, d)
	switch {
	case err != nil:
		return err
	case deleted:
		return ErrClientDeleted
	default:
		return ErrClientLost
	}
}

// deleted reports whether a client that is not there was deleted: Hydra still
// has one of the signing keys that it had when the client was registered. A
// database that is new has none of them. It is not known while Hydra does not
// tell its keys.
func (r *Registrar) deleted(ctx context.Context, d did.DID) (deleted, recorded bool, err error) {
	known, err := recordedKeys(r.dir, d)
	if err != nil || len(known) == 0 {
		return false, false, err
	}
	keys, err := signingKeys(ctx, r.cfg)
	if err != nil {
		return false, true, err
	}
	return slices.ContainsFunc(keys, func(key string) bool { return slices.Contains(known, key) }), true, nil
}

// mayCreate decides about a client that is missing: one that was deleted stays so.
func (run *reconciliation) mayCreate(ctx context.Context) error {
	if run.recreate || run.writes > 0 {
		return nil
	}
	deleted, recorded, err := run.deleted(ctx, run.want.DID)
	switch {
	case err != nil:
		return err
	case deleted:
		return ErrClientDeleted
	case run.inherited:
		run.cfg.Logger.Warn("the client is gone from Hydra and is registered again: "+
			"if it was deleted on purpose, stop this agent and delete it once more",
			slog.String("client_id", run.want.DID.String()), slog.Bool("other_signing_keys", recorded))
	}
	return nil
}

// remember records at which Hydra the client is. Without the record a deletion
// cannot be told from a new database, which is no reason to stop an agent.
func (run *reconciliation) remember(ctx context.Context) {
	keys, err := signingKeys(ctx, run.cfg)
	if err == nil {
		err = run.recordKeys(run.want.DID, keys)
	}
	if err != nil {
		run.cfg.Logger.Warn("cannot record at which Hydra the client is registered: if it is deleted there, the next start registers it again",
			slog.Any("error", err))
	}
}
