package policy_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/policy"
)

// TestExpressions evaluates one expression each as the only allow rule.
func TestExpressions(t *testing.T) {
	for _, c := range []struct {
		when string
		want bool
	}{
		{`caller.did == "` + poetDID + `"`, true},
		{`caller.did == "did:bindu:other"`, false},
		{`caller.did.startsWith("did:bindu:you_at_example_com:")`, true},
		{`caller.issuer == "https://issuer.example/" && caller.client_id == "poet"`, true},
		{`caller.subject.endsWith("@clients")`, true},
		{`"https://agent.example" in caller.audience`, true},
		{`"agent:write" in caller.permissions`, true},
		{`"agent:admin" in caller.permissions`, false},
		{`caller.permissions.exists(p, p.startsWith("agent:"))`, true},
		{`caller.claims.org == "acme"`, true},
		{`caller.claims["org"] in ["acme", "umbrella"]`, true},
		{`caller.claims.level == 3 && caller.claims.level >= 3`, true},
		{`has(caller.claims.missing)`, false},
		{`has(caller.claims.org) && caller.claims.org == "acme"`, true},
		{`!has(caller.claims.missing) || caller.claims.missing == 1`, true},
		{`"b" in caller.claims.groups`, true},
		{`caller.claims.nested.x == true`, true},
		{`caller.key_bound && caller.scheme == "jcs-1"`, true},
		{`request.method in ["SendMessage", "message/send"]`, true},
		{`request.skill == "poetry" && request.size <= 2048`, true},
		{`request.tool == ""`, true},
		{`request.tool in ["erase", "say"]`, false},
		{`request.size > 1200`, false},
		{`request.time.getHours() >= 8 && request.time.getHours() < 18`, true},
		{`request.time.getHours("Europe/Berlin") == 14`, true},
		{`request.time.getDayOfWeek() == 1`, true},
		{`request.time < timestamp("2026-06-01T12:00:01Z")`, true},
		{`certificate.not_after - request.time >= duration("24h")`, true},
		{`certificate.serial == "0a1b"`, true},
		{`caller.did.matches("^did:bindu:[a-z_]+:poet:")`, true},
	} {
		t.Run(c.when, func(t *testing.T) {
			p := parse(t, "version: 1\ndefault: deny\nrules:\n- name: r\n  effect: allow\n  when: |\n    "+c.when+"\n")
			d := p.Decide(t.Context(), poet(t), request())
			if d.Err != nil || d.Allowed != c.want {
				t.Errorf("%+v, want allowed %v", d, c.want)
			}
		})
	}
}

const order = `
version: 1
default: deny
rules:
  - {name: allow-poets, effect: allow, when: 'caller.client_id == "poet"'}
  - {name: no-admin, effect: deny, when: 'request.method == "admin"', reason: nobody may}
  - {name: office-hours, effect: require, when: 'request.time.getHours() < 18'}
  - {name: allow-all, effect: allow, when: 'request.method == "public"'}
`

func TestOrderOfRules(t *testing.T) {
	p := parse(t, order)
	stranger := poet(t)
	stranger.Claims.ClientID = "painter"
	for _, c := range []struct {
		name    string
		caller  identity.Caller
		method  string
		hour    int
		allowed bool
		rule    string
	}{
		{"allowed", poet(t), "SendMessage", 12, true, "allow-poets"},
		{"deny comes before an earlier allow", poet(t), "admin", 12, false, "no-admin"},
		{"require comes before an earlier allow", poet(t), "SendMessage", 20, false, "office-hours"},
		{"deny comes before require", poet(t), "admin", 20, false, "no-admin"},
		{"nothing allows", stranger, "SendMessage", 12, false, "default"},
		{"a later rule allows", stranger, "public", 12, true, "allow-all"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := request()
			r.Method, r.Time = c.method, time.Date(2026, 6, 1, c.hour, 0, 0, 0, time.UTC)
			d := p.Decide(t.Context(), c.caller, r)
			if d.Allowed != c.allowed || d.Rule != c.rule || d.Reason == "" || d.Err != nil {
				t.Errorf("%+v, want %v by %s", d, c.allowed, c.rule)
			}
			explained, steps := p.Explain(t.Context(), c.caller, r)
			if explained != d {
				t.Errorf("Explain says %+v, Decide %+v", explained, d)
			}
			if got := deciding(steps); got != c.rule || len(steps) != 5 {
				t.Errorf("steps %+v: %s decided, want %s", steps, got, c.rule)
			}
		})
	}
}

// deciding names the one step that decided.
func deciding(steps []policy.Step) string {
	var names []string
	for _, s := range steps {
		if s.Decided {
			names = append(names, s.Rule)
		}
	}
	return strings.Join(names, " and ")
}

// TestAnErrorRefuses shows that a rule of any effect that cannot be evaluated
// refuses, whatever the default and the other rules say.
func TestAnErrorRefuses(t *testing.T) {
	for _, effect := range []policy.Effect{policy.Allow, policy.Deny, policy.Require} {
		for name, when := range map[string]string{
			"missing claim":     `caller.claims.missing == "x"`,
			"wrong type":        `caller.claims.org > 3`,
			"division by zero":  `request.size / (request.size - 1200) > 1`,
			"overflow":          `request.size + 9223372036854775807 > 0`,
			"bad regex":         `"x".matches(caller.claims.org + "(")`,
			"through a string":  `caller.claims.org.name == "x"`,
			"index out of list": `caller.permissions[7] == "x"`,
			"bad time zone":     `request.time.getHours("Nowhere/Land") == 1`,
			"too costly":        `[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4,5,6,7,8,9,10].all(d, [1,2,3,4,5,6,7,8,9,10].all(e, a+b+c+d+e > 0)))))`,
		} {
			t.Run(string(effect)+" "+name, func(t *testing.T) {
				p := parse(t, fmt.Sprintf("version: 1\ndefault: allow\nrules:\n- name: broken\n  effect: %s\n  when: |\n    %s\n- {name: fine, effect: allow, when: 'true'}\n", effect, when))
				d := p.Decide(t.Context(), poet(t), request())
				if d.Allowed || d.Err == nil || d.Rule != "broken" {
					t.Errorf("%+v, want refused by the broken rule", d)
				}
			})
		}
	}
}

func TestACancelledRequestIsRefused(t *testing.T) {
	p := parse(t, "version: 1\ndefault: allow\nrules: [{name: r, effect: allow, when: 'true'}]")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if d := p.Decide(ctx, poet(t), request()); d.Allowed || !errors.Is(d.Err, context.Canceled) {
		t.Errorf("%+v, want refused", d)
	}
}

// TestCallerWithoutAnything shows that absent values are empty, not errors.
func TestCallerWithoutAnything(t *testing.T) {
	p := parse(t, `
version: 1
default: deny
rules:
- name: empty
  effect: allow
  when: >
    caller.did == "" && caller.client_id == "" && caller.permissions == [] && size(caller.claims) == 0
    && !caller.key_bound && certificate.serial == "" && certificate.not_after < request.time && request.skill == ""
`)
	if d := p.Decide(t.Context(), identity.Caller{}, policy.Request{Time: noon}); !d.Allowed {
		t.Errorf("%+v", d)
	}
}

func TestBrokenFiles(t *testing.T) {
	rule := func(text string) string { return "version: 1\ndefault: deny\nrules:\n- " + text + "\n" }
	quota := func(text string) string { return "version: 1\ndefault: deny\nquotas: " + text + "\n" }
	for name, text := range map[string]string{
		"empty":                   ``,
		"not YAML":                "version: 1\n\tdefault: deny",
		"a list":                  `[]`,
		"no version":              `default: deny`,
		"other version":           "version: 2\ndefault: deny",
		"no default":              `version: 1`,
		"default require":         "version: 1\ndefault: require",
		"default no":              "version: 1\ndefault: no",
		"unknown name":            "version: 1\ndefault: deny\nrule: []",
		"name in other case":      "version: 1\nDefault: deny",
		"duplicate name":          "version: 1\ndefault: deny\ndefault: allow",
		"two documents":           "version: 1\ndefault: deny\n---\nversion: 1\ndefault: allow",
		"unknown name in a rule":  rule(`{name: r, effect: deny, when: 'true', if: 'true'}`),
		"rule without name":       rule(`{effect: deny, when: 'true'}`),
		"rule name with a space":  rule(`{name: a b, effect: deny, when: 'true'}`),
		"rule named default":      rule(`{name: default, effect: deny, when: 'true'}`),
		"rule named as the list":  rule(`{name: allowed_dids, effect: deny, when: 'true'}`),
		"two rules of one name":   rule("{name: r, effect: deny, when: 'true'}\n- {name: r, effect: allow, when: 'true'}"),
		"unknown effect":          rule(`{name: r, effect: permit, when: 'true'}`),
		"no expression":           rule(`{name: r, effect: deny}`),
		"expression taken as tag": rule("name: r\n  effect: deny\n  when: !caller.key_bound"),
		"long reason":             rule(`{name: r, effect: deny, when: 'true', reason: ` + strings.Repeat("x", 257) + `}`),
		"long expression":         rule(`{name: r, effect: deny, when: '` + strings.Repeat(" ", 8<<10) + `true'}`),
		"deep expression":         rule(`{name: r, effect: deny, when: '` + strings.Repeat("(", 1000) + "true" + strings.Repeat(")", 1000) + `'}`),
		"syntax":                  rule(`{name: r, effect: deny, when: 'caller.did =='}`),
		"misspelt name":           rule(`{name: r, effect: deny, when: 'caller.dod == "x"'}`),
		"unknown variable":        rule(`{name: r, effect: deny, when: 'caler.did == "x"'}`),
		"unknown function":        rule(`{name: r, effect: deny, when: 'exec(caller.did)'}`),
		"types do not fit":        rule(`{name: r, effect: deny, when: 'caller.did == 3'}`),
		"size is no text":         rule(`{name: r, effect: deny, when: 'request.size.startsWith("1")'}`),
		"result is text":          rule(`{name: r, effect: deny, when: 'caller.did'}`),
		"result is a claim":       rule(`{name: r, effect: deny, when: 'caller.claims.admin'}`),
		"broken constant regex":   rule(`{name: r, effect: deny, when: 'caller.did.matches("(")'}`),
		"quota below zero":        quota(`{default: {daily: -1}}`),
		"quota rate below zero":   quota(`{default: {rate: -1}}`),
		"quota rate is NaN":       quota(`{default: {rate: .nan}}`),
		"quota rate is infinite":  quota(`{default: {rate: .inf}}`),
		"quota is text":           quota(`{default: {daily: many}}`),
		"quota of no name":        quota(`{callers: {poet: {daily: 1}}}`),
		"quota of half a name":    quota(`{callers: {'oauth:issuer::ann': {daily: 1}}}`),
		"burst without rate":      quota(`{default: {burst: 5}}`),
		"unknown quota":           quota(`{default: {weekly: 5}}`),
		"too large":               "version: 1\ndefault: deny\n#" + strings.Repeat("x", 1<<20),
		"too many rules":          "version: 1\ndefault: deny\nrules:\n" + strings.Repeat("- {name: r, effect: deny, when: 'true'}\n", 257),
	} {
		t.Run(name, func(t *testing.T) {
			if p, err := policy.Parse([]byte(text)); !errors.Is(err, policy.ErrFile) || p != nil {
				t.Errorf("Parse: %v, want ErrFile", err)
			}
		})
	}
}

func TestJSONIsYAML(t *testing.T) {
	p := parse(t, `{"version": 1, "default": "allow", "rules": [{"name": "r", "effect": "deny", "when": "request.size > 10"}]}`)
	if d := p.Decide(t.Context(), poet(t), request()); d.Allowed || d.Rule != "r" {
		t.Errorf("%+v", d)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(order))
	f.Add([]byte("version: 1\ndefault: allow\nquotas: {default: {rate: 1.5, burst: 3, concurrent: 2, daily: 10}, callers: {'did:a:b': {daily: 5}}}"))
	f.Add([]byte("version: 1\ndefault: deny\nrules: [{name: r, effect: require, when: 'caller.permissions.all(p, p != \"x\")'}]"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("{version: !!int '1', default: !!str deny}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := policy.Parse(data)
		if err != nil {
			if !errors.Is(err, policy.ErrFile) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		d := p.Decide(t.Context(), poet(t), request())
		explained, steps := p.Explain(t.Context(), poet(t), request())
		if d.Allowed != explained.Allowed || d.Rule != explained.Rule || d.Rule != deciding(steps) {
			t.Fatalf("Decide says %+v, Explain %+v with %+v", d, explained, steps)
		}
		if d.Allowed && d.Err != nil {
			t.Fatalf("allowed in spite of %v", d.Err)
		}
	})
}

func BenchmarkDecide(b *testing.B) {
	p := parse(b, order)
	caller, r := poet(b), request()
	b.ReportAllocs()
	for b.Loop() {
		if d := p.Decide(b.Context(), caller, r); !d.Allowed {
			b.Fatal(d)
		}
	}
}
