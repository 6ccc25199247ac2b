package policy

import (
	"context"

	"github.com/getbindu/bindu-go/identity"
)

// Step is one rule in an explanation.
type Step struct {
	Rule   string
	Effect Effect
	// Holds is whether the condition holds.
	Holds bool
	// Err is not nil if the condition could not be evaluated.
	Err error
	// Early is whether the rule speaks of the caller alone and so is judged
	// before the body is read, too: see [Policy.RefusesCaller].
	Early bool
	// Decided marks the rule that decided; those after it were not asked in
	// earnest.
	Decided bool
}

// Explain decides as [Policy.Decide] and evaluates every rule, in the order in
// which they are asked, to show why.
func (p *Policy) Explain(ctx context.Context, c identity.Caller, r Request) (Decision, []Step) {
	in := &input{caller: c, request: r}
	steps := make([]Step, 0, len(p.rules)+1)
	outcome, decided := Decision{}, false
	early := true // for allow rules and the default: no rule before them is late
	for _, refusing := range []bool{true, false} {
		for i := range p.rules {
			k := &p.rules[i]
			if k.refuses() != refusing {
				continue
			}
			step := Step{Rule: k.name, Effect: k.effect, Early: k.early && (refusing || early)}
			step.Holds, step.Err = k.holds(ctx, in)
			if d, decides := k.decide(step.Holds, step.Err); decides && !decided {
				outcome, decided, step.Decided = d, true, true
			}
			early = early && (refusing || k.early)
			steps = append(steps, step)
		}
	}
	if !decided {
		outcome = p.byDefault()
	}
	return outcome, append(steps, Step{Rule: defaultRule, Effect: p.fallback, Holds: true, Early: early && p.fallback == Deny, Decided: !decided})
}
