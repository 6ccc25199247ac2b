package daemon

import (
	"time"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/internal/configs/shared"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/server"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// What the settings mean to each package, one function for each configuration;
// whoever calls it adds what is not a setting.

func authority(set settings.RegistrarSettings) stepca.Config { return shared.CA(set.MTLS) }

// kept is how our certificate is kept. Whoever connects may show one, and need not:
// agents register before they have any.
func kept(set settings.RegistrarSettings) mtls.KeeperConfig {
	return mtls.KeeperConfig{
		Source:      mtls.SourceConfig{RequireClientCert: false, HandshakeTimeout: time.Duration(set.Limits.HandshakeTimeout)},
		RenewBefore: time.Duration(set.MTLS.RenewBefore),
	}
}

// hydraOf is how Hydra is reached. Agents wait as long for our answer about a token as
// their setting says: they are to hear that Hydra does not answer, rather than nothing.
func hydraOf(set settings.RegistrarSettings) hydra.Config {
	cfg := shared.Hydra(set.Hydra.AdminURL, set.Hydra.PublicURL, set.Hydra.HydraTimes)
	cfg.IntrospectTimeout -= cfg.IntrospectTimeout / 4
	return cfg
}

func (d *Daemon) hydraConfig() hydra.Config {
	cfg := hydraOf(d.opts.Settings)
	cfg.Now, cfg.Logger = d.opts.Now, d.log
	return cfg
}

// ownClient is how our own client has to be registered: it needs a token for step-ca,
// and Hydra wants one scope at least.
func ownClient(set settings.RegistrarSettings) hydra.Wanted {
	return hydra.Wanted{
		Name: string(set.Registrar.Name), Scopes: []string{"openid"}, GrantTypes: []string{"client_credentials"},
		ResponseTypes: []string{}, Audience: []string{string(set.MTLS.OIDCAudience)}, AccessTokenJWT: true,
	}
}

func port(set settings.RegistrarSettings) server.Config { return shared.Port(set.Limits.PortLimits) }

func adminPort(set settings.RegistrarSettings) admin.Config {
	return admin.Config{Program: "registrar", Hosts: append([]string{string(set.Network.AdminHost)}, set.Network.AdminHosts...)}
}

// registry is whom the registrar registers, as what.
func registry(set settings.RegistrarSettings) registrar.Config {
	r, l := set.Registrar, set.Limits
	return registrar.Config{
		Mode: registrar.Mode(r.Mode), Scopes: r.Scopes, Audience: r.Audience, TokenLifetime: time.Duration(r.TokenTTL),
		Window: time.Duration(set.DID.TimestampWindow), Lease: time.Duration(r.ChangeTimeout),
		PendingFor: time.Duration(r.PendingTTL), MaxPending: int(r.MaxPending), MaxPendingPerAddress: int(r.MaxPendingPerAddress),
		MaxDIDsPerAddress: int(r.MaxDIDsPerAddress), MaxIntrospections: int(l.IntrospectionsPerDID), MaxChanges: int(r.MaxChanges), CAAudience: string(set.MTLS.OIDCAudience),
		Rates: registrar.Rates{
			Stranger: int(l.StrangerPerMinute), Strangers: int(l.StrangersPerMinute), Known: int(l.KnownPerMinute), Questions: int(l.QuestionsPerMinute),
		},
	}
}
