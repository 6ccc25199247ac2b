package mtls

import "errors"

// Reason returns the stable word for an error of this package, for metrics,
// logs and readiness; "" when it is none of ours.
func Reason(err error) string {
	for _, r := range reasons() {
		if errors.Is(err, r.err) {
			return r.word
		}
	}
	return ""
}

type reason struct {
	err  error
	word string
}

// reasons has the more exact errors first, for those that are wrapped together.
func reasons() [32]reason {
	return [...]reason{
		{ErrOwnCertificateExpired, "cert_expired_self"},
		{ErrClockSkew, "clock_skew"},
		{ErrFingerprintMismatch, "ca_fingerprint_mismatch"},
		{ErrProvisionerDisabled, "ca_provisioner_disabled"},
		{ErrRenewalNotDisabled, "ca_renewal_enabled"},
		{ErrJWKSStale, "ca_jwks_stale"},
		{ErrTokenRefused, "ca_token_refused"},
		{ErrWebhook, "ca_webhook_refused"},
		{ErrCABadCertificate, "ca_bad_certificate"},
		{ErrCAUntrusted, "ca_untrusted"},
		{ErrCARefused, "ca_refused"},
		{ErrToken, "ca_token_unavailable"},
		{ErrAnnouncement, "tls_key_unannounced"},
		{ErrCAUnavailable, "ca_unavailable"},
		{ErrNoIdentity, "no_identity"},
		{ErrPeerMismatch, "peer_did_mismatch"},
		{ErrNotAuthorized, "tls_not_authorized"},
		{ErrNoCertificate, "cert_required"},
		{ErrNoDID, "cert_no_did"},
		{ErrMultipleIDs, "cert_multiple_ids"},
		{ErrIssuerMismatch, "cert_issuer_mismatch"},
		{ErrBadEKU, "tls_bad_eku"},
		{ErrIsCA, "tls_ca_leaf"},
		{ErrExpired, "tls_cert_expired"},
		{ErrNotYetValid, "tls_cert_not_yet_valid"},
		{ErrUnknownCA, "tls_unknown_ca"},
		{ErrBadCertificate, "tls_bad_certificate"},
		{errNotTLS, "tls_not_tls"},
		{errHandshakeSize, "tls_handshake_too_large"},
		{errTLSTimeout, "tls_handshake_timeout"},
		{errPeerClosed, "tls_peer_closed"},
		{errTLSProtocol, "tls_protocol"},
	}
}
