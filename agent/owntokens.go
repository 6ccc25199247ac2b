package agent

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/oauth/oidc"
	"github.com/getbindu/bindu-go/settings"
)

// ErrNoToken: neither Hydra nor a client at another issuer is configured, so
// there are no tokens of our own.
var ErrNoToken = errors.New("no authority is configured that would give us a token: set HYDRA__PUBLIC_URL, or AUTH__CLIENT_ID and AUTH__CLIENT_SECRET where another issuer gives them")

// ErrIssuerCA: the file of AUTH__ISSUER_CA_FILE cannot be used.
var ErrIssuerCA = configs.ErrIssuerCA

// ownClient returns our client at an issuer other than Hydra, nil where the
// settings name none. A nil HTTP client is one of its own.
func ownClient(set settings.Settings, issuers *http.Client, now func() time.Time, log *slog.Logger) (*oidc.ClientCredentials, error) {
	if !configs.HasOwnClient(set) {
		return nil, nil
	}
	roots, err := configs.ReadRoots(set)
	if err != nil {
		return nil, err
	}
	cfg := configs.OwnClient(set, roots)
	cfg.Now, cfg.Logger, cfg.HTTPClient = now, log, issuers
	return oidc.NewClientCredentials(cfg)
}

// prepareOwnTokens makes our client at an issuer other than Hydra, if there is one.
func (a *Agent) prepareOwnTokens() (*oidc.ClientCredentials, error) {
	own, err := ownClient(a.opts.Settings, a.opts.Issuers, a.opts.Now, a.log)
	if own != nil {
		a.onStop(func(context.Context) error { return own.Close() })
	}
	return own, err
}

// ownTokens is where the tokens for our calls of others come from.
type ownTokens struct {
	token   func(context.Context) (string, error)
	replace func(ctx context.Context, refused string) error
}

// tokenSource is one of an authority.
type tokenSource interface {
	Token(ctx context.Context, audience string) (string, error)
	Replace(ctx context.Context, audience, refused string) error
}

func (a *Agent) ownTokens(own *oidc.ClientCredentials, c *client) ownTokens {
	audience := string(a.opts.Settings.Auth.OutboundAudience)
	source := func() tokenSource {
		switch {
		case own != nil:
			return own
		case c != nil:
			return c.source() // which is another one with each secret
		}
		return noTokens{}
	}
	return ownTokens{
		func(ctx context.Context) (string, error) { return source().Token(ctx, audience) },
		func(ctx context.Context, refused string) error { return source().Replace(ctx, audience, refused) },
	}
}

// noTokens gives none.
type noTokens struct{}

func (noTokens) Token(context.Context, string) (string, error) { return "", ErrNoToken }
func (noTokens) Replace(context.Context, string, string) error { return ErrNoToken }

// Tokens gives the bearer tokens with which the agent of a directory calls
// others, as the running agent's do: from the issuer that AUTH__CLIENT_ID is
// known to, else from Hydra. Close it.
type Tokens struct {
	from   string
	source tokenSource
	close  func()
}

// NewTokens reads what the settings and the directory say about our tokens. It
// asks nobody. Errors: [ErrNoToken], [ErrIssuerCA], [oidc.ErrConfig], and where
// Hydra gives them those of [home.Look], [home.Home.Identity] and
// [home.Home.Credentials].
func NewTokens(set settings.Settings) (*Tokens, error) {
	return newTokens(set, func() (*hydra.Credentials, error) {
		h, id, err := lookAt(set)
		if err != nil {
			return nil, err
		}
		return h.Credentials(id.DID)
	})
}

func newTokens(set settings.Settings, credentials func() (*hydra.Credentials, error)) (*Tokens, error) {
	client, err := ownClient(set, nil, nil, nil)
	if err != nil {
		return nil, err
	}
	if client != nil {
		return &Tokens{"the token issuer", client, func() { _ = client.Close() }}, nil
	}
	if set.Hydra.PublicURL == "" {
		return nil, ErrNoToken
	}
	c, err := credentials()
	if err != nil {
		return nil, err
	}
	source := hydra.NewTokenSource(configs.Hydra(set), c, c.Scopes)
	return &Tokens{"Hydra", source, source.Close}, nil
}

// From says who is asked, in words for people.
func (t *Tokens) From() string { return t.from }

// Token returns a token for the audience, "" for none in particular.
func (t *Tokens) Token(ctx context.Context, audience string) (string, error) {
	return t.source.Token(ctx, audience)
}

// Replace has Token return another token for the audience than one that somebody did not
// take. Where none can be had the old one stays.
func (t *Tokens) Replace(ctx context.Context, audience, refused string) error {
	return t.source.Replace(ctx, audience, refused)
}

// Close ends what is under way.
func (t *Tokens) Close() { t.close() }

// lookAt reads who the agent of the settings' directory is.
func lookAt(set settings.Settings) (*home.Home, home.Identity, error) {
	h, err := home.Look(string(set.Agent.Dir))
	if err != nil {
		return nil, home.Identity{}, err
	}
	id, err := h.Identity([]byte(set.Agent.KeyPassword.Reveal()))
	return h, id, err
}
