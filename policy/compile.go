package policy

import (
	"cel.dev/cel-go/cel"
)

const (
	// costLimit bounds one evaluation, in CEL's units of about one operation.
	costLimit = 100_000
	// regexLimit bounds a compiled regular expression, which a claim may be part of.
	regexLimit = 10_000
	// interruptEvery is how many rounds of a loop pass between looks at the clock.
	interruptEvery = 100
)

// rule is a compiled rule.
type rule struct {
	name, reason string
	effect       Effect
	program      cel.Program
	early        bool // it speaks of the caller alone
	named        bool // it speaks of the caller's DID alone
}

// newEnv declares what rules may speak of. The dots are part of the names, so
// that a misspelt field is an error when the file is read.
func newEnv() (*cel.Env, error) {
	text, list := cel.StringType, cel.ListType(cel.StringType)
	return cel.NewEnv(
		cel.CrossTypeNumericComparisons(true), // numbers in claims are doubles
		cel.DefaultUTCTimeZone(true),
		cel.ParserExpressionSizeLimit(maxExpressionBytes),
		cel.ParserRecursionLimit(64),
		cel.RegexProgramSizeLimit(regexLimit),
		cel.Variable(callerDID, text),
		cel.Variable(callerIssuer, text),
		cel.Variable(callerClientID, text),
		cel.Variable(callerSubject, text),
		cel.Variable(callerAudience, list),
		cel.Variable(callerPermissions, list),
		cel.Variable(callerClaims, cel.MapType(text, cel.DynType)),
		cel.Variable(callerKeyBound, cel.BoolType),
		cel.Variable(callerScheme, text),
		cel.Variable(requestMethod, text),
		cel.Variable(requestSkill, text),
		cel.Variable(requestTool, text),
		cel.Variable(requestSize, cel.IntType),
		cel.Variable(requestTime, cel.TimestampType),
		cel.Variable(certificateSerial, text),
		cel.Variable(certificateNotAfter, cel.TimestampType),
	)
}

// compile checks and compiles all rules.
func compile(rules []fileRule) ([]rule, error) {
	env, err := newEnv()
	if err != nil {
		return nil, fileError("%w", err)
	}
	seen := make(map[string]bool, len(rules))
	out := make([]rule, 0, len(rules))
	for _, r := range rules {
		if err := r.check(seen); err != nil {
			return nil, err
		}
		compiled, err := r.compile(env)
		if err != nil {
			return nil, err
		}
		out = append(out, compiled)
	}
	return out, nil
}

func (r fileRule) compile(env *cel.Env) (rule, error) {
	ast, issues := env.Compile(r.When)
	if issues.Err() != nil {
		return rule{}, fileError("rule %s: %w", r.Name, issues.Err())
	}
	if !ast.OutputType().IsExactType(cel.BoolType) {
		return rule{}, fileError("rule %s: the expression is of type %s, not a yes or no (a claim has no fixed type: compare it, as in caller.claims.admin == true)", r.Name, ast.OutputType())
	}
	program, err := env.Program(ast,
		cel.EvalOptions(cel.OptOptimize),
		cel.CostLimit(costLimit),
		cel.InterruptCheckFrequency(interruptEvery),
	)
	if err != nil {
		return rule{}, fileError("rule %s: %w", r.Name, err)
	}
	return rule{name: r.Name, reason: r.Reason, effect: r.Effect, program: program, early: speaksOf(callerOnly, env, ast), named: speaksOf(nameOnly, env, ast)}, nil
}
