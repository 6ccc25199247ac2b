package registrar

import (
	"net/http"
	"strings"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// PathReference begins the path under which an agent of the Python reference finds what
// it takes for the admin API of Hydra; its enrolment token follows.
const PathReference = "/reference/"

// maxReference is the longest body of such an agent, in bytes: its own document.
const maxReference = 16 << 10

// Reference answers agents of the Python reference, which sign nothing: who has the token
// in the path is the agent. What they do not ask is not there.
func (r *Registrar) Reference() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { r.serve(w, req, referenceChecks) })
}

var referenceChecks = []check{
	{name: "route", run: (*Registrar).referenceRoute},
	{name: "shape", run: (*Registrar).shape},
	{name: "limits", run: (*Registrar).referred},
	{name: "body", run: (*Registrar).readBody},
	{name: "limits", run: (*Registrar).referenceChanging},
}

// referenceOperations are all that agents of the reference ask, at the paths of Hydra. A
// body of JSON has whatever content type: the reference calls it a form.
var referenceOperations = []*operation{
	{
		name: "reference_create", method: http.MethodPost, path: pattern{before: "/admin/clients", bare: true},
		maxBody: maxReference, takes: anyType, parse: (*exchange).parseReference, gate: gateEnrolment, carryOut: (*Registrar).referenceWrite,
	},
	{
		name: "reference_update", method: http.MethodPut, path: pattern{before: "/admin/clients/"}, own: true,
		maxBody: maxReference, takes: anyType, parse: (*exchange).parseReference, gate: gateEnrolment, carryOut: (*Registrar).referenceWrite,
	},
	{
		name: "reference_read", method: http.MethodGet, path: pattern{before: "/admin/clients/"}, question: true,
		takes: anyType, parse: noBody, gate: gateRegistry, carryOut: (*Registrar).referenceRead,
	},
	{
		name: "reference_delete", method: http.MethodDelete, path: pattern{before: "/admin/clients/"}, own: true,
		takes: anyType, parse: noBody, gate: gateRegistry, carryOut: (*Registrar).referenceDelete,
	},
	{
		name: "reference_introspection", method: http.MethodPost, path: pattern{before: "/admin/oauth2/introspect", bare: true}, question: true,
		maxBody: maxForm, takes: func(contentType string) bool { return contentType == formType }, form: formType,
		parse: (*exchange).parseReferenceToken, gate: gateRegistry, carryOut: (*Registrar).referenceIntrospect,
	},
}

// colons undoes what the reference, or its HTTP client, makes of the colons of a DID.
var colons = strings.NewReplacer("%3A", ":", "%3a", ":")

// referenceRoute takes the token out of the path before anything could log that.
func (r *Registrar) referenceRoute(x *exchange) *Refusal {
	text, target, found := strings.Cut(strings.TrimPrefix(x.r.RequestURI, PathReference), "/")
	x.r.RequestURI, x.r.URL.Path, x.r.URL.RawPath = "", "", ""
	if !found || !isTokenText(text) {
		return refuse(refusal.NotFound, nil)
	}
	x.bearer = Secret(text)
	target = colons.Replace("/" + target)
	allowed := &operation{name: "reference"}
	for _, op := range referenceOperations {
		d, ok := op.path.match(target)
		if ok && op.method == x.r.Method {
			x.op, x.about = op, d
			return r.clientID(x)
		}
		if ok {
			allowed.method = strings.TrimPrefix(allowed.method+", "+op.method, ", ")
		}
	}
	x.op = allowed
	if allowed.method == "" {
		return refuse(refusal.NotFound, nil)
	}
	return refuse(refusal.MethodNotAllowed, nil)
}

// clientID refuses a DID that can be no agent's client id.
func (r *Registrar) clientID(x *exchange) *Refusal {
	if x.about != (did.DID{}) && (!registrable(x.about) || x.about == r.cfg.Self) {
		return refuse(DIDUnsupported, nil)
	}
	return nil
}

// referred finds out whose token it is. One that nobody has costs what a stranger costs,
// and so do one that has bound nothing yet and one that is a credential no more: who has
// that takes nothing from the DID's agent.
func (r *Registrar) referred(x *exchange) *Refusal {
	var t *Token
	err := r.cfg.Store.View(x.r.Context(), func(read Reader) (err error) {
		t, x.known, err = whose(read, tokenHash(x.bearer))
		return err
	})
	if err != nil {
		return refusalOf(err)
	}
	if t == nil {
		t = new(Token)
	}
	x.credential, x.proved = t, x.known
	if refused := r.limits.admit(t.Reference.String(), x.address, x.known, x.op.question); refused != nil {
		return refused
	}
	switch {
	case t.ID == "":
		return noCredential("not known")
	case !t.Reference.IsZero() && !x.known:
		return noCredential("the DID is not known by it any more")
	case t.credentialFault(x.now) != "":
		return noCredential(t.credentialFault(x.now))
	case x.op.own && !t.opens(x.about):
		return refuse(PathMismatch, nil)
	}
	return nil
}

// whose returns a token, nil where there is none, and whether a DID is known by it now.
func whose(read Reader, hash [32]byte) (t *Token, known bool, err error) {
	t, err = read.Token(hash)
	if err != nil || t == nil || t.Reference.IsZero() {
		return t, false, err
	}
	c, err := read.Client(t.Reference)
	return t, c != nil && c.isCredential(t), err
}

// referenceChanging looks at the rate of changes of a DID over all addresses.
func (r *Registrar) referenceChanging(x *exchange) *Refusal {
	if x.op.question || !x.known {
		return nil
	}
	return r.limits.change(x.credential.Reference.String())
}

// payer is who pays for a question besides the address: a token that has bound nothing
// yet pays for itself.
func (x *exchange) payer() string {
	if x.known {
		return x.credential.Reference.String()
	}
	return x.credential.ID
}
