package main

import (
	"slices"
	"time"
)

// figure is what several rounds found of one quantity.
type figure struct {
	Median float64
	// Spread is half of what lies between the lowest and the highest round, as a
	// share of the median.
	Spread float64
}

func figureOf(values []float64) figure {
	if len(values) == 0 {
		return figure{}
	}
	sorted := slices.Sorted(slices.Values(values))
	f := figure{Median: median(sorted)}
	if f.Median != 0 {
		f.Spread = (sorted[len(sorted)-1] - sorted[0]) / 2 / f.Median
	}
	return f
}

// median is that of values in order, of which there is one at least.
func median(sorted []float64) float64 {
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// percentile returns the smallest of the durations, which are in order, that at
// least percent of a hundred do not exceed. There is one at least.
func percentile(sorted []time.Duration, percent int) time.Duration {
	rank := (len(sorted)*percent + 99) / 100
	return sorted[max(rank, 1)-1]
}
