package mtls

import (
	"errors"
	"fmt"

	"github.com/getbindu/bindu-go/identity/did"
)

// Errors about the certificate of a peer, at the handshake or at a request.
var (
	// ErrNoCertificate: the peer presented no certificate.
	ErrNoCertificate = errors.New("no certificate was presented")
	// ErrNoDID: no URI name of the certificate carries a DID.
	ErrNoDID = errors.New("certificate names no DID")
	// ErrMultipleIDs: the certificate has more than one URI name.
	ErrMultipleIDs = errors.New("certificate has more than one URI name")
	// ErrIssuerMismatch: the certificate names a DID of another issuer.
	ErrIssuerMismatch = errors.New("certificate names a DID of another issuer")
	// ErrBadEKU: the certificate may not be used for this side of a connection.
	ErrBadEKU = errors.New("certificate lacks the extended key usage")
	// ErrIsCA: a CA's certificate was presented as a leaf.
	ErrIsCA = errors.New("certificate belongs to a CA")
	// ErrExpired: a certificate of the chain has expired.
	ErrExpired = errors.New("certificate has expired")
	// ErrNotYetValid: a certificate of the chain is not valid yet.
	ErrNotYetValid = errors.New("certificate is not yet valid")
	// ErrUnknownCA: the chain does not end in a trusted root.
	ErrUnknownCA = errors.New("certificate is not signed by a trusted CA")
	// ErrBadCertificate: the certificate fails verification in another way.
	ErrBadCertificate = errors.New("certificate does not verify")
	// ErrPeerMismatch: the peer proved a DID, but not the one that was dialled.
	// The error is a [*PeerMismatchError].
	ErrPeerMismatch = errors.New("peer is not the agent that was dialled")
	// ErrNotAuthorized: the Authorize hook refused the peer's DID.
	ErrNotAuthorized = errors.New("peer is not authorized")
	// ErrOwnCertificateExpired: our own certificate has expired, so that no
	// connection can be made until a new one has been issued.
	ErrOwnCertificateExpired = errors.New("own certificate has expired; waiting for a new one from the CA")
)

// Errors of enrolment, which an [Enroller] returns.
var (
	// ErrCAUnavailable: the CA could not be reached or could not answer. Trying again may help.
	ErrCAUnavailable = errors.New("CA is unavailable")
	// ErrCAUntrusted: the CA's own TLS certificate does not verify.
	ErrCAUntrusted = errors.New("CA is not trusted")
	// ErrFingerprintMismatch: the CA's root is not the pinned one.
	ErrFingerprintMismatch = errors.New("CA root does not have the pinned fingerprint; compare MTLS__CA_FINGERPRINT with the CA's root certificate")
	// ErrCARefused: the CA answered no. It is wrapped by the more exact errors below where the cause can be told.
	ErrCARefused = errors.New("CA refused to issue a certificate")
	// ErrProvisionerDisabled: the CA has no working OIDC provisioner for our tokens.
	ErrProvisionerDisabled = errors.New("CA provisioner is absent or disabled; restart step-ca or send it SIGHUP once its OpenID issuer answers")
	// ErrTokenRefused: the CA did not accept the one-time token.
	ErrTokenRefused = errors.New("CA refused the one-time token")
	// ErrJWKSStale: the token looks right, so the CA most likely has not yet
	// fetched the key that the OpenID issuer signs with now.
	ErrJWKSStale = errors.New("CA does not know the key that signed the token; restart step-ca or send it SIGHUP to refresh its JWKS")
	// ErrWebhook: the CA asks a registrar before it issues, and refused. Which of the
	// two it was, and why, is told to agents by neither. Trying again may help.
	ErrWebhook = errors.New("CA asks a registrar before it issues a certificate, which said no or did not answer: its log says why; " +
		"where that has nothing, look whether the registrar has REGISTRAR__WEBHOOK_URL, without which it answers no CA (docs/registrar.md#setting-it-up)")
	// ErrCABadCertificate: the CA answered with something that must not be used.
	ErrCABadCertificate = errors.New("CA returned an unusable certificate")
	// ErrClockSkew: our clock and the CA's differ by more than the CA tolerates.
	ErrClockSkew = errors.New("clock differs from the CA's; synchronise the clocks (NTP)")
	// ErrToken: no one-time token could be had, so the CA was not asked.
	ErrToken = errors.New("no one-time token for the CA")
	// ErrAnnouncement: the key of the certificate could not be announced to who
	// has to allow it, so the CA was not asked.
	ErrAnnouncement = errors.New("the TLS key could not be announced")
	// ErrRenewalNotDisabled is a warning: the provisioner lets a certificate
	// renew itself, so a revoked agent could stay in for ever.
	ErrRenewalNotDisabled = errors.New(`CA provisioner allows renewal by certificate, which makes revocation impossible; set "disableRenewal": true in its claims`)
)

// Errors about our own identity.
var (
	// ErrKeyMismatch: the private key is not that of the certificate.
	ErrKeyMismatch = errors.New("private key does not belong to the certificate")
	// ErrOtherDID: the certificate is another agent's.
	ErrOtherDID = errors.New("certificate belongs to another DID")
	// ErrBadRoots: the trusted roots are none, or not all of them CA certificates.
	ErrBadRoots = errors.New("trusted roots are unusable")
)

// ErrNoIdentity: the directory holds no identity that can be used now. It wraps the reason.
var ErrNoIdentity = errors.New("no usable certificate in the directory")

// PeerMismatchError says which agent was dialled and which one answered.
type PeerMismatchError struct {
	Want, Got did.DID
}

// Error names both DIDs.
func (e *PeerMismatchError) Error() string {
	return fmt.Sprintf("dialled %s, but the peer's certificate belongs to %s; check the address and the expected DID", e.Want, e.Got)
}

// Is makes the error match [ErrPeerMismatch].
func (e *PeerMismatchError) Is(target error) bool { return target == ErrPeerMismatch }
