package agent

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// registered is the [authority] that is a registrar, who alone holds Hydra's admin API.
type registered struct {
	api    *registrarapi.Client
	trust  *registrarTrust
	who    self
	wanted registrarapi.Registration // but for secret and address
	needs  string                    // the audience of the CA, "" where we need no certificate
	hydra  hydra.Config
	rand   io.Reader
	log    *slog.Logger
}

// component implements [authority].
func (*registered) component() string { return boot.Registrar }

// around is what a program gives beside settings.
type around struct {
	now  func() time.Time
	rand io.Reader
	log  *slog.Logger
}

func (a *Agent) around() around { return around{a.opts.Now, a.opts.Rand, a.log} }

// askRegistrar returns the registrar of the settings as the authority, until the
// agent stops.
func (a *Agent) askRegistrar(who self, i issuer) (*registered, error) {
	r, err := newRegistered(a.opts.Settings, who, i, a.around())
	if err != nil {
		return nil, err
	}
	a.onStop(func(context.Context) error { r.api.Close(); return nil })
	if a.opts.Takeover || a.opts.Recreate {
		a.log.Warn("takeover and recreate do nothing where there is a registrar: its operator restores a DID")
	}
	return r, nil
}

// newRegistered asks nobody.
func newRegistered(set settings.Settings, who self, i issuer, with around) (*registered, error) {
	trust, err := newRegistrarTrust(set, who, i, with)
	if err != nil {
		return nil, err
	}
	cfg, err := configs.Registrar(set)
	if err != nil {
		return nil, err
	}
	cfg.DID, cfg.Key, cfg.Rand, cfg.Now = who.DID, who.Key, with.rand, with.now
	transport := fetch.NewTransport(mtls.UncertifiedConfig(cfg.Registrar, i.ofCertificates, trust.roots, with.now))
	transport.MaxIdleConnsPerHost, transport.MaxConnsPerHost = 32, 128
	cfg.HTTPClient = &http.Client{Transport: transport}
	lasting := fetch.NewTransport(mtls.UncertifiedConfig(cfg.Registrar, i.ofCertificates, trust.roots, with.now))
	lasting.ForceAttemptHTTP2, lasting.DisableKeepAlives = false, true // a connection for each stream
	cfg.Streams = &http.Client{Transport: lasting}
	api, err := registrarapi.New(cfg)
	if err != nil {
		return nil, err
	}
	r := &registered{api: api, trust: trust, who: who, wanted: configs.Registration(set), hydra: configs.Hydra(set), rand: with.rand, log: with.log}
	r.hydra.Now, r.hydra.Logger = with.now, with.log
	if set.MTLS.Enabled {
		r.needs = string(set.MTLS.OIDCAudience)
	}
	return r, nil
}

// register has a secret on disk before the registrar learns it, so that a start which
// ends in between loses nothing. The address is that of each registration from then on.
func (r *registered) register(ctx context.Context, url string) (*hydra.Credentials, error) {
	if err := r.trust.refresh(ctx); err != nil {
		return nil, err
	}
	kept, err := r.who.home.EnsureCredentials(r.who.DID, r.rand, hydra.Credentials{AgentID: r.who.agentID(), CreatedAt: r.now()})
	if err != nil {
		return nil, err
	}
	r.wanted.URL = url
	c, err := r.registerWith(ctx, kept, false)
	if errors.Is(err, registrarapi.ErrSecretEnded) {
		c, err = r.renew(ctx)
	}
	if err != nil {
		return nil, err
	}
	return c, r.prove(ctx, c)
}

// errEndedJustNow: the registrar takes nothing that was signed before the secret was ended,
// or in the same second by its clock. Ours is behind by a few minutes at most.
var errEndedJustNow = fmt.Errorf("it was ended just now, or our clock is behind; another secret is made in a moment: %w", oauth.ErrUnavailable)

// renew registers with another secret, which the registrar alone can ask for: whatever
// else refuses ours may have no right to. Credentials with an error are on disk, and may
// have been registered. Where the other one is called ended too, the error may end by
// itself: nothing is repeated here, and the caller pauses.
func (r *registered) renew(ctx context.Context) (*hydra.Credentials, error) {
	made, err := r.who.home.ReplaceSecret(r.who.DID, r.rand, r.now())
	if err != nil {
		return nil, err
	}
	r.log.Warn("the registrar's operator ended our client secret: another one is registered", "reason", "secret_ended")
	c, err := r.registerWith(ctx, made, true)
	switch {
	case errors.Is(err, registrarapi.ErrSecretEnded):
		return made, fmt.Errorf("%w: %w", errEndedJustNow, err)
	case err != nil:
		return made, err
	}
	return c, nil
}

func (r *registered) registerWith(ctx context.Context, kept *hydra.Credentials, newSecret bool) (*hydra.Credentials, error) {
	wanted := r.wanted
	wanted.Secret, wanted.NewSecret = kept.ClientSecret, newSecret
	result, err := r.api.Register(ctx, wanted)
	if err != nil {
		return nil, fmt.Errorf("register %s: %w", r.who.DID, err)
	}
	r.report(result)
	c := *kept
	c.Scopes = result.Scopes
	if !slices.Equal(kept.Scopes, c.Scopes) {
		if err := r.who.home.SaveCredentials(&c); err != nil { // they only inform people
			r.log.Warn("cannot record the registered scopes", "error", err)
		}
	}
	return &c, nil
}

func (r *registered) now() time.Time { return r.hydra.Now().UTC() }

// report tells what the registrar did, as a reconciliation of our own is told.
func (r *registered) report(result registrarapi.Registered) {
	for _, d := range result.Drift {
		r.log.Warn("client registration differed, the registrar repaired it", "client_id", r.who.DID, "field", d.Field, "was", d.Was, "want", d.Want)
	}
	if result.Foreign {
		r.log.Warn("somebody else had changed our client at Hydra", "reason", "foreign_writer")
	}
	r.log.Info("registered", "created", result.Created, "scopes", result.Scopes, "audience", result.Audience, "drift", len(result.Drift))
}

// prove asks for a token as we will need it. Hydra learned our secret a moment ago.
func (r *registered) prove(ctx context.Context, c *hydra.Credentials) error {
	tokens := hydra.NewTokenSource(r.hydra, c, c.Scopes)
	defer tokens.Close()
	_, err := tokens.Token(ctx, r.needs)
	switch {
	case errors.Is(err, hydra.ErrSecretRejected):
		return fmt.Errorf("HYDRA__PUBLIC_URL may lead to another Hydra than the registrar's: %w", err)
	case errors.Is(err, hydra.ErrAudienceNotAllowed):
		return fmt.Errorf("the registrar's operator has to allow tokens for %q: %w", r.needs, err)
	}
	return err
}

// missing says how the registrar stands to us. What it learns of the CA on the way is
// for the next connection.
func (r *registered) missing(ctx context.Context) error {
	if err := r.trust.refresh(ctx); err != nil {
		r.log.Debug("trusted CAs could not be refreshed", "error", err)
	}
	return r.api.Standing(ctx)
}

func (r *registered) announce(ctx context.Context, key crypto.PublicKey) error {
	return r.api.Announce(ctx, key)
}

func (r *registered) introspector(o hydra.IntrospectorOptions) *hydra.Introspector {
	o.Ask = r.api.Introspect
	return hydra.NewIntrospector(r.hydra, o)
}

func (r *registered) keyResolver(o hydra.KeyResolverOptions) *hydra.KeyResolver {
	o.Read = r.readKey
	return hydra.NewKeyResolver(r.hydra, o)
}

// readKey says what the registrar says of a key in the words of a resolver.
func (r *registered) readKey(ctx context.Context, d did.DID) (ed25519.PublicKey, time.Duration, error) {
	key, holds, err := r.api.PublicKey(ctx, d)
	switch {
	case errors.Is(err, registrarapi.ErrUnknown):
		err = fmt.Errorf("%w: %w", hydra.ErrNotRegistered, err)
	case errors.Is(err, registrarapi.ErrUnbound):
		err = fmt.Errorf("%w: %w", hydra.ErrKeyUnavailable, err)
	}
	return key, holds, err
}
