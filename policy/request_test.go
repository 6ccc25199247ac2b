package policy_test

import (
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/policy"
)

func TestRequestNamesItsSkillOnceOrNotAtAll(t *testing.T) {
	for name, tt := range map[string]struct {
		params, skill string
		refused       bool
	}{
		"none":                         {`{"message":{"parts":[]}}`, "", false},
		"no params":                    {"", "", false},
		"a list of params":             {`[]`, "", false},
		"a list with a skill":          {` [{"metadata":{"skillId":"poetry"}}]`, "", false},
		"of the message":               {`{"message":{"metadata":{"skillId":"poetry","other":1}}}`, "poetry", false},
		"of the request":               {`{"metadata":{"skillId":"poetry"}}`, "poetry", false},
		"the same twice":               {`{"metadata":{"skillId":"poetry"},"message":{"metadata":{"skillId":"poetry"}}}`, "poetry", false},
		"null":                         {`{"metadata":{"skillId":null},"message":{"metadata":null}}`, "", false},
		"another case is another name": {`{"metadata":{"skillid":"poetry"}}`, "", false},
		"two":                          {`{"metadata":{"skillId":"prose"},"message":{"metadata":{"skillId":"poetry"}}}`, "", true},
		"a number":                     {`{"metadata":{"skillId":7}}`, "", true},
		"a list":                       {`{"message":{"metadata":{"skillId":["poetry"]}}}`, "", true},
		"hidden behind a fault":        {`{"metadata":7,"message":{"metadata":{"skillId":"poetry"}}}`, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			var params []byte
			if tt.params != "" {
				params = []byte(tt.params)
			}
			r, err := policy.NewRequest("message/send", params, 77, time.Unix(1, 0))
			if tt.refused {
				if !errors.Is(err, policy.ErrRequest) {
					t.Errorf("%+v %v", r, err)
				}
				return
			}
			if err != nil || r.Skill != tt.skill || r.Size != 77 || r.Method != "message/send" || r.Time.Unix() != 1 {
				t.Errorf("%+v %v", r, err)
			}
		})
	}
}

func FuzzNewRequest(f *testing.F) {
	f.Add([]byte(`{"metadata":{"skillId":"a"},"message":{"metadata":{"skillId":"a"}}}`))
	f.Add([]byte(`[]`))
	f.Add([]byte("{"))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := policy.NewRequest("m", body, int64(len(body)), time.Time{})
		if err != nil && r != (policy.Request{}) {
			t.Errorf("%+v beside %v", r, err)
		}
	})
}

// A caller without a token has no claims, which is no fault of the rules.
func TestCallerWithoutATokenHasNoClaims(t *testing.T) {
	p := parse(t, "version: 1\ndefault: deny\nrules:\n- {name: r, effect: allow, when: '!has(caller.claims.org) && caller.permissions.size() == 0 && caller.issuer == \"\"'}\n")
	if d := p.Decide(t.Context(), identity.Caller{}, request()); d.Err != nil || !d.Allowed {
		t.Errorf("%+v", d)
	}
}
