package main

import (
	"context"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/oauth/oidc"
	"github.com/getbindu/bindu-go/settings"
)

// ownTokens gives the tokens for calls of other agents, as the running agent's
// do: from the issuer of AUTH__CLIENT_ID, else from Hydra.
type ownTokens struct {
	from  string // who is asked, for the terminal
	token func(ctx context.Context, audience string) (string, error)
	close func()
}

// Close ends what is under way.
func (t *ownTokens) Close() { t.close() }

func newOwnTokens(set settings.Settings, self *self) (*ownTokens, error) {
	cfg, configured, err := agent.OutboundConfig(set)
	if err != nil {
		return nil, err
	}
	if configured {
		source, err := oidc.NewClientCredentials(cfg)
		if err != nil {
			return nil, err
		}
		return &ownTokens{"the token issuer", source.Token, func() { _ = source.Close() }}, nil
	}
	if set.Hydra.PublicURL == "" {
		return nil, agent.ErrNoToken
	}
	credentials, err := self.home.Credentials(self.DID)
	if err != nil {
		return nil, err
	}
	source := hydra.NewTokenSource(hydraConfig(set), credentials, credentials.Scopes)
	return &ownTokens{"Hydra", source.Token, source.Close}, nil
}
