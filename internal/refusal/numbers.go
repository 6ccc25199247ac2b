package refusal

// Error codes of JSON-RPC 2.0 section 5.1. They stand only for what that section
// says, so that a client may read them by number.
const (
	CodeParseError     = -32700
	CodeInvalidRequest = -32600
	CodeMethodNotFound = -32601
	CodeInvalidParams  = -32602
	CodeInternalError  = -32603
)

// Error codes of this agent's own, by kind. They lie outside of -32768 to -32000,
// which JSON-RPC reserves and of which A2A owns -32001 to -32099: clients map
// those by number alone, and would show a refused token as a missing task. Clients
// made with a2a-go know -31401 as unauthenticated and -31403 as unauthorized.
const (
	// CodeRequest: the HTTP request is not one that this agent takes: path,
	// method, headers, size, a body that did not come.
	CodeRequest = -31400 - iota
	// CodeAuthRequired: there is no token, or no caller.
	CodeAuthRequired
	// CodeInvalidToken: the token proves nothing here.
	CodeInvalidToken
	// CodePermissions: the caller may not do this.
	CodePermissions
	// CodeTokenExpired: the token was good once.
	CodeTokenExpired
	// CodeCertificate: the client certificate is missing or unfit.
	CodeCertificate
	// CodeMismatch: the proofs name different callers, or no DID.
	CodeMismatch
	// CodeSignature: the signature, or the key that it needs, is missing or unfit.
	CodeSignature
	// CodeReplayed: the request was accepted before.
	CodeReplayed
	// CodeUnavailable: this agent, or an authority behind it, cannot answer now.
	CodeUnavailable
	// CodeLimit: the caller has used up what it may use.
	CodeLimit
)

// number is that of a kind of refusal, in two columns: our own, and that of Auth0's
// guide for agents, which knows four kinds.
type number struct{ own, auth0 int }

var (
	parseError     = same(CodeParseError)
	invalidRequest = same(CodeInvalidRequest)
	methodNotFound = same(CodeMethodNotFound)
	invalidParams  = same(CodeInvalidParams)
	internalError  = same(CodeInternalError)

	request      = same(CodeRequest)
	authRequired = number{CodeAuthRequired, -32001}
	invalidToken = number{CodeInvalidToken, -32002}
	permissions  = number{CodePermissions, -32003}
	tokenExpired = number{CodeTokenExpired, -32004}
	certificate  = same(CodeCertificate)
	mismatch     = same(CodeMismatch)
	signature    = same(CodeSignature)
	replayed     = same(CodeReplayed)
	unavailable  = same(CodeUnavailable)
	limit        = same(CodeLimit)
)

func same(code int) number { return number{code, code} }
