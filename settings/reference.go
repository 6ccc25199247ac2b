package settings

import (
	"slices"
	"strings"
)

// referenceName is a variable of the Python reference agent, in one of our
// sections, that is no choice here. It is understood so that one .env serves
// both: what agrees with us passes in silence, what asks for less security is
// refused, the rest has no effect and is warned about.
type referenceName struct {
	name    string
	passes  []string // values that say what is so anyway
	refused bool     // any other value is a fault rather than a warning
	why     string
}

// Reference is a variable of the Python reference agent that chooses nothing
// here, for the documentation.
type Reference struct {
	Name string
	Only string // the one value that is accepted; "" if any is, with a warning
	Why  string
}

// ReferenceNames lists the variables of the Python reference agent that are
// understood without being settings of ours.
func ReferenceNames() []Reference {
	list := make([]Reference, len(referenceNames))
	for i, r := range referenceNames {
		list[i] = Reference{Name: r.name, Why: r.why}
		if r.refused {
			list[i].Only = r.passes[0]
		}
	}
	return list
}

// referenceNames are the reference's settings as of June 2026.
var referenceNames = []referenceName{
	{"AUTH__REQUIRE_PERMISSIONS", yes, true, "permissions are always checked: remove it, and change what a method needs with AUTH__PERMISSIONS"},
	{"AUTH__PUBLIC_ENDPOINTS", nil, false, "the public endpoints are fixed"},
	{"HYDRA__ENABLED", yes, false, "AUTH__PROVIDER decides whether Hydra is asked"},
	{"HYDRA__VERIFY_SSL", yes, true, "certificates are always verified: remove it, and install the authority's root in the system's trust store"},
	{"HYDRA__MAX_RETRIES", nil, false, "the agent tries again, with growing pauses, until Hydra answers"},
	{"HYDRA__AUTO_REGISTER_AGENTS", yes, true, "the agent compares its registration with Hydra's on every start: remove it"},
	{"HYDRA__AGENT_CLIENT_PREFIX", nil, false, "the client id is the DID"},
	{"HYDRA__PUBLIC_ENDPOINTS", nil, false, "the public endpoints are fixed"},
	{"MTLS__VERIFY_SSL", yes, true, "certificates are always verified: remove it, and set MTLS__CA_FINGERPRINT or MTLS__CA_ROOT_FILE"},
	{"MTLS__VERIFY_SERVER_CERT", yes, true, "certificates of peers are always verified, by DID and not by host name: remove it"},
	{"MTLS__RENEW_CHECK_INTERVAL_SECONDS", nil, false, "renewal is due at a time computed from the certificate, nothing is polled"},
	{"MTLS__CA_PROVISIONER", nil, false, "step-ca finds its provisioner by the audience of the token, MTLS__OIDC_AUDIENCE"},
	{"MTLS__CERT_FILENAME", []string{"tls_cert.pem"}, true, "the file is called tls_cert.pem: remove it"},
	{"MTLS__KEY_FILENAME", []string{"tls_key.pem"}, true, "the file is called tls_key.pem: remove it"},
	{"MTLS__CA_BUNDLE_FILENAME", []string{"ca_bundle.pem"}, true, "the file is called ca_bundle.pem: remove it"},
	{"DID__PRIVATE_KEY_FILENAME", []string{"private.pem"}, true, "the file is called private.pem: remove it"},
	{"DID__PUBLIC_KEY_FILENAME", []string{"public.pem"}, true, "the file is called public.pem: remove it"},
	{"DID__CONFIG_FILENAME", nil, false, "the DID document is not kept in a file"},
	{"DID__METHOD", nil, false, "DIDs are of the method bindu"},
	{"AGENT__ENABLE_STRUCTURED_RESPONSES", nil, false, "the backend decides what a task needs next"},
	{"AGENT__STRUCTURED_RESPONSE_SYSTEM_PROMPT", nil, false, "the backend decides what a task needs next"},
}

// yes are the words for true.
var yes = []string{"true", "1", "yes", "on", "t", "y"}

// checkReference judges the reference's names.
func (l agentRules) checkReference() {
	for _, r := range referenceNames {
		v, ok := l.vars[r.name]
		if !ok || v.value == "" || slices.Contains(r.passes, strings.ToLower(v.value)) {
			continue
		}
		if !r.refused {
			l.warn("%s has no effect: %s", r.name, r.why)
			continue
		}
		l.faults = append(l.faults, Fault{
			Variable: r.name, Value: printable(v.value), Source: v.source,
			Problem: r.why, Example: r.name + "=" + r.passes[0],
		})
	}
}

// checkEnabled judges the setting of ours that has only one right value.
func (l agentRules) checkEnabled() {
	if !l.s.Auth.Enabled {
		l.fault(&l.s.Auth.Enabled, "cannot be switched off: an agent that does not know its callers answers nobody; "+
			"set it to true, and MTLS__MODE=mtls if callers shall need no token")
	}
}
