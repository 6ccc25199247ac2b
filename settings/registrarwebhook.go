package settings

import (
	"net/url"
	"strings"
)

// WebhookPath is the path of REGISTRAR__WEBHOOK_URL.
const WebhookPath = "/step-ca/authorize"

// WebhookAddr is the address of the webhook's listener, host:port.
func (n RegistrarNetwork) WebhookAddr() string { return joinHostPort(n.WebhookHost, n.WebhookPort) }

// Asked reports whether step-ca asks here before it issues a certificate.
func (r RegistrarSelf) Asked() bool { return r.WebhookURL != "" }

// checkWebhook finds what is missing once step-ca asks, and what has no effect.
func (l registrarRules) checkWebhook() {
	w, network := &l.s.Registrar, &l.s.Network
	if !w.Asked() {
		if w.WebhookCertFile != "" || w.WebhookKeyFile != "" || len(w.UnannouncedDIDs) > 0 {
			l.fault(&w.WebhookURL, "is needed with REGISTRAR__WEBHOOK_CERT_FILE, REGISTRAR__WEBHOOK_KEY_FILE and REGISTRAR__UNANNOUNCED_DIDS")
		}
		return
	}
	u, err := url.Parse(string(w.WebhookURL))
	if err != nil || u.Path != WebhookPath || u.RawQuery != "" || strings.ContainsAny(string(w.WebhookURL), "{}") {
		l.fault(&w.WebhookURL, "must have the path "+WebhookPath+" and nothing behind it")
	}
	for _, file := range []*Path{&w.WebhookCertFile, &w.WebhookKeyFile} {
		if *file == "" {
			l.fault(file, "is needed with REGISTRAR__WEBHOOK_URL")
		}
	}
	if network.WebhookPort != 0 && (network.WebhookPort == network.Port || network.WebhookPort == network.AdminPort) {
		l.fault(&network.WebhookPort, "must differ from NETWORK__PORT and NETWORK__ADMIN_PORT")
	}
}

// adviseWebhook warns of what makes Hydra's word enough for a certificate.
func (l registrarRules) adviseWebhook() {
	w := &l.s.Registrar
	if !w.Asked() {
		l.warn("REGISTRAR__WEBHOOK_URL is not set: step-ca does not ask, and who has a token of Hydra for it gets a certificate")
		return
	}
	if n := len(w.UnannouncedDIDs); n > 0 {
		l.warn("REGISTRAR__UNANNOUNCED_DIDS has %d: a token of Hydra is enough for their certificates", n)
	}
}
