package agent

import (
	"cmp"
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

func (a *Agent) hydraConfig() hydra.Config {
	return hydra.Config{
		AdminURL:          string(a.set.Hydra.AdminURL),
		PublicURL:         string(a.set.Hydra.PublicURL),
		AdminTimeout:      time.Duration(a.set.Hydra.Timeout),
		IntrospectTimeout: time.Duration(a.set.Hydra.IntrospectionTimeout),
		Now:               a.opts.Now,
		Logger:            a.log,
	}
}

// reconcile registers or repairs our client, and waits for Hydra as long as it
// takes. Where there is no Hydra there is nothing to do.
func (a *Agent) reconcile(ctx context.Context) error {
	if !a.usesHydra() {
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
	w := hydra.Wanted{
		DID: a.did, AgentID: a.agentID(), AgentURL: a.url, Name: string(a.set.Agent.Name),
		PublicKey: a.key.PublicKey(), Scopes: a.set.Hydra.DefaultAgentScopes, GrantTypes: a.set.Hydra.DefaultGrantTypes,
	}
	if a.set.MTLS.Enabled {
		w.Audience = []string{string(a.set.MTLS.OIDCAudience)}
		w.AccessTokenJWT = true
	}
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
	if !a.usesHydra() {
		return nil
	}
	err := a.persist(ctx, componentHydra, func(ctx context.Context) (err error) {
		a.tokenIssuer, err = hydra.Discover(ctx, a.hydraConfig())
		return err
	})
	a.issuer = cmp.Or(string(a.set.MTLS.DIDIssuer), a.tokenIssuer)
	return err
}
