package daemon

import (
	"net/url"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar/sidedoor"
	"github.com/getbindu/bindu-go/registrar/webhook"
	"github.com/getbindu/bindu-go/settings"
)

// hook is whom step-ca may issue a certificate to, and who step-ca is.
func hook(set settings.RegistrarSettings) webhook.Config {
	cfg := webhook.Config{CAHost: parsed(string(set.MTLS.CAURL)).Hostname()}
	// Agents have the same setting; a CA that issues for longer issues to them too.
	cfg.MaxLifetime = max(webhook.MaxLifetime, time.Duration(set.MTLS.CertTTL))
	for _, text := range set.Registrar.UnannouncedDIDs {
		listed, _ := did.Parse(text) // settings take nothing else, and webhook.New not the zero one
		cfg.Listed = append(cfg.Listed, listed)
	}
	return cfg
}

// hookTLS is what the webhook presents, and as which host.
func hookTLS(set settings.RegistrarSettings) webhook.TLSConfig {
	return webhook.TLSConfig{
		CertFile: string(set.Registrar.WebhookCertFile), KeyFile: string(set.Registrar.WebhookKeyFile),
		Host: parsed(string(set.Registrar.WebhookURL)).Hostname(),
	}
}

// referenceTLS is what agents of the reference are presented, and as which host.
func referenceTLS(set settings.RegistrarSettings) webhook.TLSConfig {
	return webhook.TLSConfig{
		CertFile: string(set.Registrar.ReferenceCertFile), KeyFile: string(set.Registrar.ReferenceKeyFile),
		Host: parsed(string(set.Registrar.ReferenceURL)).Hostname(),
	}
}

// places are where side doors may be.
func places(set settings.RegistrarSettings) sidedoor.Config {
	return sidedoor.Config{
		CAURL: parsed(string(set.MTLS.CAURL)), Audience: string(set.MTLS.OIDCAudience), Webhook: string(set.Registrar.WebhookURL),
		HydraPublic: parsed(string(set.Hydra.PublicURL)), HydraAdmin: parsed(string(set.Hydra.AdminURL)), Timeout: time.Duration(set.Hydra.Timeout),
	}
}

// parsed reads a URL of the settings, which take nothing else.
func parsed(text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil {
		return new(url.URL)
	}
	return u
}
