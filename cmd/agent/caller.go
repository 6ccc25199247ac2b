package main

import (
	"context"
	"io"
	"time"

	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// caller calls other agents as the agent of a directory does, with what is on
// disk. The running agent, if there is one, is not disturbed.
type caller struct {
	*peer.Client
	tokens *ownTokens
}

// Close ends what the caller has open.
func (c *caller) Close() {
	c.Client.Close()
	c.tokens.Close()
}

func newCaller(ctx context.Context, set settings.Settings, errOut io.Writer) (*caller, error) {
	self, err := loadSelf(string(set.Agent.Dir), set.Agent.KeyPassword)
	if err != nil {
		return nil, err
	}
	tokens, err := newOwnTokens(set, self)
	if err != nil {
		return nil, err
	}
	source, err := ownSource(ctx, set, self, hydraConfig(set), errOut)
	if err != nil {
		tokens.Close()
		return nil, err
	}
	client, err := peer.New(peer.Config{
		DID: self.DID, Key: self.Key, Source: source,
		Token: func(ctx context.Context) (string, error) {
			return during(errOut, "asking "+tokens.from+" for a token", func() (string, error) {
				return tokens.token(ctx, string(set.Auth.OutboundAudience))
			})
		},
		DialTimeout:    time.Duration(set.Network.ConnectionTimeout),
		RequestTimeout: time.Duration(set.Network.RequestTimeout),
	})
	if err != nil {
		tokens.Close()
		return nil, err
	}
	return &caller{client, tokens}, nil
}

// ownSource presents the certificate on disk; nil when mutual TLS is off.
func ownSource(ctx context.Context, set settings.Settings, self *self, cfg hydra.Config, errOut io.Writer) (*mtls.Source, error) {
	if !set.MTLS.Enabled {
		return nil, nil
	}
	issuer := string(set.MTLS.DIDIssuer)
	if issuer == "" {
		var err error
		if issuer, err = during(errOut, "asking Hydra for its issuer", func() (string, error) {
			return hydra.Discover(ctx, cfg)
		}); err != nil {
			return nil, err
		}
	}
	id, err := self.home.Certificates(nil).Load(self.DID, issuer)
	if err != nil {
		return nil, err
	}
	return mtls.NewSource(id, mtls.SourceConfig{Issuer: issuer})
}

func hydraConfig(set settings.Settings) hydra.Config {
	return hydra.Config{
		AdminURL: string(set.Hydra.AdminURL), PublicURL: string(set.Hydra.PublicURL),
		AdminTimeout: time.Duration(set.Hydra.Timeout), IntrospectTimeout: time.Duration(set.Hydra.IntrospectionTimeout),
	}
}
