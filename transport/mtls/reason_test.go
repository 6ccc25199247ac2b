package mtls_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/transport/mtls"
)

// The words are what dashboards and documentation refer to.
func TestReasons(t *testing.T) {
	words := map[string]bool{}
	for err, want := range map[error]string{
		mtls.ErrNoCertificate:         "cert_required",
		mtls.ErrNoDID:                 "cert_no_did",
		mtls.ErrMultipleIDs:           "cert_multiple_ids",
		mtls.ErrIssuerMismatch:        "cert_issuer_mismatch",
		mtls.ErrBadEKU:                "tls_bad_eku",
		mtls.ErrIsCA:                  "tls_ca_leaf",
		mtls.ErrExpired:               "tls_cert_expired",
		mtls.ErrNotYetValid:           "tls_cert_not_yet_valid",
		mtls.ErrUnknownCA:             "tls_unknown_ca",
		mtls.ErrBadCertificate:        "tls_bad_certificate",
		mtls.ErrPeerMismatch:          "peer_did_mismatch",
		mtls.ErrNotAuthorized:         "tls_not_authorized",
		mtls.ErrOwnCertificateExpired: "cert_expired_self",
		mtls.ErrCAUnavailable:         "ca_unavailable",
		mtls.ErrCAUntrusted:           "ca_untrusted",
		mtls.ErrFingerprintMismatch:   "ca_fingerprint_mismatch",
		mtls.ErrCARefused:             "ca_refused",
		mtls.ErrProvisionerDisabled:   "ca_provisioner_disabled",
		mtls.ErrTokenRefused:          "ca_token_refused",
		mtls.ErrJWKSStale:             "ca_jwks_stale",
		mtls.ErrWebhook:               "ca_webhook_refused",
		mtls.ErrCABadCertificate:      "ca_bad_certificate",
		mtls.ErrClockSkew:             "clock_skew",
		mtls.ErrToken:                 "ca_token_unavailable",
		mtls.ErrAnnouncement:          "tls_key_unannounced",
		mtls.ErrRenewalNotDisabled:    "ca_renewal_enabled",
		mtls.ErrNoIdentity:            "no_identity",
	} {
		if got := mtls.Reason(fmt.Errorf("wrapped: %w", err)); got != want || words[got] {
			t.Errorf("%v is %q, want %q and no other", err, got, want)
		}
		words[want] = true
	}
	if got := mtls.Reason(errors.New("else")); got != "" {
		t.Errorf("a foreign error is %q", got)
	}
	if got := mtls.Reason(nil); got != "" {
		t.Errorf("no error is %q", got)
	}
}

func TestMismatchNamesBothDIDs(t *testing.T) {
	text := (&mtls.PeerMismatchError{Want: bob, Got: carol}).Error()
	if !strings.Contains(text, bob.String()) || !strings.Contains(text, carol.String()) {
		t.Error(text)
	}
}

func TestPhaseWords(t *testing.T) {
	want := []string{"fresh", "due", "failing", "urgent", "expired", "unknown"}
	for p := mtls.PhaseFresh; p <= mtls.PhaseExpired+1; p++ {
		if p.String() != want[p] {
			t.Errorf("%d is %q, want %q", p, p, want[p])
		}
	}
}
