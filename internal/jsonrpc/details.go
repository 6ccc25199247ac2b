package jsonrpc

import "net/http"

// ownDomain is that of the reasons of this agent's own, in an [ErrorInfo].
const ownDomain = "getbindu.com"

const errorInfoType = "type.googleapis.com/google.rpc.ErrorInfo"

// ErrorInfo is the detail that A2A 1.0 section 9.5 asks for in error.data,
// which is a list there.
type ErrorInfo struct {
	Type   string `json:"@type"`
	Domain string `json:"domain"`
	// Metadata is what callers of other versions get as the whole data.
	Metadata Data `json:"metadata"`
	// Reason is a word in capitals.
	Reason string `json:"reason"`
}

// Details returns the data of an error for callers of A2A 1.0. The domain says
// whose word the reason is.
func Details(domain, reason string, data Data) []ErrorInfo {
	return []ErrorInfo{{Type: errorInfoType, Domain: domain, Metadata: data, Reason: reason}}
}

// wantsDetails reports whether the caller reads error.data as A2A 1.0 has it.
func wantsDetails(r *http.Request) bool {
	version, ok := Version(r)
	return ok && version == version1
}
