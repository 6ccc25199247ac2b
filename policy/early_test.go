package policy_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/policy"
)

func rules(fallback string, list ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "version: 1\ndefault: %s\nrules:\n", fallback)
	for i, r := range list {
		effect, when, _ := strings.Cut(r, ": ")
		fmt.Fprintf(&b, "  - {name: rule-%d, effect: %s, when: '%s'}\n", i, effect, when)
	}
	return b.String()
}

// Which rules refuse before the body, for a caller whose client is "ann".
func TestRefusesCaller(t *testing.T) {
	tests := []struct {
		name     string
		fallback string
		rules    []string
		by       string // "" when nobody can tell yet
	}{
		{"deny the caller", "allow", []string{`deny: caller.client_id == "ann"`}, "rule-0"},
		{"deny another", "allow", []string{`deny: caller.client_id == "bob"`}, ""},
		{"deny that reads the method", "allow", []string{`deny: caller.client_id == "ann" && request.method == "x"`}, ""},
		{"deny that reads the size", "allow", []string{`deny: request.size >= 0`}, ""},
		{"deny that reads the tool", "allow", []string{`deny: request.tool == ""`}, ""},
		{"deny that reads the skill", "allow", []string{`deny: request.skill == ""`}, ""},
		{"deny that reads the time", "allow", []string{`deny: request.time > timestamp("2000-01-01T00:00:00Z")`}, ""},
		{"deny that reads the key", "allow", []string{`deny: !caller.key_bound`}, ""},
		{"deny that reads the scheme", "allow", []string{`deny: caller.scheme == ""`}, ""},
		{"a leading dot hides nothing", "allow", []string{`deny: .request.method == ""`}, ""},
		{"inside a loop", "allow", []string{`deny: caller.permissions.exists(p, p + request.method == "agent:read")`}, ""},
		{"a loop over the caller's", "allow", []string{`deny: caller.permissions.exists(p, p == "agent:read")`}, "rule-0"},
		{"the certificate", "allow", []string{`require: certificate.serial == "1"`}, "rule-0"},
		{"require what is so", "allow", []string{`require: caller.client_id == "ann"`}, ""},
		{"the one behind a late one", "allow", []string{`deny: request.method == "x"`, `require: caller.issuer == "elsewhere"`}, "rule-1"},
		{"one that fails", "allow", []string{`deny: caller.claims.absent == "x"`}, "rule-0"},
		{"nobody is allowed", "deny", nil, "default"},
		{"no allow rule holds", "deny", []string{`allow: caller.client_id == "bob"`, `allow: caller.issuer == "elsewhere"`}, "default"},
		{"an allow rule holds", "deny", []string{`allow: caller.client_id == "ann"`}, ""},
		{"an allow rule is late", "deny", []string{`allow: caller.client_id == "bob"`, `allow: request.method == "x"`}, ""},
		{"an allow rule fails first", "deny", []string{`allow: caller.claims.absent == "x"`, `allow: request.method == "x"`}, "rule-0"},
		{"an allow rule fails behind a late one", "deny", []string{`allow: request.method == "x"`, `allow: caller.claims.absent == "x"`}, ""},
		{"an allow rule fails where all are allowed", "allow", []string{`allow: caller.claims.absent == "x"`}, "rule-0"},
		{"all are allowed", "allow", []string{`allow: caller.client_id == "bob"`}, ""},
	}
	ann := identity.Caller{Claims: oauth.Claims{ClientID: "ann", Scopes: []string{"agent:read"}}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := parse(t, rules(tt.fallback, tt.rules...))
			d, refused := p.RefusesCaller(t.Context(), ann)
			if refused != (tt.by != "") || refused && (d.Rule != tt.by || d.Allowed) {
				t.Errorf("%v by %q, want %q", refused, d.Rule, tt.by)
			}
			if final := p.Decide(t.Context(), ann, policy.Request{Method: "x"}); refused && final.Allowed {
				t.Error("the whole policy allows it")
			}
		})
	}
}

func TestRefusesCallerAsksTheListFirst(t *testing.T) {
	e := open(t, policy.Config{AllowedDIDs: []string{"did:a:1"}})
	named := func(name string) (c identity.Caller) {
		if name != "" {
			var err error
			if c.DID, err = did.Parse(name); err != nil {
				t.Fatal(err)
			}
		}
		return c
	}
	for who, want := range map[string]bool{"did:a:1": false, "did:a:2": true, "": true} {
		if d, refused := e.RefusesCaller(t.Context(), named(who)); refused != want || refused && d.Rule != policy.AllowedDIDsRule {
			t.Errorf("%q: %v by %q", who, refused, d.Rule)
		}
	}
}

// However rules are put together: who is refused early would be refused for
// every request, and the explanation calls early what judged early.
func TestNobodyIsRefusedEarlyWhomAnyRequestWouldAdmit(t *testing.T) {
	conditions := []string{
		`caller.client_id == "ann"`, `caller.client_id != "ann"`, `caller.claims.absent == "x"`, `caller.issuer.startsWith("i")`,
		`request.method == "x"`, `request.size > 10`, `caller.key_bound`, `caller.client_id == "ann" || request.method == "y"`,
	}
	random := rand.New(rand.NewPCG(1, 2))
	early := 0
	for range 400 {
		var list []string
		for range random.IntN(4) {
			effect := []string{"allow", "deny", "require"}[random.IntN(3)]
			list = append(list, effect+": "+conditions[random.IntN(len(conditions))])
		}
		text := rules([]string{"allow", "deny"}[random.IntN(2)], list...)
		p := parse(t, text)
		who := identity.Caller{Claims: oauth.Claims{ClientID: []string{"ann", "bob"}[random.IntN(2)], Issuer: "i"}}
		d, refused := p.RefusesCaller(t.Context(), who)
		if !refused {
			continue
		}
		early++
		for _, method := range []string{"x", "y", "z"} {
			for _, size := range []int64{1, 100} {
				for _, bound := range []bool{true, false} {
					who.KeyBound = bound
					decision, steps := p.Explain(t.Context(), who, policy.Request{Method: method, Size: size})
					if decision.Allowed {
						t.Fatalf("refused by %s, and admitted by %s:\n%s", d.Rule, decision.Rule, text)
					}
					for _, s := range steps {
						if s.Rule == d.Rule && !s.Early {
							t.Fatalf("%s refused early and is not called so:\n%s", s.Rule, text)
						}
					}
				}
			}
		}
	}
	if early < 40 {
		t.Errorf("only %d were refused early", early)
	}
}
