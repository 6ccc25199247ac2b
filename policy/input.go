package policy

import (
	"time"

	"cel.dev/cel-go/cel"

	"github.com/getbindu/bindu-go/identity"
)

// Request is what rules may know of a request.
type Request struct {
	// Method is the JSON-RPC method.
	Method string
	// Skill is the skill that is asked for, "" where the request names none.
	Skill string
	// Tool is the tool of an MCP server that is called, "" where none is.
	Tool string
	// Size is the number of bytes of the body.
	Size int64
	// Time is when the request is judged.
	Time time.Time
}

// Names that rules may use.
const (
	callerDID           = "caller.did"
	callerIssuer        = "caller.issuer"
	callerClientID      = "caller.client_id"
	callerSubject       = "caller.subject"
	callerAudience      = "caller.audience"
	callerPermissions   = "caller.permissions"
	callerClaims        = "caller.claims"
	callerKeyBound      = "caller.key_bound"
	callerScheme        = "caller.scheme"
	requestMethod       = "request.method"
	requestSkill        = "request.skill"
	requestTool         = "request.tool"
	requestSize         = "request.size"
	requestTime         = "request.time"
	certificateSerial   = "certificate.serial"
	certificateNotAfter = "certificate.not_after"
)

// input gives rules the values of the names. It is a cel.Activation.
type input struct {
	caller  identity.Caller
	request Request
}

// Parent is none.
func (*input) Parent() cel.Activation { return nil }

// ResolveName returns the value of a name.
func (in *input) ResolveName(name string) (any, bool) {
	switch name {
	case callerDID:
		return in.caller.DID.String(), true
	case callerIssuer:
		return in.caller.Claims.Issuer, true
	case callerClientID:
		return in.caller.Claims.ClientID, true
	case callerSubject:
		return in.caller.Claims.Subject, true
	case callerAudience:
		return in.caller.Claims.Audience, true
	case callerPermissions:
		return in.caller.Claims.Scopes, true
	case callerClaims:
		return in.caller.Claims.Extra, true
	case callerKeyBound:
		return in.caller.KeyBound, true
	case callerScheme:
		return string(in.caller.Scheme), true
	case certificateSerial:
		return in.caller.CertificateSerial, true
	case certificateNotAfter:
		return in.caller.CertificateNotAfter, true
	default:
		return in.request.resolve(name)
	}
}

func (r *Request) resolve(name string) (any, bool) {
	switch name {
	case requestMethod:
		return r.Method, true
	case requestSkill:
		return r.Skill, true
	case requestTool:
		return r.Tool, true
	case requestSize:
		return r.Size, true
	case requestTime:
		return r.Time, true
	default:
		return nil, false
	}
}
