package registrar

import (
	"crypto/ed25519"
	"mime"
	"net/http"
	"strings"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// operation is one thing that agents ask for. All pass the same checks.
type operation struct {
	// name is for the log.
	name   string
	method string
	path   pattern
	// own is true where the DID in the path must be that of who asks.
	own bool
	// question is true where nothing changes: questions have rates of their own.
	question bool
	// maxBody is the longest body in bytes; takes reports whether it may have a
	// content type, which form describes to whoever sends another.
	maxBody int64
	takes   func(contentType string) bool
	form    string
	// parse reads the body.
	parse func(*exchange) *Refusal
	// keys are those by one of which the request must be signed.
	keys func(*Registrar, *exchange) []ed25519.PublicKey
	// gate names what refuses a request whose signer was proved.
	gate string
	// carryOut does what is asked, and answers unless there is an error.
	carryOut func(*Registrar, *exchange) error
}

// withoutCharset drops the parameter that says UTF-8 from a content type that has no
// other: many HTTP clients add it of themselves.
func withoutCharset(contentType string) string {
	media, params, err := mime.ParseMediaType(contentType)
	if err == nil && len(params) == 1 && strings.EqualFold(params["charset"], "utf-8") {
		return media
	}
	return contentType
}

// called is the name for the log, also of no operation.
func (op *operation) called() string {
	if op == nil {
		return ""
	}
	return op.name
}

// pattern is a path with a DID between its halves, or without one.
type pattern struct {
	before, after string
	bare          bool
}

// match reports whether a request target is of the pattern, and returns its DID. Each
// path has one spelling, so that no other reaches a client.
func (p pattern) match(target string) (d did.DID, ok bool) {
	text, found := strings.CutPrefix(target, p.before)
	if p.bare {
		return did.DID{}, found && text == ""
	}
	text, ended := strings.CutSuffix(text, p.after)
	d, err := did.Parse(text)
	return d, found && ended && err == nil
}

// PathClients begins the path of a client; its DID follows, as it is.
const PathClients = "/v1/clients/"

// operations are all that there are.
var operations = []*operation{
	{
		name: "registration", method: http.MethodPut, path: pattern{before: PathClients}, own: true,
		maxBody: MaxBody, takes: jsonrpc.IsJSON, form: "application/json in UTF-8",
		parse: (*exchange).parseRegistration, keys: (*Registrar).namedKey, gate: gateEnrolment, carryOut: (*Registrar).registerAgent,
	},
	{
		name: "announcement", method: http.MethodPut, path: pattern{before: PathClients, after: AfterTLSKey}, own: true,
		maxBody: MaxBody, takes: jsonrpc.IsJSON, form: "application/json in UTF-8",
		parse: (*exchange).parseAnnouncement, keys: (*Registrar).ownKeys, gate: gateRegistry, carryOut: (*Registrar).announce,
	},
	{
		name: "introspection", method: http.MethodPost, path: pattern{before: PathIntrospect, bare: true}, question: true,
		maxBody: maxForm, takes: func(contentType string) bool { return contentType == formType }, form: formType,
		parse: (*exchange).parseToken, keys: (*Registrar).ownKeys, gate: gateRegistry, carryOut: (*Registrar).introspect,
	},
	{
		name: "key", method: http.MethodGet, path: pattern{before: PathKeys}, question: true, takes: anyType,
		parse: noBody, keys: (*Registrar).ownKeys, gate: gateRegistry, carryOut: (*Registrar).tellKey,
	},
	{
		name: "revocations", method: http.MethodPost, path: pattern{before: PathRevocations, bare: true}, question: true,
		maxBody: maxFollow, takes: jsonrpc.IsJSON, form: "application/json in UTF-8",
		parse: (*exchange).parseFollow, keys: (*Registrar).ownKeys, gate: gateRegistry, carryOut: (*Registrar).follow,
	},
}

// operationOf returns what a request target is for, nil for nothing.
func operationOf(target string) (*operation, did.DID) {
	for _, op := range operations {
		if d, ok := op.path.match(target); ok {
			return op, d
		}
	}
	return nil, did.DID{}
}
