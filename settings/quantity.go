package settings

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// parseInt reads a decimal whole number.
func parseInt(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// byteUnits are the suffixes of sizes, longest first so that KiB is not read as B.
var byteUnits = []struct {
	suffix string
	factor int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"B", 1}}

// parseBytes reads a size: plain bytes or with KiB, MiB or GiB.
func parseBytes(text string) (int64, bool) {
	factor := int64(1)
	for _, unit := range byteUnits {
		if number, ok := strings.CutSuffix(text, unit.suffix); ok {
			text, factor = strings.TrimSpace(number), unit.factor
			break
		}
	}
	n, ok := parseInt(text)
	if !ok || n < 0 || n > math.MaxInt64/factor {
		return 0, false
	}
	return n * factor, true
}

// showBytes writes a size in the largest unit that divides it.
func showBytes(n int64) string {
	for i := len(byteUnits) - 2; i >= 0; i-- {
		if unit := byteUnits[i]; n != 0 && n%unit.factor == 0 {
			return strconv.FormatInt(n/unit.factor, 10) + unit.suffix
		}
	}
	return strconv.FormatInt(n, 10)
}

// parseDuration reads a Go duration, or a plain number of units. It is never
// negative.
func parseDuration(text string, unit time.Duration) (time.Duration, bool) {
	if d, err := time.ParseDuration(text); err == nil {
		return d, d >= 0
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || x < 0 || x >= math.MaxInt64/float64(unit) {
		return 0, false
	}
	return time.Duration(x * float64(unit)), true
}

// showDuration writes a duration without the zero units at its end: 5m, not 5m0s.
func showDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// unitOf returns what a plain number means under this name: the reference says
// …_HOURS where we say nothing and mean seconds.
func unitOf(name string) time.Duration {
	if strings.HasSuffix(name, "_HOURS") {
		return time.Hour
	}
	return time.Second
}

func unitWord(unit time.Duration) string {
	if unit == time.Hour {
		return "hours"
	}
	return "seconds"
}
