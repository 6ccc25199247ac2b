package settings

// didYouMean returns ", did you mean X?" for the candidate nearest to word, or
// "" if none is near enough to be meant.
func didYouMean(word string, candidates []string) string {
	if best := nearest(word, candidates); best != "" {
		return ", did you mean " + best + "?"
	}
	return ""
}

// nearest returns the candidate with the smallest distance to word, the first
// of equals, or "" if more than a third of it would have to change.
func nearest(word string, candidates []string) string {
	if len(word) > 128 {
		return ""
	}
	best, bestDistance := "", max(2, len(word)/3)+1
	for _, candidate := range candidates {
		if d := distance(word, candidate); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b (optimal string alignment).
func distance(a, b string) int {
	before, last, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(last[j]+1, next[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, last, next = last, next, before
	}
	return last[len(b)]
}
