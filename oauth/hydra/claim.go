package hydra

import (
	"context"
	"errors"
	"log/slog"

	ory "github.com/ory/hydra-client-go/v2"
)

// claim decides whether the registration is ours to change, and makes a secret
// for it if we have none.
func (run *reconciliation) claim(ctx context.Context, client *ory.OAuth2Client) error {
	switch key := keyOf(client, run.want); {
	case key == keyOurs:
	case run.takeover:
		run.cfg.Logger.Warn("taking over a registration with another key", slog.String("client_id", run.want.DID.String()))
	default:
		if err := run.recognise(ctx, client, key); err != nil {
			return err
		}
	}
	if run.credentials != nil {
		return nil
	}
	run.setSecret, run.action = true, Adopted
	return run.ensureSecret()
}

// recognise looks for proof that a registration without our public key is ours
// nevertheless: somebody who updates a client without its metadata removes the
// key, and resets the authentication method too.
func (run *reconciliation) recognise(ctx context.Context, client *ory.OAuth2Client, key registeredKey) error {
	if !run.inherited && run.writes == 0 {
		return ErrDIDTaken
	}
	method := client.GetTokenEndpointAuthMethod()
	if method != authMethod && method != "client_secret_basic" {
		return ErrDIDTaken
	}
	_, err := requestToken(ctx, run.cfg, tokenRequest{credentials: run.credentials, basic: method != authMethod})
	switch {
	case errors.Is(err, ErrSecretRejected):
		return ErrDIDTaken
	case err != nil && !errors.Is(err, errGrantNotAllowed): // which it answers only to the right secret
		return err
	case key == keyOther:
		return errOwnKeyChanged
	default:
		return nil
	}
}

// ensureSecret makes and saves a secret unless there is one. What Hydra does
// not know yet is on disk first: after a crash in between, the next run finds
// a secret to register instead of a client that nobody can use.
func (run *reconciliation) ensureSecret() error {
	if run.credentials != nil {
		return nil
	}
	c, err := makeCredentials(run.dir, run.rand, Credentials{
		AgentID: run.want.AgentID, ClientID: run.want.DID.String(), CreatedAt: run.cfg.Now().UTC(), Scopes: run.want.Scopes,
	})
	if err != nil {
		return err
	}
	run.credentials = c
	return nil
}

// dropUnusedSecret takes a secret made by this run off the disk again when the
// race for its DID was lost to another key.
func (run *reconciliation) dropUnusedSecret(cause error) error {
	if run.credentials == nil || run.inherited || run.writes > 0 || !errors.Is(cause, ErrDIDTaken) {
		return nil
	}
	return removeCredentials(run.dir, run.want.DID)
}
