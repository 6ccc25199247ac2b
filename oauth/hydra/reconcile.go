package hydra

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"slices"

	ory "github.com/ory/hydra-client-go/v2"
)

// reconciliation is one run of Reconcile. Each round looks at the registration
// afresh, takes at most one step towards what is wanted, and so reads back
// what the round before wrote.
type reconciliation struct {
	*Registrar
	want        Wanted
	credentials *Credentials // nil until there is a secret
	inherited   bool         // the secret was on disk when the run began
	setSecret   bool         // Hydra has to be told the secret
	writes      int          // documents written so far
	rejections  int          // proofs that failed for the secret
	action      Action
	drift       []Drift
}

func (r *Registrar) begin(w Wanted) (*reconciliation, error) {
	run := &reconciliation{Registrar: r, want: w.withDefaults(), action: Unchanged}
	if err := run.loadCredentials(); err != nil {
		return nil, err
	}
	return run, nil
}

func (run *reconciliation) loadCredentials() error {
	found, err := LoadCredentials(run.dir, run.want.DID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	run.credentials, run.inherited = found, true
	if found.AgentID != "" {
		run.want.AgentID = found.AgentID
	}
	return nil
}

// round takes one step; settled means that there was nothing left to do.
func (run *reconciliation) round(ctx context.Context) (settled bool, err error) {
	client, found, err := run.admin.get(ctx, run.want.DID)
	if err != nil {
		return false, err
	}
	if !found {
		return false, run.create(ctx)
	}
	if err := run.claim(ctx, client); err != nil {
		return false, errors.Join(err, run.dropUnusedSecret(err))
	}
	lacks := run.want.repair(client, run.cfg.Now())
	if len(lacks.drift) > 0 && !run.ignorable(lacks.drift) || run.setSecret {
		return false, run.update(ctx, client, lacks)
	}
	return run.prove(ctx)
}

// create registers the client. Losing a race for it is no error: the next
// round looks at what the winner registered.
func (run *reconciliation) create(ctx context.Context) error {
	if err := run.mayCreate(ctx); err != nil {
		return err
	}
	if err := run.ensureSecret(); err != nil {
		return err
	}
	err := run.admin.create(ctx, run.want.client(run.credentials.ClientSecret, run.cfg.Now()))
	if errors.Is(err, errConflict) {
		return nil
	}
	if err != nil {
		return err
	}
	run.writes++
	run.setSecret, run.action = false, Created
	if run.inherited {
		run.action = Recreated
	}
	return nil
}

// update mends what the registration lacks, and tells Hydra our secret.
func (run *reconciliation) update(ctx context.Context, client *ory.OAuth2Client, lacks repair) error {
	drift := lacks.drift
	if run.setSecret {
		drift = append(drift, Drift{Field: "client_secret", Was: "not ours", Want: "ours"})
	}
	run.logDrift(drift)
	err := run.admin.patch(ctx, run.want.DID, lacks.complete(client, run.credentials.ClientSecret))
	if errors.Is(err, ErrNoClient) {
		return nil // deleted meanwhile: the next round decides what that means
	}
	if err != nil {
		return err
	}
	run.writes++
	run.setSecret = false
	run.drift = append(run.drift, drift...)
	if run.action == Unchanged {
		run.action = Repaired
	}
	return nil
}

// ignorable reports that the only difference left is a token strategy that
// was written and not kept: an old Hydra does not know the field, but may issue
// JWTs all the same. The proof tells.
func (run *reconciliation) ignorable(drift []Drift) bool {
	return run.writes > 0 && len(drift) == 1 && drift[0].Field == "access_token_strategy"
}

// prove asks for the kind of token the agent will need. A rejected secret is
// one more thing to repair, once.
func (run *reconciliation) prove(ctx context.Context) (settled bool, err error) {
	token, err := requestToken(ctx, run.cfg, tokenRequest{
		credentials: run.credentials, scopes: run.want.Scopes, audience: run.want.Audience,
	})
	if errors.Is(err, ErrSecretRejected) && run.rejections < 2 {
		run.rejections++
		run.setSecret = true
		if !run.inherited {
			run.action = Adopted // a race was lost to another holder of our key
		}
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if run.want.AccessTokenJWT && !isJWT(token.Value) {
		return false, ErrOpaqueToken
	}
	return true, nil
}

// finish brings the record of agent id and scopes up to date. They only inform
// people, so failing to write them is no reason to stop.
func (run *reconciliation) finish() Result {
	c := *run.credentials
	if c.AgentID != run.want.AgentID || !slices.Equal(c.Scopes, run.want.Scopes) {
		c.AgentID, c.Scopes = run.want.AgentID, run.want.Scopes
		if err := SaveCredentials(run.dir, &c); err != nil {
			run.cfg.Logger.Warn("cannot record the registered scopes", slog.Any("error", err))
		}
	}
	run.cfg.Logger.Info("client registration proved", slog.String("client_id", c.ClientID), slog.String("action", string(run.action)))
	return Result{Credentials: &c, Action: run.action, Drift: run.drift}
}

func (run *reconciliation) logDrift(drift []Drift) {
	for _, d := range drift {
		run.cfg.Logger.Warn("client registration differs, repairing it", slog.String("client_id", run.want.DID.String()),
			slog.String("field", d.Field), slog.String("was", d.Was), slog.String("want", d.Want))
	}
}
