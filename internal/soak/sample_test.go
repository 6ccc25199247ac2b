package soak

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// sample is what the program uses at one moment.
type sample struct {
	at                   time.Duration // since the load began
	rss, goroutines, fds float64       // rss in MiB
}

// measure reads the program's own metrics, and /proc where they are not enough.
func (p *process) measure(ctx context.Context, began time.Time) (sample, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.admin+"/metrics", http.NoBody)
	if err != nil {
		return sample{}, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return sample{}, err
	}
	defer resp.Body.Close()
	s := sample{at: time.Since(began)}
	found := 0
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		into := map[string]*float64{
			"go_goroutines": &s.goroutines, "process_open_fds": &s.fds, "process_resident_memory_bytes": &s.rss,
		}[name]
		if into == nil {
			continue
		}
		if *into, err = strconv.ParseFloat(value, 64); err != nil {
			return sample{}, fmt.Errorf("%s: %w", name, err)
		}
		found++
	}
	if found != 3 {
		return sample{}, fmt.Errorf("/metrics has %d of the three numbers", found)
	}
	s.rss /= 1 << 20
	return s, nil
}

// measurable skips where /proc is not there to be read.
func measurable(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/proc/self/fd"); err != nil && os.Getenv("CI") == "true" {
		t.Fatal(err)
	} else if err != nil {
		t.Skip("needs /proc: ", err)
	}
}

// trend is what a series of one number comes to.
type trend struct {
	name, unit         string
	low, median, high  float64
	perHour, fromStart float64 // slope, and what it adds up to over the series
}

// trendOf fits a line by Theil and Sen: the median of the slopes between the
// samples of the first and of the last half, which single peaks do not move.
func trendOf(name, unit string, samples []sample, of func(sample) float64) trend {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	half := len(samples) / 2
	slopes := make([]float64, half)
	for i := range half {
		a, b := samples[i], samples[len(samples)-half+i]
		slopes[i] = (of(b) - of(a)) / (b.at - a.at).Hours()
	}
	slices.Sort(values)
	slices.Sort(slopes)
	t := trend{name: name, unit: unit, low: values[0], median: values[len(values)/2], high: values[len(values)-1]}
	t.perHour = slopes[half/2]
	t.fromStart = t.perHour * (samples[len(samples)-1].at - samples[0].at).Hours()
	return t
}

func trends(samples []sample) []trend {
	return []trend{
		trendOf("RSS", "MiB", samples, func(s sample) float64 { return s.rss }),
		trendOf("goroutines", "", samples, func(s sample) float64 { return s.goroutines }),
		trendOf("files", "", samples, func(s sample) float64 { return s.fds }),
	}
}

func table(all []trend) string {
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\tlowest\tmedian\thighest\tper hour\tover the run")
	for _, t := range all {
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%.1f\t%+.2f\t%+.2f %s\n", t.name, t.low, t.median, t.high, t.perHour, t.fromStart, t.unit)
	}
	_ = w.Flush() // to memory
	return out.String()
}
