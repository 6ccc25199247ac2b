package sidedoor

import "fmt"

// Word names a side door. It is stable.
type Word string

// The side doors.
const (
	// NoProvisioner: step-ca has no provisioner for our tokens, or it did not start.
	NoProvisioner Word = "provisioner_missing"
	// OtherProvisioner: there is one more, which asks nobody here.
	OtherProvisioner Word = "provisioner_other"
	// NoWebhook: the provisioner issues without asking the registrar.
	NoWebhook Word = "webhook_missing"
	// AnonymousWebhook: step-ca does not show who it is when it asks.
	AnonymousWebhook Word = "webhook_anonymous"
	// Renewal: a certificate renews itself, or changes its key, without a question.
	Renewal Word = "renewal_enabled"
	// Unmarked: certificates do not say which provisioner they are of.
	Unmarked Word = "certificate_unmarked"
	// Admins: holders of some tokens choose the names in their certificates, and revoke others.
	Admins Word = "provisioner_admins"
	// OtherIssuer: step-ca takes the tokens of another issuer than our Hydra.
	OtherIssuer Word = "issuer_other"
	// CAAdmin: step-ca has an API by which provisioners are made.
	CAAdmin Word = "ca_admin_api"
	// Registration: Hydra registers whoever asks.
	Registration Word = "client_registration"
	// PublicAdmin: Hydra's admin API answers at its public URL.
	PublicAdmin Word = "admin_api_public"
	// TrustedIssuer: Hydra exchanges what somebody else signed for tokens.
	TrustedIssuer Word = "token_issuer_other"
)

var remedies = map[Word]string{
	NoProvisioner:    "in ca.json, let authority.provisioners have one of type OIDC with our audience as clientID; start step-ca while Hydra answers",
	OtherProvisioner: "remove it from ca.json: certificates by it ask nobody here",
	NoWebhook:        "give the provisioner options.webhooks with the kind AUTHORIZING, the certType X509 and the URL of the registrar's webhook (docs/registrar.md)",
	AnonymousWebhook: "remove disableTLSClientAuth from the webhook",
	Renewal:          "set disableRenewal in the claims of the provisioner: a renewal asks nobody",
	Unmarked:         "remove disableSmallstepExtensions from ca.json: step-ca renews what it cannot tell the provisioner of",
	Admins:           "remove admins from the provisioner",
	OtherIssuer:      "let configurationEndpoint of the provisioner and HYDRA__PUBLIC_URL be of one Hydra, by the same URL",
	CAAdmin:          "remove enableAdmin from ca.json: who has that API makes provisioners",
	Registration:     "switch Hydra's oidc.dynamic_client_registration off, and remove client_registration_url from its configuration",
	PublicAdmin:      "let nothing but Hydra's public port be reached by its public URL",
	TrustedIssuer:    "delete it at Hydra's admin API (/admin/trust/grants/jwt-bearer/issuers)",
}

// Door is a side door that stands open.
type Door struct {
	Word Word
	// Detail is what was seen: names and URLs, which are no secrets.
	Detail string
}

// Remedy says how it is closed.
func (d Door) Remedy() string { return remedies[d.Word] }

// String is for the log.
func (d Door) String() string {
	if d.Detail == "" {
		return fmt.Sprintf("%s; remedy: %s", d.Word, d.Remedy())
	}
	return fmt.Sprintf("%s (%s); remedy: %s", d.Word, d.Detail, d.Remedy())
}
