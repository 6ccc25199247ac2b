package agent

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/oidc"
	"github.com/getbindu/bindu-go/server"
	"github.com/getbindu/bindu-go/settings"
)

// trustIssuers starts to fetch the keys of the token issuers. It does not wait
// for them: until they are here, tokens are answered 503. Where Hydra judges
// tokens there is nothing to fetch, and no verifier.
func (a *Agent) trustIssuers() (*oidc.Verifier, error) {
	set := a.opts.Settings
	if set.Auth.Provider == settings.ProviderHydra {
		return nil, nil
	}
	files, err := configs.ReadIssuers(set)
	if err != nil {
		return nil, err
	}
	cfg := configs.Issuers(set, files)
	cfg.Lazy, cfg.Now, cfg.Logger, cfg.HTTPClient = true, a.opts.Now, a.log, a.opts.Issuers
	verifier, err := oidc.New(context.Background(), cfg)
	if err != nil {
		return nil, err
	}
	a.onStop(func(context.Context) error { return verifier.Close() })
	a.ready.watch(func() (reason, warning string) { return issuersReason(verifier.Status()) })
	if cfg.DIDMap != nil {
		a.follow(&followed{what: componentDIDMap, path: string(set.Auth.DIDMap), reload: cfg.DIDMap.Reload})
	}
	return verifier, nil
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

// tokenVerifier judges the tokens of callers: that of the issuers, or the authority.
func (a *Agent) tokenVerifier(issuers *oidc.Verifier, at authority, i issuer, revoked *revocations) (gate.TokenVerifier, error) {
	if issuers != nil {
		return issuers, nil
	}
	flips := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "agent_introspection_flips_total",
		Help: "Tokens that Hydra called inactive less than a minute after it called them active: revoked, or Hydra lost its storage.",
	})
	if err := a.opts.Metrics.Register(flips); err != nil {
		return nil, err
	}
	options := configs.Introspection(a.opts.Settings, i.ofTokens)
	options.OnFlip = flips.Inc
	places, wait := configs.TokenQueue(a.opts.Settings)
	options.Admit = server.NewQueues(places, wait, oauth.ErrBusy).Enter
	tokens := at.introspector(options)
	a.onStop(func(context.Context) error { return tokens.Close() })
	revoked.keep(tokens)
	share := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "agent_introspection_flipped_share",
		Help: "Share of the tokens active within the last minute that Hydra has called inactive since, from 0 to 1.",
	}, func() float64 {
		active, flipped := tokens.Recent()
		return float64(flipped) / float64(max(active, 1))
	})
	if err := a.opts.Metrics.Register(share); err != nil {
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
