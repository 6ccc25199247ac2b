package registrar

import (
	"net/http"

	"github.com/getbindu/bindu-go/internal/refusal"
)

// Words that only the registrar says. All others are those of the gates.
const (
	RegistrationInvalid refusal.Word = "registration_invalid"
	SecretWeak          refusal.Word = "secret_weak"
	AnnouncementInvalid refusal.Word = "announcement_invalid"
	QuestionInvalid     refusal.Word = "question_invalid"
	FollowInvalid       refusal.Word = "follow_invalid"
	NotRegistered       refusal.Word = "not_registered"
	ClientUnknown       refusal.Word = "client_unknown"
	SchemeRefused       refusal.Word = "scheme_refused"
	DIDUnsupported      refusal.Word = "did_unsupported"
	PathMismatch        refusal.Word = "path_mismatch"
	TokenRequired       refusal.Word = "enrolment_token_required"
	TokenRefused        refusal.Word = "enrolment_token_refused"
	PendingFull         refusal.Word = "pending_full"
	Revoked             refusal.Word = "revoked"
	SecretEnded         refusal.Word = "secret_ended"
	Busy                refusal.Word = "client_busy"
	ForeignWriter       refusal.Word = "foreign_writer"
	Unavailable         refusal.Word = "authority_unavailable"
	Differs             refusal.Word = "authority_differs"
)

// said is what an agent is told about a word.
type said struct {
	status, code  int
	message, hint string
}

// own is what is said of the registrar's own words, and of those of the gates
// that mean something else here.
var own = map[refusal.Word]said{
	RegistrationInvalid: {http.StatusBadRequest, refusal.CodeInvalidParams, "The registration is malformed", "docs/registrar.md lists the members and their types."},
	SecretWeak:          {http.StatusBadRequest, refusal.CodeInvalidParams, "The client secret is weak", "Send 32 to 54 random bytes in base64url without padding."},
	AnnouncementInvalid: {http.StatusBadRequest, refusal.CodeInvalidParams, "The announcement is malformed", "Send the member tlsKey: the SHA-256 of the DER SubjectPublicKeyInfo in lower-case hexadecimal."},
	QuestionInvalid:     {http.StatusBadRequest, refusal.CodeInvalidParams, "The question about a token is malformed", "Send one form with the parameter token, once, and no other."},
	FollowInvalid:       {http.StatusBadRequest, refusal.CodeInvalidParams, "The question about revocations is malformed", "Send the member dids: an array of at most 1024 DIDs of at most 255 bytes, and no other."},
	NotRegistered:       {http.StatusForbidden, refusal.CodePermissions, "The DID is not registered", "Register it first."},
	ClientUnknown:       {http.StatusNotFound, refusal.CodeRequest, "No such client", "Nobody is registered by that DID, or it is revoked."},
	SchemeRefused:       {http.StatusForbidden, refusal.CodeSignature, "Signature scheme not accepted", "Sign with octets-1."},
	DIDUnsupported:      {http.StatusForbidden, refusal.CodeSignature, "The DID cannot be a client id", "Use a DID in lower case, of at most 255 bytes, without percent-encoding; and not that of the registrar."},
	PathMismatch:        {http.StatusForbidden, refusal.CodeMismatch, "X-DID differs from the DID in the path", "An agent registers nobody but itself."},
	TokenRequired:       {http.StatusForbidden, refusal.CodePermissions, "An enrolment token is needed", "Ask the operator of the registrar for one, and send it in the member enrolmentToken."},
	TokenRefused: {http.StatusForbidden, refusal.CodePermissions, "The enrolment is refused",
		"The token is not known, has expired, is used up or is for other names, or the DID has another key. The operator of the registrar sees which."},
	refusal.NotKeyBound:   {http.StatusForbidden, refusal.CodePermissions, "The DID does not follow from the key", "Only an enrolment token binds such a DID to a key, once."},
	PendingFull:           {http.StatusServiceUnavailable, refusal.CodeLimit, "Too many agents wait for approval", "Try again after Retry-After."},
	Revoked:               {http.StatusForbidden, refusal.CodePermissions, "The DID is revoked", "Only the operator of the registrar can restore it, or the DID that had the same key."},
	SecretEnded:           {http.StatusForbidden, refusal.CodePermissions, "The client's secret was ended", "Make another secret, and register with it and newSecret."},
	Busy:                  {http.StatusServiceUnavailable, refusal.CodeUnavailable, "The client is being changed", "Try again after Retry-After."},
	ForeignWriter:         {http.StatusConflict, refusal.CodeUnavailable, "Somebody else changed the client", "The operator of the registrar must look at the authorization server."},
	Unavailable:           {http.StatusServiceUnavailable, refusal.CodeUnavailable, "Authorization server unavailable", "Try again after Retry-After."},
	Differs:               {http.StatusServiceUnavailable, refusal.CodeUnavailable, "The authorization server does not keep what is written", "The operator of the registrar must look at the authorization server."},
	refusal.NotFound:      {http.StatusNotFound, refusal.CodeRequest, "No such path", "docs/registrar.md lists the paths; a DID stands in one with its colons as they are."},
	refusal.QuotaExceeded: {http.StatusTooManyRequests, refusal.CodeLimit, "Too many DIDs from this address", "Ask the operator of the registrar."},
	refusal.RateLimited:   {http.StatusTooManyRequests, refusal.CodeLimit, "Too many requests", "Try again after Retry-After."},
	refusal.Replayed:      {http.StatusConflict, refusal.CodeReplayed, "The request was seen before", "Sign each request anew."},
	refusal.CryptoMismatch: {http.StatusForbidden, refusal.CodeSignature, "Invalid DID signature",
		"Sign exactly what is sent, with the registrar's DID as audience and the key that the DID is registered with, or that a registration names."},
}

// say is what an agent is told about a word.
func say(w refusal.Word) said {
	if s, ok := own[w]; ok {
		return s
	}
	a := w.Answer()
	return said{a.Status(), a.Code(), a.Message(), a.Hint()}
}
