package settings

import (
	"net/url"
	"strings"
)

// WebhookPath is the path of REGISTRAR__WEBHOOK_URL.
const WebhookPath = "/step-ca/authorize"

// RegistrarWebhook says how step-ca asks before it issues a certificate.
type RegistrarWebhook struct {
	URL         HTTPSURL `envconfig:"REGISTRAR__WEBHOOK_URL" desc:"URL at which step-ca asks before it issues a certificate, as in its ca.json, with the path /step-ca/authorize. Without it nobody is asked, and a token of Hydra is enough for a certificate." example:"https://registrar:3785/step-ca/authorize"`
	CertFile    Path     `envconfig:"REGISTRAR__WEBHOOK_CERT_FILE" desc:"PEM file with the certificate for the host of that URL and its chain. It is made at the CA, or by a CA that step-ca's machine trusts." example:"/etc/registrar/webhook_cert.pem"`
	KeyFile     Path     `envconfig:"REGISTRAR__WEBHOOK_KEY_FILE" desc:"PEM file with the key of that certificate." example:"/etc/registrar/webhook_key.pem"`
	Host        Host     `envconfig:"NETWORK__WEBHOOK_HOST" default:"127.0.0.1" desc:"Address on which step-ca is answered; only step-ca needs to reach it." example:"0.0.0.0"`
	Port        Int      `envconfig:"NETWORK__WEBHOOK_PORT" default:"3785" desc:"Port on which step-ca is answered; 0 takes any free one." example:"3785"`
	Unannounced DIDs     `envconfig:"REGISTRAR__UNANNOUNCED_DIDS" desc:"DIDs that get a certificate with a token of Hydra alone, because their agents cannot announce keys: agents of the Python reference. They need not be registered." example:"did:bindu:you_at_example_com:poet:9f3c"`
}

// Addr is the address of the webhook's listener, host:port.
func (w RegistrarWebhook) Addr() string { return joinHostPort(w.Host, w.Port) }

// Asked reports whether step-ca asks here.
func (w RegistrarWebhook) Asked() bool { return w.URL != "" }

func (w *RegistrarWebhook) ranges() []bounds { return []bounds{within(&w.Port, 0, 65535)} }

// checkWebhook finds what is missing once step-ca asks, and what has no effect.
func (l registrarRules) checkWebhook() {
	w, network := &l.s.Webhook, &l.s.Network
	if !w.Asked() {
		if w.CertFile != "" || w.KeyFile != "" || len(w.Unannounced) > 0 {
			l.fault(&w.URL, "is needed with REGISTRAR__WEBHOOK_CERT_FILE, REGISTRAR__WEBHOOK_KEY_FILE and REGISTRAR__UNANNOUNCED_DIDS")
		}
		return
	}
	u, err := url.Parse(string(w.URL))
	if err != nil || u.Path != WebhookPath || u.RawQuery != "" || strings.ContainsAny(string(w.URL), "{}") {
		l.fault(&w.URL, "must have the path "+WebhookPath+" and nothing behind it")
	}
	for _, file := range []*Path{&w.CertFile, &w.KeyFile} {
		if *file == "" {
			l.fault(file, "is needed with REGISTRAR__WEBHOOK_URL")
		}
	}
	if w.Port != 0 && (w.Port == network.Port || w.Port == network.AdminPort) {
		l.fault(&w.Port, "must differ from NETWORK__PORT and NETWORK__ADMIN_PORT")
	}
}

// adviseWebhook warns of what makes Hydra's word enough for a certificate.
func (l registrarRules) adviseWebhook() {
	w := &l.s.Webhook
	if !w.Asked() {
		l.warn("REGISTRAR__WEBHOOK_URL is not set: step-ca does not ask, and who has a token of Hydra for it gets a certificate")
		return
	}
	if n := len(w.Unannounced); n > 0 {
		l.warn("REGISTRAR__UNANNOUNCED_DIDS has %d: a token of Hydra is enough for their certificates", n)
	}
}
