package skill

import (
	"slices"
	"strings"
	"unicode"
)

// What a word of a task counts that a skill has, by where the skill has it.
const (
	namedWeight     = 1.0 // in its name, tags or capabilities
	describedWeight = 0.5 // only in its description or examples
)

// hit is a skill that has a word.
type hit struct {
	skill  int
	weight float64
}

// index finds the skills that have a word, so that a task costs what its
// length does and not what the file's does.
type index map[string][]hit

func newIndex(skills []Skill) index {
	all := index{}
	for i, s := range skills {
		weights := map[string]float64{}
		for _, text := range append([]string{s.Description}, s.Examples...) {
			for _, w := range words(text) {
				weights[w] = describedWeight
			}
		}
		for _, text := range slices.Concat([]string{s.Name}, s.Tags, s.Capabilities) {
			for _, w := range words(text) {
				weights[w] = namedWeight
			}
		}
		for w, weight := range weights {
			all[w] = append(all[w], hit{i, weight})
		}
	}
	return all
}

// match returns what share of the words each of n skills has, from 0 to 1.
func (x index) match(words []string, n int) []float64 {
	// Sums of halves are exact, so that their order does not matter.
	scores := make([]float64, n)
	for _, w := range words {
		for _, h := range x[w] {
			scores[h.skill] += h.weight
		}
	}
	for i := range scores {
		scores[i] /= float64(max(len(words), 1))
	}
	return scores
}

// common are words that say nothing about a task. They are English; words of
// other languages count all alike.
var common = map[string]bool{}

func init() {
	for _, w := range strings.Fields("a about all an and any are as at be but by can do for from has have how i if in into is it its me my of on one or our please so some that the their them then there these this to up us was we what when which who will with would you your") {
		common[w] = true
	}
}

// words returns the different words of a text in lower case, in order: runs of
// letters and digits of two characters or more that are not common.
func words(text string) []string {
	split := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	seen := map[string]bool{}
	var all []string
	for _, w := range strings.FieldsFunc(strings.ToLower(text), split) {
		if len(w) > 1 && !common[w] && !seen[w] {
			seen[w] = true
			all = append(all, w)
		}
	}
	return all
}

// sharing returns those of names of which a word is among words.
func sharing(names []string, among map[string]bool) []string {
	var out []string
	for _, name := range names {
		if slices.ContainsFunc(words(name), func(w string) bool { return among[w] }) {
			out = append(out, name)
		}
	}
	return out
}
