package skill

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Why a task is not accepted, in the words of the reference.
const (
	rejectInput     = "input_mime_unsupported"
	rejectOutput    = "output_mime_unsupported"
	rejectTool      = "required_tool_missing"
	rejectForbidden = "forbidden_tool_present"
	rejectCost      = "cost_exceeds_budget"
	rejectLatency   = "latency_exceeds_constraint"
	rejectScore     = "score_below_threshold"
)

// notTold is the score of what this agent does not say: how busy it is, and how
// fast a skill is whose operator has not said.
const notTold = 0.5

// maxMatches is how many skills an answer names.
const maxMatches = 10

// assessment is what a caller learns about its task. Scores are from 0 to 1.
type assessment struct {
	Accepted            bool       `json:"accepted"`
	Score               float64    `json:"score"`
	Confidence          float64    `json:"confidence"`
	RejectionReason     string     `json:"rejection_reason,omitempty"`
	Matches             []matched  `json:"skill_matches,omitempty"`
	MatchedTags         []string   `json:"matched_tags,omitempty"`
	MatchedCapabilities []string   `json:"matched_capabilities,omitempty"`
	LatencyEstimateMS   int64      `json:"latency_estimate_ms,omitempty"`
	Subscores           *subscores `json:"subscores,omitempty"`
}

// matched is a skill that has words of the task.
type matched struct {
	SkillID   string   `json:"skill_id"`
	SkillName string   `json:"skill_name"`
	Score     float64  `json:"score"`
	Reasons   []string `json:"reasons"`

	skill *Skill
}

// subscores are what a score is made of, or the weights of that.
type subscores struct {
	SkillMatch      float64 `json:"skill_match"`
	IOCompatibility float64 `json:"io_compatibility"`
	Performance     float64 `json:"performance"`
	Load            float64 `json:"load"`
	Cost            float64 `json:"cost"`
}

// assess says how well a task fits the skills. The same task has the same
// answer whoever asks, and however busy the agent is.
func (s *Set) assess(t wanted) assessment {
	fit, reason := s.fitting(t)
	if reason != "" {
		return assessment{Confidence: 1, RejectionReason: reason}
	}
	asked := words(t.Summary + " " + t.Details)
	among := map[string]bool{}
	for _, w := range asked {
		among[w] = true
	}
	a := assessment{RejectionReason: rejectScore, Confidence: notTold}
	a.find(s, fit, s.index.match(asked, len(s.skills)), among)
	best := &s.skills[fit[0]]
	var match float64
	if len(a.Matches) > 0 {
		best, match = a.Matches[0].skill, a.Matches[0].Score
	}
	a.LatencyEstimateMS = best.LatencyMS
	a.Subscores = &subscores{match, t.share(best), t.speed(best), notTold, t.price(best)}
	a.Score = round(t.Weights.of(*a.Subscores))
	a.Confidence = round(notTold + match/2)
	if match > 0 && a.Score >= t.MinScore {
		a.Accepted, a.RejectionReason = true, ""
	}
	return a
}

// fitting returns the places of the skills that meet every condition, or the
// first condition that none meets beside those before it.
func (s *Set) fitting(t wanted) ([]int, string) {
	fit := make([]int, len(s.skills))
	for i := range fit {
		fit[i] = i
	}
	for _, condition := range t.conditions() {
		fit = slices.DeleteFunc(fit, func(i int) bool { return !condition.holds(&s.skills[i]) })
		if len(fit) == 0 {
			return nil, condition.reason
		}
	}
	return fit, ""
}

// find lists the fitting skills that have words of the task, best first.
func (a *assessment) find(s *Set, fit []int, scores []float64, among map[string]bool) {
	order := slices.DeleteFunc(slices.Clone(fit), func(i int) bool { return scores[i] == 0 })
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(scores[j], scores[i]) })
	for _, i := range order[:min(len(order), maxMatches)] {
		k := &s.skills[i]
		m := matched{k.ID, k.Name, round(scores[i]), []string{}, k}
		tags, capabilities := sharing(k.Tags, among), sharing(k.Capabilities, among)
		if len(tags) > 0 {
			m.Reasons = append(m.Reasons, "tags: "+strings.Join(tags, ", "))
		}
		if len(capabilities) > 0 {
			m.Reasons = append(m.Reasons, "capabilities: "+strings.Join(capabilities, ", "))
		}
		a.Matches = append(a.Matches, m)
		a.MatchedTags = union(a.MatchedTags, tags)
		a.MatchedCapabilities = union(a.MatchedCapabilities, capabilities)
	}
}

func union(all, more []string) []string {
	for _, m := range more {
		if !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	return all
}

// round keeps four digits, as many as the reference sends.
func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// number reads what the pattern decimal allows.
func number(text string) float64 {
	x, _ := strconv.ParseFloat(text, 64) // at most 15 digits on either side
	return x
}
