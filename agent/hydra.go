package agent

import (
	"cmp"
	"context"

	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

func (a *Agent) hydraConfig() hydra.Config {
	cfg := configs.Hydra(a.set)
	cfg.Now, cfg.Logger = a.opts.Now, a.log
	return cfg
}

// reconcile registers or repairs our client, and waits for Hydra as long as it
// takes. Where there is no Hydra there is nothing to do.
func (a *Agent) reconcile(ctx context.Context) error {
	if !configs.UsesHydra(a.set) {
		return nil
	}
	var options []hydra.RegistrarOption
	if a.opts.Takeover {
		options = append(options, hydra.WithTakeover())
	}
	if a.opts.Recreate {
		options = append(options, hydra.WithRecreate())
	}
	a.registrar = a.home.Registrar(a.hydraConfig(), a.opts.Rand, options...)
	err := a.persist(ctx, componentHydra, func(ctx context.Context) error {
		result, err := a.registrar.Reconcile(ctx, a.wantedClient())
		if err == nil {
			a.credentials = result.Credentials
			a.log.Info("Hydra client reconciled", "action", result.Action, "drift", len(result.Drift))
		}
		return err
	})
	if err != nil {
		return err
	}
	a.tokens = hydra.NewTokenSource(a.hydraConfig(), a.credentials, a.credentials.Scopes)
	a.onStop(func(context.Context) error { a.tokens.Close(); return nil })
	a.client = a.newClientWatch()
	return nil
}

func (a *Agent) wantedClient() hydra.Wanted {
	w := configs.Client(a.set)
	w.DID, w.AgentID, w.AgentURL, w.PublicKey = a.did, a.agentID(), a.url, a.key.PublicKey()
	return w
}

// agentID is the UUID at the end of our DID, or one derived from the key when
// the DID ends in something else.
func (a *Agent) agentID() string {
	if last := a.did.LastSegment(); uuid.Validate(last) == nil {
		return last
	}
	return did.AgentIDFromPublicKey(a.key.PublicKey())
}

// learnIssuer fixes who Hydra is as an issuer of tokens, and what stands before
// the # in every certificate: the same, unless the settings say otherwise.
func (a *Agent) learnIssuer(ctx context.Context) error {
	if !configs.UsesHydra(a.set) {
		return nil
	}
	err := a.persist(ctx, componentHydra, func(ctx context.Context) (err error) {
		a.tokenIssuer, err = hydra.Discover(ctx, a.hydraConfig())
		return err
	})
	a.issuer = cmp.Or(string(a.set.MTLS.DIDIssuer), a.tokenIssuer)
	return err
}
