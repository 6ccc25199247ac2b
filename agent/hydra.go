package agent

import (
	"cmp"
	"context"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/settings"
)

func (a *Agent) hydraConfig() hydra.Config {
	cfg := configs.Hydra(a.opts.Settings)
	cfg.Now, cfg.Logger = a.opts.Now, a.log
	return cfg
}

// client is our registration at Hydra.
type client struct {
	authority   authority
	shared      *sharedClient // nil where no other process has it
	credentials *hydra.Credentials
	newTokens   func(*hydra.Credentials) *hydra.TokenSource
	tokens      atomic.Pointer[hydra.TokenSource]
	watch       *boot.ClientWatch
}

// source is where our tokens come from now.
func (c *client) source() *hydra.TokenSource { return c.tokens.Load() }

// use takes tokens with these credentials from now on, and forgets those of before.
func (c *client) use(credentials *hydra.Credentials) {
	if before := c.tokens.Swap(c.newTokens(credentials)); before != nil {
		before.Close()
	}
}

// created is when the agent was registered, zero where nobody registers it.
func (c *client) created() time.Time {
	if c == nil {
		return time.Time{}
	}
	return c.credentials.CreatedAt
}

// reconcile registers or repairs our client, and waits for the authority as long as
// it takes. Where there is none there is no client.
func (a *Agent) reconcile(ctx context.Context, who self, by authority, url string) (*client, error) {
	if by == nil {
		return nil, nil
	}
	c := &client{authority: by, shared: a.sharesClient(who)}
	err := a.persist(ctx, by.component(), func(ctx context.Context) error {
		return c.shared.alone(ctx, func(ctx context.Context, _ bool) (err error) {
			c.credentials, err = by.register(ctx, url)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	c.newTokens = func(credentials *hydra.Credentials) *hydra.TokenSource {
		return hydra.NewTokenSource(a.hydraConfig(), credentials, credentials.Scopes)
	}
	c.use(c.credentials)
	a.onStop(func(context.Context) error { c.source().Close(); return nil })
	c.watch = a.newClientWatch(c)
	return c, nil
}

// issuer is who Hydra is as an issuer of tokens, and what stands before the # in
// every certificate: the same, unless the settings say otherwise.
type issuer struct{ ofTokens, ofCertificates string }

// learnIssuer asks Hydra who it is, where there is one.
func (a *Agent) learnIssuer(ctx context.Context) (issuer, error) {
	if !configs.UsesHydra(a.opts.Settings) {
		return issuer{}, nil
	}
	var i issuer
	err := a.persist(ctx, boot.Hydra, func(ctx context.Context) (err error) {
		i, err = askIssuer(ctx, a.opts.Settings, a.hydraConfig())
		return err
	})
	return i, err
}

func askIssuer(ctx context.Context, set settings.Settings, cfg hydra.Config) (i issuer, err error) {
	i.ofTokens, err = hydra.Discover(ctx, cfg)
	i.ofCertificates = cmp.Or(string(set.MTLS.DIDIssuer), i.ofTokens)
	return i, err
}
