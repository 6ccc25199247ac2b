package agent

import (
	"context"
	"crypto"
	"log/slog"

	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// direct is the [authority] that is Hydra's admin API itself.
type direct struct {
	cfg       hydra.Config
	registrar *hydra.Registrar
	wanted    hydra.Wanted // but for the address
	log       *slog.Logger
}

// component implements [authority].
func (*direct) component() string { return boot.Hydra }

// askDirectly returns Hydra's admin API as the authority.
func (a *Agent) askDirectly(who self) *direct {
	var options []hydra.RegistrarOption
	if a.opts.Takeover {
		options = append(options, hydra.WithTakeover())
	}
	if a.opts.Recreate {
		options = append(options, hydra.WithRecreate())
	}
	d := &direct{cfg: a.hydraConfig(), wanted: configs.Client(a.opts.Settings), log: a.log}
	d.wanted.DID, d.wanted.AgentID, d.wanted.PublicKey = who.DID, who.agentID(), who.Key.PublicKey()
	d.registrar = who.home.Registrar(d.cfg, a.opts.Rand, options...)
	return d
}

func (d *direct) register(ctx context.Context, url string) (*hydra.Credentials, error) {
	wanted := d.wanted
	wanted.AgentURL = url
	result, err := d.registrar.Reconcile(ctx, wanted)
	if err != nil {
		return nil, err
	}
	d.log.Info("Hydra client reconciled", "action", result.Action, "drift", len(result.Drift))
	return result.Credentials, nil
}

func (d *direct) missing(ctx context.Context) error { return d.registrar.Missing(ctx, d.wanted.DID) }

// announce implements [authority]: Hydra is told nothing of certificates.
func (*direct) announce(context.Context, crypto.PublicKey) error { return nil }

func (d *direct) introspector(o hydra.IntrospectorOptions) *hydra.Introspector {
	return hydra.NewIntrospector(d.cfg, o)
}

func (d *direct) keyResolver(o hydra.KeyResolverOptions) *hydra.KeyResolver {
	return hydra.NewKeyResolver(d.cfg, o)
}
