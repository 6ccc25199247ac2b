package main

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
)

func TestFigure(t *testing.T) {
	for _, test := range []struct {
		values         []float64
		median, spread float64
	}{
		{nil, 0, 0},
		{[]float64{4}, 4, 0},
		{[]float64{6, 2, 4}, 4, 0.5},
		{[]float64{8, 1, 4, 3}, 3.5, 1},
		{[]float64{0, 0}, 0, 0},
	} {
		if got := figureOf(test.values); got.Median != test.median || got.Spread != test.spread {
			t.Errorf("%v: %+v, want %v ± %v", test.values, got, test.median, test.spread)
		}
	}
}

func TestPercentile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	for _, test := range []struct {
		of      []time.Duration
		percent int
		want    time.Duration
	}{
		{hundred, 50, 50}, {hundred, 99, 99}, {hundred, 100, 100}, {hundred, 0, 1},
		{hundred[:1], 50, 1}, {hundred[:1], 99, 1}, {hundred[:3], 50, 2}, {hundred[:50], 99, 50},
	} {
		if got := percentile(test.of, test.percent); got != test.want {
			t.Errorf("%d %% of %d: %d, want %d", test.percent, len(test.of), got, test.want)
		}
	}
}

// found are two rounds in which the machine was half as fast in the second.
func found() []sample {
	one := func(target string, r row, round int, cpu float64) sample {
		return sample{Target: target, Row: r.Key, Connections: 16, Body: 1024, Round: round, Requests: 100, Seconds: 0.5, CPU: cpu, P50: cpu, P99: 3 * cpu}
	}
	return []sample{
		one(bareServer, bare, 1, 20e-6), one("agent", octets1, 1, 100e-6),
		one("agent", octets1, 2, 240e-6), one(bareServer, bare, 2, 40e-6),
	}
}

func TestSummaryComparesWithinARound(t *testing.T) {
	lines := summarize(found(), toFloor)
	if len(lines) != 2 || lines[0].Row != bare.Key || lines[0].Times != (figure{}) {
		t.Fatalf("%+v: want the bare server first, compared with nothing", lines)
	}
	l := lines[1]
	if math.Abs(l.Times.Median-5.5) > 1e-9 || l.Rounds != 2 || l.Requests != 200 || l.PerSecond.Median != 200 || math.Abs(l.CPU.Median-170e-6) > 1e-12 {
		t.Errorf("%+v: want 5.5 times, the median of 5 and 6; 200 requests at 200 per second; 170 µs", l)
	}
}

func TestSummaryWithoutAnythingToCompareWith(t *testing.T) {
	lines := summarize(found(), to("base"))
	for _, l := range lines {
		if l.Times != (figure{}) {
			t.Errorf("%+v is compared with an agent that is not there", l)
		}
	}
	handshakes := []sample{{Target: bareServer, Row: resumed.Key, CPU: 1, Seconds: 1}, {Target: "agent", Row: resumed.Key, CPU: 3, Seconds: 1}}
	if l := summarize(handshakes, toFloor); l[1].Times.Median != 3 {
		t.Errorf("%+v: want a handshake compared with the bare server's", l[1])
	}
}

func TestTable(t *testing.T) {
	var out bytes.Buffer
	r := report{Agent: "abc1234", Machine: machine{Processor: "Some CPU", Processors: 2, Cores: cores{Server: []int{1}, Load: []int{0}}, LoadBefore: "0.10", LoadAfter: "1.50"}, Rounds: 2, Each: 0.5, Cells: summarize(found(), toFloor), Memory: &idle{Connections: 10, Without: ram{PSS: 10 << 20}, With: ram{PSS: 11 << 20}}}
	if err := r.text(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"agent abc1234", "median of 2 rounds of 500ms", "2 × Some CPU; servers on processor 1, load on 0; load average before 0.10, after 1.50\n", "× bare",
		"16  1 KB  agent: all gates, octets-1        170µs  41%    5.50  9%   0.18         200  0%  170µs  510µs  41%\n",
		"16  1 KB  bare: Go mTLS echo                 30µs  33%                            200  0%   30µs   90µs  33%\n",
		"102.4 KiB each",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), " \n") {
		t.Errorf("white space at the end of a line in\n%s", out.String())
	}
}

func TestJSONHasWhatTheTableHas(t *testing.T) {
	var out bytes.Buffer
	if err := (options{json: true}).print(&report{Agent: "abc1234", Cells: summarize(found(), toFloor)}, &out); err != nil {
		t.Fatal(err)
	}
	var back report
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || len(back.Cells) != 2 || back.Cells[1].Times.Median < 5 {
		t.Errorf("%v: %s", err, out.Bytes())
	}
}

func TestDurations(t *testing.T) {
	for seconds, want := range map[float64]string{25.04e-6: "25µs", 25.06e-6: "25.1µs", 1.2345678e-3: "1.235ms", 0.0456789: "45.7ms", 1.23456: "1.235s", 0: "0s"} {
		if got := duration(seconds); got != want {
			t.Errorf("%v s: %s, want %s", seconds, got, want)
		}
	}
}

func TestBenchstatLines(t *testing.T) {
	dir := t.TempDir()
	if err := writeBenchstat(dir, machine{OS: "linux", Arch: "amd64", Processor: "Some CPU"}, found()); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := benchstat(&out, machine{}, found()[1:3]); err != nil {
		t.Fatal(err)
	}
	want := "BenchmarkAgent/gates-octets-1/connections=16/body=1024 100 100000 cpu-ns/op 100000 p50-ns 300000 p99-ns 200 req/s\n" +
		"BenchmarkAgent/gates-octets-1/connections=16/body=1024 100 240000 cpu-ns/op 240000 p50-ns 720000 p99-ns 200 req/s\n"
	if !strings.HasSuffix(out.String(), want) {
		t.Errorf("got %s, want %s", out.String(), want)
	}
}
