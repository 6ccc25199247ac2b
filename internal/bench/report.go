package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"
)

// report is all that was found.
type report struct {
	Agent   string // commit
	Base    string `json:",omitempty"` // commit of the agent that it is compared with
	Machine machine
	Rounds  int
	Each    float64 // seconds of a round
	Pace    pacing

	Cells      []line   `json:",omitempty"`
	Paced      []line   `json:",omitempty"`
	Handshakes []line   `json:",omitempty"`
	Memory     *idle    `json:",omitempty"`
	Streams    *streams `json:",omitempty"`
	Firsts     *firsts  `json:",omitempty"`
	Added      *added   `json:",omitempty"`
	Boot       []boot   `json:",omitempty"`
	Growth     *growth  `json:",omitempty"`
	Compared   []line   `json:",omitempty"`
	// ComparedPaced is the same at the pace.
	ComparedPaced []line `json:",omitempty"`
}

// text writes the report for people.
func (r report) text(out io.Writer) error {
	fmt.Fprintf(out, "agent %s; %s\n%s\n", r.Agent, r.Machine.software(), r.Machine.hardware())
	fmt.Fprintf(out, "Each figure is the median of %d rounds of %s; ± is half of what lies between the lowest and the highest.\n", r.Rounds, duration(r.Each))
	for _, part := range []struct {
		heading, other string
		lines          []line
	}{
		{"Requests, against a bare Go mTLS echo with as long a body in the same round", "× bare", r.Cells},
		{fmt.Sprintf("Requests at %s, to both servers alike", r.Pace), "× bare", r.Paced},
		{"Handshakes, each with a GET /health, against those of the bare server", "× bare", r.Handshakes},
		{"Against the agent of " + r.Base, "× base", r.Compared},
		{fmt.Sprintf("Against the agent of %s, at %s", r.Base, r.Pace), "× base", r.ComparedPaced},
		{r.Growth.heading(), "× empty", r.Growth.lines()},
	} {
		if len(part.lines) == 0 {
			continue
		}
		fmt.Fprintf(out, "\n%s\n", part.heading)
		if err := table(out, part.lines, part.other); err != nil {
			return err
		}
	}
	r.Growth.text(out)
	r.Memory.text(out)
	r.Streams.text(out)
	r.Firsts.text(out)
	r.Added.text(out)
	return bootText(out, r.Boot)
}

// table writes lines under each other. The headline is the processor time of
// the server per request, and how many times that of its other it is.
func table(out io.Writer, lines []line, other string) error {
	var text bytes.Buffer
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	width := 0
	for _, l := range lines {
		width = max(width, utf8.RuneCountInString(l.work()))
	}
	fmt.Fprintf(w, "connections\tbody\t%-*s\tCPU/request\t±\t%s\t±\tshare\trequests/s\t±\tp50\tp99\t±\t\n", width, "server, work", other)
	for i, l := range lines {
		if i > 0 && (l.Connections != lines[i-1].Connections || l.Body != lines[i-1].Body || l.Paced != lines[i-1].Paced) {
			fmt.Fprintln(w, strings.Repeat("\t", 13))
		}
		times, timesSpread, share := "", "", ""
		if l.Times.Median > 0 {
			times, timesSpread, share = fmt.Sprintf("%.2f", l.Times.Median), percent(l.Times), fmt.Sprintf("%.2f", 1/l.Times.Median)
		}
		fmt.Fprintf(w, "%d\t%s\t%-*s\t%s\t%s\t%s\t%s\t%s\t%.0f\t%s\t%s\t%s\t%s\t\n", l.Connections, size(l.Body), width, l.work(),
			duration(l.CPU.Median), percent(l.CPU), times, timesSpread, share,
			l.PerSecond.Median, percent(l.PerSecond), duration(l.P50.Median), duration(l.P99.Median), percent(l.P99))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for printed := range bytes.Lines(text.Bytes()) {
		if _, err := fmt.Fprintf(out, "%s\n", bytes.TrimRight(printed, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// work names server and row.
func (l line) work() string {
	r, _ := rowOf(l.Row)
	return l.Target + ": " + r.Name
}

func percent(f figure) string { return fmt.Sprintf("%.0f%%", 100*f.Spread) }

// duration shows seconds with three digits or so.
func duration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < 100*time.Microsecond:
		return d.Round(100 * time.Nanosecond).String()
	case d < 10*time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return d.Round(100 * time.Microsecond).String()
	default:
		return d.Round(time.Millisecond).String()
	}
}

// size shows a number of bytes.
func size(bytes int) string {
	switch {
	case bytes == 0:
		return "–"
	case bytes%1024 == 0:
		return fmt.Sprintf("%d KB", bytes/1024)
	default:
		return fmt.Sprintf("%d B", bytes)
	}
}
