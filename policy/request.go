package policy

import (
	"errors"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// ErrRequest: the request cannot be judged, because its params are not of the
// form that says which skill it asks for.
var ErrRequest = errors.New("the request's params, or the skillId in them, have no one meaning")

// parameters are where a request of A2A may name a skill: in the metadata of the
// message, or of the request.
type parameters struct {
	Metadata struct {
		SkillID jsontext.Value `json:"skillId"`
	} `json:"metadata"`
	Message struct {
		Metadata struct {
			SkillID jsontext.Value `json:"skillId"`
		} `json:"metadata"`
	} `json:"message"`
}

// NewRequest returns what rules may know of a request for a method with these
// parameters, nil where it has none, in a body of size bytes. The skill is the skillId in the metadata of the message or, failing
// that, of the request; a list of parameters names none. It fails with [ErrRequest] if there is one that is not
// a text, if there are two that differ, and if it cannot be told: what cannot
// be judged is not admitted.
func NewRequest(method string, params []byte, size int64, now time.Time) (Request, error) {
	r := Request{Method: method, Size: size, Time: now}
	if params == nil {
		return r, nil
	}
	if jsontext.Value(params).Kind() == jsontext.KindBeginArray {
		return r, nil // by position no method takes any: who carries them out refuses these
	}
	var p parameters
	if jsonrpc.HasDuplicateNames(params) || json.Unmarshal(params, &p, jsontext.AllowDuplicateNames(true)) != nil {
		return Request{}, ErrRequest
	}
	for _, v := range []jsontext.Value{p.Message.Metadata.SkillID, p.Metadata.SkillID} {
		if v == nil || v.Kind() == 'n' {
			continue
		}
		var skill string
		if v.Kind() != '"' || json.Unmarshal(v, &skill) != nil || (r.Skill != "" && r.Skill != skill) {
			return Request{}, ErrRequest
		}
		r.Skill = skill
	}
	return r, nil
}
