package e2e

import (
	"os"
	"strconv"
	"testing"
)

// scaled returns how large a scenario is: full with LOAD_SCALE=1, that share of
// it with less, and never below small, which is what CI can do beside others.
func scaled(t *testing.T, small, full int) int {
	t.Helper()
	text := os.Getenv("LOAD_SCALE")
	if text == "" {
		return small
	}
	share, err := strconv.ParseFloat(text, 64)
	if err != nil || share < 0 || share > 1 {
		t.Fatalf("LOAD_SCALE=%q is no number from 0 to 1", text)
	}
	return max(small, int(share*float64(full)))
}
