package agent

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/oauth/oidc"
	"github.com/getbindu/bindu-go/server"
	"github.com/getbindu/bindu-go/settings"
)

// ErrNoToken: neither Hydra nor a client at another issuer is configured, so
// there are no tokens of our own.
var ErrNoToken = errors.New("no authority is configured that would give us a token: set AUTH__CLIENT_ID and AUTH__CLIENT_SECRET, or HYDRA__ADMIN_URL and HYDRA__PUBLIC_URL")

// usesHydra reports whether there is a Hydra: for tokens, certificates or the
// keys of callers. The settings ask for it wherever it is needed.
func (a *Agent) usesHydra() bool { return a.set.Hydra.AdminURL != "" }

// trustIssuers starts to fetch the keys of the token issuers. It does not wait
// for them: until they are here, tokens are answered 503.
func (a *Agent) trustIssuers() error {
	if a.set.Auth.Provider == settings.ProviderHydra {
		return nil
	}
	cfg, err := OIDCConfig(a.set)
	if err != nil {
		return err
	}
	cfg.Lazy, cfg.Now, cfg.Logger, cfg.HTTPClient = true, a.opts.Now, a.log, a.opts.Issuers
	if a.jwt, err = oidc.New(context.Background(), cfg); err != nil {
		return err
	}
	a.onStop(func(context.Context) error { return a.jwt.Close() })
	a.ready.watch(func() (reason, warning string) { return issuersReason(a.jwt.Status()) })
	if cfg.DIDMap != nil {
		a.follow(&followed{what: componentDIDMap, path: string(a.set.Auth.DIDMap), reload: cfg.DIDMap.Reload})
	}
	return nil
}

// issuersReason tells that no token can be judged, or warns that those of some
// issuer cannot: the others' callers are served all the same.
func issuersReason(issuers []oidc.Status) (reason, warning string) {
	const word = "issuer_unavailable"
	down := 0
	for _, s := range issuers {
		if s.Err != nil {
			down++
		}
	}
	switch down {
	case 0:
		return "", ""
	case len(issuers):
		return word, ""
	default:
		return "", word
	}
}

// tokenVerifier judges the tokens of callers.
func (a *Agent) tokenVerifier() (gate.TokenVerifier, error) {
	if a.jwt != nil {
		return a.jwt, nil
	}
	flips := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "agent_introspection_flips_total",
		Help: "Tokens that Hydra called inactive less than a minute after it called them active: revoked, or Hydra lost its storage.",
	})
	if err := a.metrics.Register(flips); err != nil {
		return nil, err
	}
	options := IntrospectorOptions(a.set, a.tokenIssuer, flips.Inc)
	// Half the time for asking Hydra leaves some for the answer itself.
	options.Admit = server.NewQueues(int(a.set.Limits.TokenChecksPerPeer), time.Duration(a.set.Hydra.IntrospectionTimeout/2), oauth.ErrBusy).Enter
	tokens := hydra.NewIntrospector(a.hydraConfig(), options)
	a.onStop(func(context.Context) error { return tokens.Close() })
	share := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "agent_introspection_flipped_share",
		Help: "Share of the tokens active within the last minute that Hydra has called inactive since, from 0 to 1.",
	}, func() float64 {
		active, flipped := tokens.Recent()
		return float64(flipped) / float64(max(active, 1))
	})
	if err := a.metrics.Register(share); err != nil {
		return nil, err
	}
	a.ready.watch(func() (reason, warning string) { return "", flipWarning(tokens.Recent()) })
	watch := newHydraWatch(tokens, a.ready, a.opts.ProbeEvery)
	a.background("watch Hydra", watch.run)
	return watch, nil
}

// flipWarning tells that Hydra calls so many tokens inactive that were active a
// moment ago that it has probably lost its storage, which its health does not
// show. A few may as well have been revoked. It is no reason to be called not
// ready: any other agent would ask the same Hydra.
func flipWarning(active, flipped int) string {
	const several, share = 3, 0.2
	if flipped >= several && float64(flipped) > share*float64(active) {
		return "introspection_flips"
	}
	return ""
}

// IntrospectorOptions returns what the settings say about tokens of Hydra,
// whose issuer is the given one.
func IntrospectorOptions(set settings.Settings, issuer string, onFlip func()) hydra.IntrospectorOptions {
	return hydra.IntrospectorOptions{
		Issuer:             issuer,
		ForbiddenAudiences: []string{string(set.MTLS.OIDCAudience)},
		Audiences:          set.Auth.Audience,
		MaxAge:             verdictAge(time.Duration(set.Hydra.CacheTTL)),
		MaxTokenBytes:      int(set.Limits.TokenBytes),
		MaxEntries:         int(set.Hydra.MaxCacheSize),
		OnFlip:             onFlip,
	}
}

// verdictAge leaves time for a request to be admitted on a verdict that is still
// young enough when the gates look for the last time.
func verdictAge(ttl time.Duration) time.Duration {
	if ttl <= 0 {
		ttl = hydra.MaxVerdictAge
	}
	return min(ttl, hydra.MaxVerdictAge-gate.ProofAge)
}

// prepareOwnTokens decides where the tokens for our calls of others come from.
func (a *Agent) prepareOwnTokens() error {
	cfg, configured, err := OutboundConfig(a.set)
	if err != nil {
		return err
	}
	if !configured {
		a.ownToken = func(ctx context.Context) (string, error) {
			if a.tokens == nil {
				return "", ErrNoToken
			}
			return a.tokens.Token(ctx, string(a.set.Auth.OutboundAudience))
		}
		return nil
	}
	cfg.Now, cfg.Logger, cfg.HTTPClient = a.opts.Now, a.log, a.opts.Issuers
	source, err := oidc.NewClientCredentials(cfg)
	if err != nil {
		return err
	}
	a.onStop(func(context.Context) error { return source.Close() })
	a.ownToken = func(ctx context.Context) (string, error) {
		return source.Token(ctx, string(a.set.Auth.OutboundAudience))
	}
	return nil
}

// tokenURL is where callers get their tokens, "" where there may be several
// places.
func (a *Agent) tokenURL() string {
	if a.set.Auth.Provider != settings.ProviderHydra {
		return ""
	}
	return string(a.set.Hydra.PublicURL + "/oauth2/token")
}

// created is when the agent was registered, zero where nobody registers it.
func (a *Agent) created() time.Time {
	if a.credentials == nil {
		return time.Time{}
	}
	return a.credentials.CreatedAt
}
