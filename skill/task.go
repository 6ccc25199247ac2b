package skill

import (
	"slices"
	"strings"
)

// wanted is the task that a caller asks about.
type wanted struct {
	// Summary and Details are its words.
	Summary, Details string
	// InputTypes and OutputTypes are media types in lower case; one of each
	// that is named has to be among a skill's.
	InputTypes, OutputTypes []string
	// RequiredTools must all be a skill's, ForbiddenTools must not be.
	RequiredTools, ForbiddenTools []string
	// MaxLatencyMS and MaxCost bound what a skill declares; 0 and "" do not.
	MaxLatencyMS float64
	MaxCost      string
	// MinScore is the least score that is accepted.
	MinScore float64
	Weights  subscores
}

// condition is one that a skill meets or does not.
type condition struct {
	reason string
	holds  func(*Skill) bool
}

func (t wanted) conditions() []condition {
	return []condition{
		{rejectInput, func(s *Skill) bool { return len(t.InputTypes) == 0 || overlap(t.InputTypes, s.InputModes) > 0 }},
		{rejectOutput, func(s *Skill) bool { return len(t.OutputTypes) == 0 || overlap(t.OutputTypes, s.OutputModes) > 0 }},
		{rejectTool, func(s *Skill) bool {
			return !slices.ContainsFunc(t.RequiredTools, func(tool string) bool { return !slices.Contains(s.Tools, tool) })
		}},
		{rejectForbidden, func(s *Skill) bool {
			return !slices.ContainsFunc(t.ForbiddenTools, func(tool string) bool { return slices.Contains(s.Tools, tool) })
		}},
		{rejectCost, func(s *Skill) bool { return t.MaxCost == "" || number(s.Cost) <= number(t.MaxCost) }},
		{rejectLatency, func(s *Skill) bool { return t.MaxLatencyMS == 0 || float64(s.LatencyMS) <= t.MaxLatencyMS }},
	}
}

// overlap counts the asked types that one of the modes is, or stands for.
func overlap(asked, modes []string) int {
	n := 0
	for _, a := range asked {
		if slices.ContainsFunc(modes, func(m string) bool { return covers(a, m) || covers(m, a) }) {
			n++
		}
	}
	return n
}

// covers reports whether pattern is the media type, or */*, or its type/*.
func covers(pattern, mediaType string) bool {
	if kind, any := strings.CutSuffix(pattern, "/*"); any {
		return kind == "*" || strings.HasPrefix(mediaType, kind+"/")
	}
	return pattern == mediaType
}

// share is how many of the media types that the task names the skill has.
func (t wanted) share(s *Skill) float64 {
	named := len(t.InputTypes) + len(t.OutputTypes)
	if named == 0 {
		return 1
	}
	return round(float64(overlap(t.InputTypes, s.InputModes)+overlap(t.OutputTypes, s.OutputModes)) / float64(named))
}

// speed is how far below the task's limit the skill stays.
func (t wanted) speed(s *Skill) float64 {
	switch {
	case t.MaxLatencyMS == 0:
		return 1
	case s.LatencyMS == 0:
		return notTold
	default:
		return round(1 - float64(s.LatencyMS)/t.MaxLatencyMS)
	}
}

// price is how far below the task's budget the skill stays. A skill whose
// operator names no cost asks for nothing.
func (t wanted) price(s *Skill) float64 {
	if t.MaxCost == "" || number(s.Cost) == 0 {
		return 1
	}
	return round(1 - number(s.Cost)/number(t.MaxCost))
}

// defaultWeights are the reference's, so that scores can be compared.
var defaultWeights = subscores{SkillMatch: 0.55, IOCompatibility: 0.20, Performance: 0.15, Load: 0.05, Cost: 0.05}

// of is the weighted mean of scores; without any weight all count alike.
func (w subscores) of(s subscores) float64 {
	weights := []float64{w.SkillMatch, w.IOCompatibility, w.Performance, w.Load, w.Cost}
	var sum, total float64
	for i, score := range []float64{s.SkillMatch, s.IOCompatibility, s.Performance, s.Load, s.Cost} {
		sum += weights[i] * score
		total += weights[i]
	}
	if total == 0 {
		return subscores{1, 1, 1, 1, 1}.of(s)
	}
	return sum / total
}
