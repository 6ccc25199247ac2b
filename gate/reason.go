package gate

import (
	"net/http"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// Reason is the stable word by which a refusal is known: in the answer
// (data.reason), in the log and as a metric label.
type Reason string

// The reasons for which this package refuses a request.
const (
	PayloadTooLarge   Reason = "payload_too_large"
	ContentEncoding   Reason = "content_encoding"
	ContentType       Reason = "content_type"
	DuplicateHeader   Reason = "duplicate_header"
	TargetTooLong     Reason = "target_too_long"
	NotFound          Reason = "not_found"
	SkillNotFound     Reason = "skill_not_found"
	MethodNotAllowed  Reason = "method_not_allowed"
	AuthMissing       Reason = "auth_missing"
	AuthMalformed     Reason = "auth_malformed"
	TokenMalformed    Reason = "token_malformed"
	TokenInactive     Reason = "token_inactive"
	TokenExpired      Reason = "token_expired"
	TokenNotYetValid  Reason = "token_not_yet_valid"
	TokenAudience     Reason = "token_audience"
	TokenIssuer       Reason = "token_issuer"
	TokenUse          Reason = "token_use"
	TokenKID          Reason = "token_kid"
	TokenAlgorithm    Reason = "token_alg"
	TokenSignature    Reason = "token_signature"
	TokenClaim        Reason = "token_claim"
	TokenUnavailable  Reason = "introspection_unavailable"
	TokenInvalidReply Reason = "introspection_invalid"
	ClientNotDID      Reason = "client_not_did"
	CertRequired      Reason = "client_cert_required"
	CertExpired       Reason = "cert_expired"
	CertNotYetValid   Reason = "cert_not_yet_valid"
	CertNoDID         Reason = "cert_no_did"
	CertMultipleIDs   Reason = "cert_multiple_ids"
	CertIssuer        Reason = "cert_issuer_mismatch"
	CertRefused       Reason = "cert_refused"
	MissingSignature  Reason = "missing_signature_headers"
	DIDMalformed      Reason = "did_malformed"
	SchemeUnknown     Reason = "scheme_unknown"
	SchemeUnbound     Reason = "scheme_unbound"
	IdentityMismatch  Reason = "identity_mismatch"
	DIDMismatch       Reason = "did_mismatch"
	TimestampBad      Reason = "timestamp_malformed"
	TimestampWindow   Reason = "timestamp_out_of_window"
	WrongRecipient    Reason = "wrong_recipient"
	BodyTimeout       Reason = "body_timeout"
	BodyIncomplete    Reason = "body_incomplete"
	BodyNotUTF8       Reason = "body_not_utf8"
	SignatureBad      Reason = "malformed_input"
	CryptoMismatch    Reason = "crypto_mismatch"
	KeyWeak           Reason = "key_weak"
	KeyUnavailable    Reason = "public_key_unavailable"
	KeyChanged        Reason = "key_changed"
	KeyNotRemembered  Reason = "key_not_remembered"
	KeyLookup         Reason = "key_lookup_unavailable"
	NotKeyBound       Reason = "did_not_key_bound"
	RateLimited       Reason = "rate_limited"
	Replayed          Reason = "replayed"
	ReplayUnavailable Reason = "replay_unavailable"
	JSONMalformed     Reason = "json_malformed"
	JSONDuplicateKey  Reason = "json_duplicate_key"
	JSONTooDeep       Reason = "json_too_deep"
	JSONNumber        Reason = "json_number"
	MethodUnknown     Reason = "method_not_found"
	ScopeInsufficient Reason = "scope_insufficient"
	PolicyDenied      Reason = "policy_denied"
	Internal          Reason = "internal"
)

// answer is what the peer is told about a reason.
type answer struct {
	status  int
	code    int
	message string
	hint    string
}

// answers is the one place that maps a reason to what the peer sees.
var answers = map[Reason]answer{
	PayloadTooLarge:   {http.StatusRequestEntityTooLarge, jsonrpc.CodeRequest, "Request body too large", "Send a smaller body."},
	ContentEncoding:   {http.StatusUnsupportedMediaType, jsonrpc.CodeRequest, "Content-Encoding not supported", "Send the body without Content-Encoding: the signature covers the bytes as sent."},
	ContentType:       {http.StatusUnsupportedMediaType, jsonrpc.CodeRequest, "Content-Type not supported", "Send Content-Type: application/json in UTF-8."},
	DuplicateHeader:   {http.StatusBadRequest, jsonrpc.CodeRequest, "A security header appears twice", "Send Authorization and each X-DID header exactly once, spelt with hyphens."},
	TargetTooLong:     {http.StatusRequestURITooLong, jsonrpc.CodeRequest, "Request target too long", "Send parameters in the body."},
	NotFound:          {http.StatusNotFound, jsonrpc.CodeRequest, "No such path", "A2A calls go to POST /; public documents are under /.well-known/."},
	SkillNotFound:     {http.StatusNotFound, jsonrpc.CodeRequest, "Skill not found", "GET /agent/skills lists the skills, and which have documentation."},
	MethodNotAllowed:  {http.StatusMethodNotAllowed, jsonrpc.CodeRequest, "HTTP method not allowed", "The Allow header lists what this path takes."},
	AuthMissing:       {http.StatusUnauthorized, jsonrpc.CodeAuthRequired, "Authentication required", "Send exactly: Authorization: Bearer TOKEN."},
	AuthMalformed:     {http.StatusUnauthorized, jsonrpc.CodeAuthRequired, "Authorization header malformed", "Send exactly: Authorization: Bearer TOKEN, with one space and nothing after the token."},
	TokenMalformed:    {http.StatusUnauthorized, jsonrpc.CodeInvalidToken, "Invalid token", "The token is not of the form this agent's authority issues."},
	TokenInactive:     {http.StatusUnauthorized, jsonrpc.CodeInvalidToken, "Invalid token", "The authority says that the token is not active: request a new one, and check that both sides use the same authority."},
	TokenExpired:      {http.StatusUnauthorized, jsonrpc.CodeTokenExpired, "Token has expired", "Request a new token before the old one ends."},
	TokenNotYetValid:  {http.StatusUnauthorized, jsonrpc.CodeInvalidToken, "Token is not yet valid", "Compare the clocks of the caller, the authority and this agent."},
	TokenAudience:     {http.StatusUnauthorized, jsonrpc.CodeInvalidToken, "Token has the wrong audience", "Request a token for this agent; one made for the certificate authority opens nothing here."},
	TokenIssuer:       {http.StatusUnauthorized, jsonrpc.CodeInvalidToken, "Token has the wrong issuer", "Request the token from the authority that this agent trusts."},
	TokenUse:          {http.StatusUnauthorized, jsonrpc.CodeInvalidToken, "Not an access token", "Send an access token, not an ID token or a refresh token."},
	TokenKID:          {http.StatusUnauthorized, jsonrpc.CodeInvalidToken, "Token is signed with an unknown key", "Request a new token; the issuer may have changed its keys."},
	TokenAlgorithm:    {http.StatusUnauthorized, jsonrpc.CodeInvalidToken, "Token algorithm not allowed", "Sign the token with an algorithm that this agent accepts, such as RS256; never with none or a shared secret."},
	TokenSignature:    {http.StatusUnauthorized, jsonrpc.CodeInvalidToken, "Invalid token signature", "The token was changed, or its issuer is not the one the agent knows under that name."},
	TokenClaim:        {http.StatusUnauthorized, jsonrpc.CodeInvalidToken, "Token lacks a required claim", "The agent's settings require claims that this token does not carry, or not with that value; its operator sees which with `agent token inspect`."},
	TokenUnavailable:  {http.StatusServiceUnavailable, jsonrpc.CodeUnavailable, "Token authority unavailable", "Try again after Retry-After."},
	TokenInvalidReply: {http.StatusServiceUnavailable, jsonrpc.CodeUnavailable, "Token authority gave an invalid answer", "Try again after Retry-After; the operator of this agent must look at its authority."},
	ClientNotDID:      {http.StatusForbidden, jsonrpc.CodeMismatch, "The token's client is not a DID", "Use a token whose client id is the caller's DID, or ask the operator of this agent to map the client to it."},
	CertRequired:      {http.StatusUnauthorized, jsonrpc.CodeCertificate, "Client certificate required", "Connect with the certificate that the private CA issued for your DID."},
	CertExpired:       {http.StatusUnauthorized, jsonrpc.CodeCertificate, "Client certificate has expired", "Renew the certificate and connect again."},
	CertNotYetValid:   {http.StatusUnauthorized, jsonrpc.CodeCertificate, "Client certificate is not yet valid", "Compare the clocks of the CA and this agent."},
	CertNoDID:         {http.StatusForbidden, jsonrpc.CodeCertificate, "Client certificate names no DID", "The certificate needs one URI SAN of the form ISSUER#DID; a common name is never read."},
	CertMultipleIDs:   {http.StatusForbidden, jsonrpc.CodeCertificate, "Client certificate names more than one identity", "The certificate must carry exactly one URI SAN."},
	CertIssuer:        {http.StatusForbidden, jsonrpc.CodeCertificate, "Client certificate names another issuer", "The URI SAN must begin with the issuer of this agent's authority, byte for byte."},
	CertRefused:       {http.StatusForbidden, jsonrpc.CodeCertificate, "Client certificate refused", "Use a client certificate of the private CA."},
	MissingSignature:  {http.StatusForbidden, jsonrpc.CodeSignature, "Signature headers missing", "Send X-DID, X-DID-Timestamp and X-DID-Signature (and X-DID-Nonce with X-DID-Scheme: octets-1 or jcs-1)."},
	DIDMalformed:      {http.StatusForbidden, jsonrpc.CodeSignature, "X-DID is malformed", "Send the caller's DID, at most 512 bytes, without path, query or fragment."},
	SchemeUnknown:     {http.StatusForbidden, jsonrpc.CodeSignature, "Unknown signature scheme", "Send one of the schemes on the agent's card, or leave X-DID-Scheme out."},
	SchemeUnbound:     {http.StatusForbidden, jsonrpc.CodeSignature, "The signature does not bind method and path", "On this path, sign with the scheme octets-1 or jcs-1."},
	IdentityMismatch:  {http.StatusForbidden, jsonrpc.CodeMismatch, "The proofs name different callers", "Certificate, token and X-DID must all name the same DID."},
	DIDMismatch:       {http.StatusForbidden, jsonrpc.CodeMismatch, "X-DID differs from the token's client", "Certificate, token and X-DID must all name the same DID."},
	TimestampBad:      {http.StatusForbidden, jsonrpc.CodeSignature, "X-DID-Timestamp is malformed", "Send Unix seconds in plain decimal digits."},
	TimestampWindow:   {http.StatusForbidden, jsonrpc.CodeSignature, "X-DID-Timestamp is outside the window", "Compare the clocks; sign anew for each request."},
	WrongRecipient:    {http.StatusForbidden, jsonrpc.CodeSignature, "The request was signed for another agent", "Sign with aud set to the DID of the agent you call."},
	BodyTimeout:       {http.StatusRequestTimeout, jsonrpc.CodeRequest, "The body did not arrive in time", "Send the body without pauses."},
	BodyIncomplete:    {http.StatusBadRequest, jsonrpc.CodeRequest, "The body could not be read", "Send as many bytes as announced."},
	BodyNotUTF8:       {http.StatusBadRequest, jsonrpc.CodeParseError, "The body is not UTF-8", "Send JSON in UTF-8."},
	SignatureBad:      {http.StatusForbidden, jsonrpc.CodeSignature, "Signature headers are malformed", "X-DID-Signature is the base58 form of 64 bytes; X-DID-Nonce is base64url."},
	CryptoMismatch:    {http.StatusForbidden, jsonrpc.CodeSignature, "Invalid DID signature", "Sign exactly what is sent, with the key registered for the DID; `agent verify` shows which bytes differ."},
	KeyWeak:           {http.StatusForbidden, jsonrpc.CodeSignature, "The caller's public key is weak", "Create a new key: the registered one is of small order or not canonical."},
	KeyUnavailable:    {http.StatusForbidden, jsonrpc.CodeSignature, "No usable public key is registered for the DID", "Register the raw Ed25519 key in base58 as metadata.public_key."},
	KeyChanged:        {http.StatusForbidden, jsonrpc.CodeSignature, "The registered key is not the one known for this DID", "If the change was intended, ask the operator of this agent to accept the new key."},
	KeyNotRemembered:  {http.StatusServiceUnavailable, jsonrpc.CodeUnavailable, "The caller's key cannot be remembered", "Try again after Retry-After; the operator of this agent must look at its memory of keys."},
	KeyLookup:         {http.StatusServiceUnavailable, jsonrpc.CodeUnavailable, "Key authority unavailable", "Try again after Retry-After."},
	NotKeyBound:       {http.StatusForbidden, jsonrpc.CodeSignature, "The DID is not derived from its key", "This agent accepts only DIDs whose last segment is derived from the key."},
	RateLimited:       {http.StatusTooManyRequests, jsonrpc.CodeLimit, "Too many requests", "Send fewer requests; try again after Retry-After."},
	Replayed:          {http.StatusConflict, jsonrpc.CodeReplayed, "The request was already accepted once", "Sign each request anew; two equal bodies in one second need different JSON-RPC ids."},
	ReplayUnavailable: {http.StatusServiceUnavailable, jsonrpc.CodeUnavailable, "Replay protection unavailable", "Try again after Retry-After; the operator of this agent must look at its storage."},
	JSONMalformed:     {http.StatusBadRequest, jsonrpc.CodeParseError, "Invalid JSON", "Send one JSON object and nothing after it."},
	JSONDuplicateKey:  {http.StatusBadRequest, jsonrpc.CodeParseError, "Duplicate key in JSON", "Each key may stand once in an object."},
	JSONTooDeep:       {http.StatusBadRequest, jsonrpc.CodeParseError, "JSON nested too deeply", "Send flatter JSON."},
	JSONNumber:        {http.StatusBadRequest, jsonrpc.CodeParseError, "A number cannot be represented", "Numbers must survive RFC 8785: send large ones as strings."},
	MethodUnknown:     {http.StatusOK, jsonrpc.CodeMethodNotFound, "Method not found", "See the agent card for what this agent speaks."},
	ScopeInsufficient: {http.StatusForbidden, jsonrpc.CodePermissions, "Insufficient permissions", "The token lacks the permission for this method."},
	PolicyDenied:      {http.StatusForbidden, jsonrpc.CodePermissions, "Refused by policy", "The operator of this agent does not allow this caller to do this."},
	Internal:          {http.StatusInternalServerError, jsonrpc.CodeInternalError, "Internal error", "The operator finds the cause in the log under the request id."},
}
