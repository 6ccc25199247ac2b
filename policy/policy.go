package policy

import (
	"context"
	"fmt"

	"github.com/getbindu/bindu-go/identity"
)

// defaultRule is the name under which the default decides.
const defaultRule = "default"

// Policy is a compiled rules file. It is immutable and safe for concurrent use.
type Policy struct {
	rules    []rule
	fallback Effect
	quotas   QuotaRules
}

// Quotas returns the quotas of the file.
func (p *Policy) Quotas() QuotaRules { return p.quotas }

// Decision is the outcome of a policy.
type Decision struct {
	Allowed bool
	// Rule is the name of the rule that decided.
	Rule string
	// Reason is that rule's own, or says what decided. It is for operators, not
	// for callers: it may quote the rules.
	Reason string
	// Err is not nil if the request was refused because a rule could not be
	// evaluated.
	Err error
}

// Decide applies the rules: all deny and require rules in their order, then the
// allow rules, then the default. The first that decides ends it; a rule that
// cannot be evaluated refuses.
func (p *Policy) Decide(ctx context.Context, c identity.Caller, r Request) Decision {
	in := &input{caller: c, request: r}
	for _, refusing := range []bool{true, false} {
		for i := range p.rules {
			k := &p.rules[i]
			if k.refuses() != refusing {
				continue
			}
			if d, decided := k.judge(ctx, in); decided {
				return d
			}
		}
	}
	return p.byDefault()
}

func (p *Policy) byDefault() Decision {
	return Decision{Allowed: p.fallback == Allow, Rule: defaultRule, Reason: "no rule decided, the default is " + string(p.fallback)}
}

func (k *rule) refuses() bool { return k.effect != Allow }

// holds evaluates the condition.
func (k *rule) holds(ctx context.Context, in *input) (bool, error) {
	// Looked at between the rounds of a loop only, so also here.
	if err := ctx.Err(); err != nil {
		return false, fmt.Errorf("rule %s: %w", k.name, err)
	}
	value, _, err := k.program.ContextEval(ctx, in)
	if err != nil {
		return false, fmt.Errorf("rule %s: %w", k.name, err)
	}
	holds, ok := value.Value().(bool)
	if !ok {
		return false, fmt.Errorf("rule %s: the expression is not a yes or no", k.name)
	}
	return holds, nil
}

// decide says whether the outcome of the condition settles the matter.
func (k *rule) decide(holds bool, err error) (Decision, bool) {
	d := Decision{Rule: k.name, Reason: k.reason}
	switch {
	case err != nil:
		d.Err, d.Reason = err, "the rule could not be evaluated"
		return d, true
	case k.effect == Deny && holds:
		return d.withReason("its condition holds"), true
	case k.effect == Require && !holds:
		return d.withReason("what it requires does not hold"), true
	case k.effect == Allow && holds:
		d.Allowed = true
		return d.withReason("its condition holds"), true
	default:
		return Decision{}, false
	}
}

func (d Decision) withReason(fallback string) Decision {
	if d.Reason == "" {
		d.Reason = fallback
	}
	return d
}
