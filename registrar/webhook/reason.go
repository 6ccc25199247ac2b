package webhook

import "net/http"

// Reason is a stable word for why a certificate is allowed or refused: what the log
// of step-ca, ours and metrics know it by.
type Reason string

// Why a certificate is allowed.
const (
	// Announced: the key was announced by the DID's key.
	Announced Reason = "announced"
	// Listed: the DID is on the operator's list.
	Listed Reason = "listed"
	// Self: it is the registrar's own, with a key that it announced itself.
	Self Reason = "own"
)

// Why a certificate is refused.
const (
	// NotFound: nothing is asked at such a path, or with such a method.
	NotFound Reason = "webhook_not_found"
	// NotCA: who asks is not the CA.
	NotCA Reason = "webhook_caller"
	// StaleCaller: the certificate of the connection has expired meanwhile.
	StaleCaller Reason = "webhook_caller_expired"
	// Malformed: it is not what step-ca sends.
	Malformed Reason = "webhook_malformed"
	// BadNames: the names are not the one of an agent.
	BadNames Reason = "certificate_names"
	// BadKind: it could do what an agent's certificate does not.
	BadKind Reason = "certificate_kind"
	// BadKey: the public key is none, or of a kind that TLS 1.3 has not, or a weak one.
	BadKey Reason = "certificate_key"
	// BadValidity: it would not be valid from now on, or for too long.
	BadValidity Reason = "certificate_validity"
	// NotRegistered: the DID is not registered here.
	NotRegistered Reason = "client_unknown"
	// Revoked: the DID is revoked.
	Revoked Reason = "revoked"
	// NotAnnounced: the key was not announced, or too long ago.
	NotAnnounced Reason = "tls_key_not_announced"
	// TokensEnded: the DID announces no key, and tokens may be about that were ended.
	TokensEnded Reason = "tokens_ended"
	// Unavailable: the registry does not know now.
	Unavailable Reason = "storage_unavailable"
)

// allowing are the reasons for a yes.
var allowing = map[Reason]bool{Announced: true, Listed: true, Self: true}

// statuses are those of answers that are no decision about a certificate; step-ca
// asks again after 503.
var statuses = map[Reason]int{
	NotFound:    http.StatusNotFound,
	NotCA:       http.StatusForbidden,
	StaleCaller: http.StatusServiceUnavailable,
	Unavailable: http.StatusServiceUnavailable,
}
