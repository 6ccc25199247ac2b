package policy_test

import (
	"testing"

	"github.com/getbindu/bindu-go/policy"
)

// Requirements add up: each must hold, wherever it stands, and no rule that
// allows makes up for one that does not. Explain marks the first that fails.
func TestEveryRequirementMustHold(t *testing.T) {
	const rules = `
version: 1
default: allow
rules:
  - {name: everybody, effect: allow, when: 'true'}
  - {name: small, effect: require, when: 'request.size < 1000'}
  - {name: poets, effect: allow, when: 'caller.client_id == "poet"'}
  - {name: key-bound, effect: require, when: 'caller.key_bound'}
`
	for _, c := range []struct {
		name  string
		size  int64
		bound bool
		rule  string
	}{
		{"all hold", 1, true, "everybody"},
		{"the first does not", 1000, true, "small"},
		{"the last does not", 1, false, "key-bound"},
		{"none does", 1000, false, "small"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := open(t, policy.Config{Path: rulesFile(t, rules)})
			caller, r := poet(t), request()
			caller.KeyBound, r.Size = c.bound, c.size
			d := e.Decide(t.Context(), caller, r)
			if d.Allowed != (c.rule == "everybody") || d.Rule != c.rule || d.Reason == "" {
				t.Errorf("%+v, want %s to decide", d, c.rule)
			}
			if explained, steps := e.Explain(t.Context(), caller, r); explained != d || deciding(steps) != c.rule {
				t.Errorf("Explain: %+v, %+v", explained, steps)
			}
		})
	}
}
