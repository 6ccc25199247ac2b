package registrar

import (
	"net/url"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// referenceClient is what is read of the client document that an agent of the reference
// sends. All else in it is the registrar's to say.
type referenceClient struct {
	ID       string            `json:"client_id"`
	Secret   string            `json:"client_secret"`
	Name     string            `json:"client_name"`
	Metadata referenceMetadata `json:"metadata"`
}

type referenceMetadata struct {
	PublicKey string `json:"public_key"`
	URL       string `json:"agent_url"`
}

// parseReference reads such a document.
func (x *exchange) parseReference() *Refusal {
	d, reg, refused := parseReference(x.body)
	switch {
	case refused != nil:
		return refused
	case x.op.own && d != x.about:
		return refuse(PathMismatch, nil)
	case !registrable(d):
		return refuse(DIDUnsupported, nil)
	case !x.credential.opens(d):
		return noCredential("made for another DID")
	}
	x.about, x.reg = d, reg
	x.reg.Token = x.bearer
	return nil
}

func parseReference(body []byte) (d did.DID, reg Registration, refused *Refusal) {
	switch {
	case !utf8.Valid(body):
		return d, reg, refuse(refusal.BodyNotUTF8, nil)
	case jsonrpc.TooDeep(body, jsonrpc.MaxDepth):
		return d, reg, refuse(refusal.JSONTooDeep, nil)
	case jsonrpc.HasDuplicateNames(body):
		return d, reg, refuse(refusal.JSONDuplicateKey, nil)
	}
	var c referenceClient
	if jsontext.Value(body).Kind() != '{' || json.Unmarshal(body, &c) != nil {
		return d, reg, refuse(refusal.JSONMalformed, nil) // the cause may quote the secret
	}
	d, err := did.Parse(c.ID)
	if err != nil {
		return d, reg, refuse(refusal.DIDMalformed, err)
	}
	return d, reg, c.fill(&reg)
}

func (c *referenceClient) fill(reg *Registration) *Refusal {
	if r := reg.setKey(c.Metadata.PublicKey); r != nil {
		if r.Hint != "" {
			r.Hint = "metadata.public_key must be the agent's Ed25519 public key in base58."
		}
		return r
	}
	if r := reg.setSecret(c.Secret); r != nil {
		return r
	}
	if c.Metadata.URL != "" {
		if r := reg.setURL(c.Metadata.URL); r != nil {
			return r
		}
	}
	return reg.setName(c.Name)
}

// parseReferenceToken reads the question of the reference about a token, which names no
// scope in a member of its own.
func (x *exchange) parseReferenceToken() *Refusal {
	form, err := url.ParseQuery(string(x.body))
	if err != nil || len(form["token"]) != 1 || len(form["scope"]) > 1 || form.Get("scope") != "" || len(form) > 1+len(form["scope"]) {
		return refuse(QuestionInvalid, nil)
	}
	x.token = form.Get("token")
	return nil
}
