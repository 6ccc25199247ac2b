package jsonrpc

import "net/http"

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

// auth0 is the second column: the numbers of that provider's guide for agents,
// for the four kinds that the guide knows.
var auth0 = map[int]int{
	CodeAuthRequired: -32001,
	CodeInvalidToken: -32002,
	CodePermissions:  -32003,
	CodeTokenExpired: -32004,
}

// Auth0Code returns the number under which callers who follow Auth0's guide know
// the kind of code. Whoever names a version of A2A does not: to it those numbers
// are other errors. Kinds that the guide does not know keep their number.
func Auth0Code(r *http.Request, code int) int {
	if number, ok := auth0[code]; ok && !NamesVersion(r) {
		return number
	}
	return code
}
