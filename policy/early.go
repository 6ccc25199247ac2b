package policy

import (
	"context"
	"strings"

	"cel.dev/cel-go/cel"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
)

// callerOnly are the names whose values are known, and final, once certificate
// and token agree: before the body is read and the signature is verified.
var callerOnly = map[string]bool{
	callerDID: true, callerIssuer: true, callerClientID: true, callerSubject: true,
	callerAudience: true, callerPermissions: true, callerClaims: true,
	certificateSerial: true, certificateNotAfter: true,
}

// nameOnly is what is known of a caller that asks for nothing now.
var nameOnly = map[string]bool{callerDID: true}

// speaksOf reports whether a compiled expression speaks of nothing but the names. The
// lists are of what is early, so that a name added later is late until somebody
// thought about it. What env does not declare is a variable of a loop.
func speaksOf(names map[string]bool, env *cel.Env, ast *cel.Ast) bool {
	declared := make(map[string]bool)
	for _, v := range env.Variables() {
		declared[v.Name()] = true
	}
	for _, ref := range ast.NativeRep().ReferenceMap() {
		name := strings.TrimLeft(ref.Name, ".")
		if declared[name] && !names[name] {
			return false
		}
	}
	return true
}

// RefusesCaller reports whether the caller is refused whatever it asks for,
// and by which rule. It judges the deny and require rules that speak of the
// caller alone, and, where every allow rule that could still admit does so too,
// those and the default. What it refuses, Decide refuses; what it does not,
// Decide may still refuse.
func (p *Policy) RefusesCaller(ctx context.Context, c identity.Caller) (Decision, bool) {
	return p.refusesBy(ctx, &input{caller: c}, func(k *rule) bool { return k.early })
}

// RefusesName is [Policy.RefusesCaller] by what its DID alone decides, for a caller that
// asks for nothing now.
func (p *Policy) RefusesName(ctx context.Context, d did.DID) (Decision, bool) {
	return p.refusesBy(ctx, &input{caller: identity.Caller{DID: d}}, func(k *rule) bool { return k.named })
}

// refusesBy judges by the rules of which all is known.
func (p *Policy) refusesBy(ctx context.Context, in *input, known func(*rule) bool) (Decision, bool) {
	for i := range p.rules {
		if k := &p.rules[i]; k.refuses() && known(k) {
			if d, decided := k.judge(ctx, in); decided {
				return d, true
			}
		}
	}
	return p.nobodyAllows(ctx, in, known)
}

// nobodyAllows goes through the allow rules as far as their outcome is known.
func (p *Policy) nobodyAllows(ctx context.Context, in *input, known func(*rule) bool) (Decision, bool) {
	for i := range p.rules {
		k := &p.rules[i]
		if k.refuses() {
			continue
		}
		if !known(k) {
			return Decision{}, false // it may admit
		}
		if d, decided := k.judge(ctx, in); decided {
			return d, !d.Allowed
		}
	}
	d := p.byDefault()
	return d, !d.Allowed
}

// judge evaluates the rule and says whether it decides.
func (k *rule) judge(ctx context.Context, in *input) (Decision, bool) {
	holds, err := k.holds(ctx, in)
	return k.decide(holds, err)
}

// RefusesCaller is [Policy.RefusesCaller] with the list of allowed DIDs before it.
func (e *Engine) RefusesCaller(ctx context.Context, c identity.Caller) (Decision, bool) {
	if d, refused := e.refuse(c); refused {
		return d, true
	}
	return e.current.Load().policy.RefusesCaller(ctx, c)
}

// RefusesName is [Policy.RefusesName].
func (e *Engine) RefusesName(ctx context.Context, d did.DID) (Decision, bool) {
	return e.current.Load().policy.RefusesName(ctx, d)
}
