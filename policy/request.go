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

// envelope is where a JSON-RPC request of A2A may name a skill: in the metadata
// of the message, or of the request.
type envelope struct {
	Params struct {
		Metadata struct {
			SkillID jsontext.Value `json:"skillId"`
		} `json:"metadata"`
		Message struct {
			Metadata struct {
				SkillID jsontext.Value `json:"skillId"`
			} `json:"metadata"`
		} `json:"message"`
	} `json:"params"`
}

// NewRequest returns what rules may know of a JSON-RPC request with the given
// body. The skill is the skillId in the metadata of the message or, failing
// that, of the request. It fails with [ErrRequest] if there is one that is not
// a text, if there are two that differ, and if it cannot be told: what cannot
// be judged is not admitted.
func NewRequest(method string, body []byte, now time.Time) (Request, error) {
	r := Request{Method: method, Size: int64(len(body)), Time: now}
	var e envelope
	if jsonrpc.HasDuplicateNames(body) || json.Unmarshal(body, &e, jsontext.AllowDuplicateNames(true)) != nil {
		return Request{}, ErrRequest
	}
	for _, v := range []jsontext.Value{e.Params.Message.Metadata.SkillID, e.Params.Metadata.SkillID} {
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
