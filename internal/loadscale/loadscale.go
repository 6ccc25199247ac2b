// Package loadscale says how large the tests are that come in two sizes: one that
// suits every change, and the full one of `make chaos`.
package loadscale

import (
	"os"
	"strconv"
	"testing"
)

// Size returns usual unless LOAD_SCALE is set. Then it returns that share of
// full, above 0 and at most 1, but never less than usual.
func Size(t testing.TB, usual, full int) int {
	t.Helper()
	text := os.Getenv("LOAD_SCALE")
	if text == "" {
		return usual
	}
	share, err := strconv.ParseFloat(text, 64)
	if err != nil || !(share > 0 && share <= 1) {
		t.Fatalf("LOAD_SCALE=%q must be a share of the full size: above 0 and at most 1", text)
	}
	return max(usual, int(share*float64(full)))
}
