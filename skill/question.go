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
func (a asked) task() (wanted, *unanswered) {
	t := wanted{
		Summary: strings.TrimSpace(a.Summary), Details: a.Details, InputTypes: lower(a.InputTypes), OutputTypes: lower(a.OutputTypes),
		RequiredTools: a.RequiredTools, ForbiddenTools: a.ForbiddenTools, MinScore: a.MinScore, Weights: defaultWeights,
	}
	if t.Summary == "" {
		return wanted{}, wrong("task_summary")
	}
	for _, list := range []struct {
		member string
		texts  []string
	}{
		{"input_mime_types", a.InputTypes}, {"output_mime_types", a.OutputTypes},
		{"required_tools", a.RequiredTools}, {"forbidden_tools", a.ForbiddenTools},
	} {
		if len(list.texts) > maxAsked {
			return wanted{}, wrong(list.member)
		}
	}
	if t.MinScore < 0 || t.MinScore > 1 {
		return wanted{}, wrong("min_score")
	}
	if a.MaxLatencyMS != nil {
		if t.MaxLatencyMS = *a.MaxLatencyMS; t.MaxLatencyMS <= 0 {
			return wanted{}, wrong("max_latency_ms")
		}
	}
	if !a.cost(&t.MaxCost) {
		return wanted{}, wrong("max_cost_amount")
	}
	if a.Weights != nil {
		if name := a.Weights.override(&t.Weights); name != "" {
			return wanted{}, wrongWeight(name)
		}
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

// override takes the weights that are given, or names the first that is none.
func (w weights) override(s *subscores) string {
	for _, one := range []struct {
		name string
		from *float64
		to   *float64
	}{
		{"skill_match", w.SkillMatch, &s.SkillMatch}, {"io_compatibility", w.IOCompatibility, &s.IOCompatibility},
		{"performance", w.Performance, &s.Performance}, {"load", w.Load, &s.Load}, {"cost", w.Cost, &s.Cost},
	} {
		if one.from == nil {
			continue
		}
		if *one.from < 0 || *one.from > maxWeight {
			return one.name
		}
		*one.to = *one.from
	}
	return ""
}
