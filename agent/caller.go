package agent

import (
	"context"
	"crypto/ed25519"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// Caller calls other agents as the agent of a directory does, with what is on
// disk and without serving. The running agent, if there is one, is not
// disturbed. Close it.
type Caller struct {
	*peer.Client
	tokens *Tokens
	self   home.Identity
}

// Self returns who calls, and the key by which others verify that.
func (c *Caller) Self() (did.DID, ed25519.PublicKey) { return c.self.DID, c.self.Key.PublicKey() }

// Notice is told what is waited for, and returns what is called when it is over.
type Notice func(what string) (over func())

// NewCaller reads the directory of the settings, and asks Hydra for its issuer
// where they do not name it. A nil notice tells nobody what is waited for. What change
// makes of the client's configuration counts, such as another [peer.Binding].
//
// Errors: those of [NewTokens], [home.Look], [home.Home.Identity], [hydra.Discover],
// [mtls.ErrNoIdentity] where there is no certificate to show.
func NewCaller(ctx context.Context, set settings.Settings, notice Notice, change ...func(*peer.Config)) (*Caller, error) {
	if notice == nil {
		notice = func(string) func() { return func() {} }
	}
	h, id, err := lookAt(set)
	if err != nil {
		return nil, err
	}
	tokens, err := newTokens(set, func() (*hydra.Credentials, error) { return h.Credentials(id.DID) })
	if err != nil {
		return nil, err
	}
	cfg := configs.Calls(set)
	cfg.DID, cfg.Key = id.DID, id.Key
	cfg.Token = func(ctx context.Context) (string, error) {
		defer notice("asking " + tokens.From() + " for a token")()
		return tokens.Token(ctx, string(set.Auth.OutboundAudience))
	}
	cfg.Replace = func(ctx context.Context, refused string) error {
		defer notice("asking " + tokens.From() + " for another token")()
		return tokens.Replace(ctx, string(set.Auth.OutboundAudience), refused)
	}
	if cfg.Keys, err = askedKeys(set, notice); err != nil {
		tokens.Close()
		return nil, err
	}
	if cfg.Source, err = storedSource(ctx, set, h, id, notice); err != nil {
		tokens.Close()
		return nil, err
	}
	for _, f := range change {
		f(&cfg)
	}
	client, err := peer.New(cfg)
	if err != nil {
		tokens.Close()
		return nil, err
	}
	return &Caller{client, tokens, id}, nil
}

// Close ends what the caller has open.
func (c *Caller) Close() {
	c.Client.Close()
	c.tokens.Close()
}

// storedSource presents the certificate on disk; nil when mutual TLS is off.
func storedSource(ctx context.Context, set settings.Settings, h *home.Home, id home.Identity, notice Notice) (*mtls.Source, error) {
	if !set.MTLS.Enabled {
		return nil, nil
	}
	cfg := configs.Peers(set)
	if cfg.Issuer = string(set.MTLS.DIDIssuer); cfg.Issuer == "" {
		var err error
		if cfg.Issuer, err = discover(ctx, set, notice); err != nil {
			return nil, err
		}
	}
	own, err := h.Certificates(nil).Load(id.DID, cfg.Issuer)
	if err != nil {
		return nil, err
	}
	return mtls.NewSource(own, cfg)
}

func discover(ctx context.Context, set settings.Settings, notice Notice) (string, error) {
	defer notice("asking Hydra for its issuer")()
	return hydra.Discover(ctx, configs.Hydra(set))
}
