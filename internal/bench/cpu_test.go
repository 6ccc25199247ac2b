package main

import (
	"errors"
	"os"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	const rest = " S 1 2 3 0 -1 4194304 10 20 30 40 123 45 7 8 20 0 9 0 100 200 300"
	for _, name := range []string{"(agent)", "(a b)", "(a) S 1 2 3 (b)", "())"} {
		user, system, err := parseStat([]byte("4711 " + name + rest))
		if err != nil || user != 1230*time.Millisecond || system != 450*time.Millisecond {
			t.Errorf("%s: %s user, %s system, %v", name, user, system, err)
		}
	}
	for _, line := range []string{"", "4711 (agent", "4711 (agent) S 1 2 3", "4711 (agent) S 1 2 3 0 -1 4194304 10 20 30 40 many 45 7", "4711 (agent) S 1 2 3 0 -1 4194304 10 20 30 40 1 -45 7"} {
		if _, _, err := parseStat([]byte(line)); !errors.Is(err, errStat) {
			t.Errorf("%q: %v, want errStat", line, err)
		}
	}
}

func TestProcessorTimeOfThisProcess(t *testing.T) {
	pid := os.Getpid()
	if _, _, err := statTime(pid); err != nil {
		t.Skip("needs /proc: ", err)
	}
	before, err := cpuTime(pid)
	if err != nil {
		t.Fatal(err)
	}
	const want = 50 * time.Millisecond
	used := before
	for began := time.Now(); used-before < want && time.Since(began) < patience; {
		if used, err = cpuTime(pid); err != nil {
			t.Fatal(err)
		}
	}
	if used-before < want {
		t.Errorf("%s of processor time although it was busy for %s", used-before, patience)
	}
	user, system, err := statTime(pid)
	after, clockErr := cpuTime(pid)
	if err != nil || clockErr != nil || user+system > after+2*tick || user+system < used-2*tick {
		t.Errorf("/proc says %s + %s, the clock %s before and %s after; %v, %v", user, system, used, after, err, clockErr)
	}
}

// TestProcessorTimeOfNoProcess asks for a number above all that Linux gives.
func TestProcessorTimeOfNoProcess(t *testing.T) {
	if d, err := cpuTime(1<<22 + 1); err == nil {
		t.Errorf("%s, want an error", d)
	}
}

func TestParseRollup(t *testing.T) {
	got, err := parseRollup([]byte("00400000-7ffc68251000 ---p 00000000 00:00 0       [rollup]\nRss:                2244 kB\nPss:                1236 kB\nPss_Dirty:    7 kB\n"))
	if want := (ram{RSS: 2244 << 10, PSS: 1236 << 10}); err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	for _, text := range []string{"", "Rss: 1 kB\n", "Rss: 1 kB\nPss: 1 pages\n"} {
		if _, err := parseRollup([]byte(text)); !errors.Is(err, errRollup) {
			t.Errorf("%q: %v, want errRollup", text, err)
		}
	}
}
