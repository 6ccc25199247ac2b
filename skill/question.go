package skill

import (
	"encoding/json"
	"strings"
)

const (
	maxAsked  = 32  // entries of one list of a question
	maxWeight = 1e6 // a weight of a score
)

// task checks the ranges of a question.
func (a asked) task() (Task, *refusal) {
	t := Task{
		Summary: strings.TrimSpace(a.Summary), Details: a.Details, InputTypes: lower(a.InputTypes), OutputTypes: lower(a.OutputTypes),
		RequiredTools: a.RequiredTools, ForbiddenTools: a.ForbiddenTools, MinScore: a.MinScore, Weights: defaultWeights,
	}
	if t.Summary == "" {
		return Task{}, invalid("Say in task_summary what is to be done.")
	}
	for _, list := range [][]string{a.InputTypes, a.OutputTypes, a.RequiredTools, a.ForbiddenTools} {
		if len(list) > maxAsked {
			return Task{}, invalid("Name at most 32 media types or tools in a list.")
		}
	}
	if t.MinScore < 0 || t.MinScore > 1 {
		return Task{}, invalid("min_score is a number from 0 to 1.")
	}
	if a.MaxLatencyMS != nil {
		if t.MaxLatencyMS = *a.MaxLatencyMS; t.MaxLatencyMS <= 0 {
			return Task{}, invalid("max_latency_ms is a number above 0.")
		}
	}
	if !a.cost(&t.MaxCost) {
		return Task{}, invalid(`max_cost_amount is a decimal number such as "0.001", without a sign or a unit.`)
	}
	if a.Weights != nil && !a.Weights.override(&t.Weights) {
		return Task{}, invalid("weights are numbers from 0 to 1000000.")
	}
	return t, nil
}

// lower writes media types as skills have them: in lower case, without parameters.
func lower(types []string) []string {
	out := make([]string, len(types))
	for i, t := range types {
		t, _, _ = strings.Cut(t, ";")
		out[i] = strings.ToLower(strings.TrimSpace(t))
	}
	return out
}

// cost takes a text or a number, as callers send both.
func (a asked) cost(to *string) bool {
	switch a.MaxCost.Kind() {
	case '"':
		if json.Unmarshal(a.MaxCost, to) != nil {
			return false
		}
	case '0':
		*to = string(a.MaxCost)
	default:
		return len(a.MaxCost) == 0 || a.MaxCost.Kind() == 'n'
	}
	return decimal.MatchString(*to)
}

func (w weights) override(s *Scores) bool {
	for _, one := range []struct {
		from *float64
		to   *float64
	}{
		{w.SkillMatch, &s.SkillMatch}, {w.IOCompatibility, &s.IOCompatibility},
		{w.Performance, &s.Performance}, {w.Load, &s.Load}, {w.Cost, &s.Cost},
	} {
		if one.from == nil {
			continue
		}
		if *one.from < 0 || *one.from > maxWeight {
			return false
		}
		*one.to = *one.from
	}
	return true
}
