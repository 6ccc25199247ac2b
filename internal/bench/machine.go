package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strings"
)

// machine is what figures depend on beside the program.
type machine struct {
	Go, OS, Arch string
	Processor    string // model, "" if it is not known
	Processors   int
	Cores        cores
	NotPinned    string `json:",omitempty"` // why
	// LoadBefore and LoadAfter are what /proc/loadavg said: anything above the
	// one or two that the benchmark makes itself disturbs it.
	LoadBefore, LoadAfter string `json:",omitempty"`
}

func thisMachine(c cores, notPinned string) machine {
	m := machine{
		Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, Processors: runtime.NumCPU(),
		Cores: c, NotPinned: notPinned, LoadBefore: loadAverage(),
	}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		m.Processor = modelName(text)
	}
	return m
}

func (m machine) software() string { return fmt.Sprintf("%s %s/%s", m.Go, m.OS, m.Arch) }

func (m machine) hardware() string {
	pinned := m.NotPinned
	if pinned == "" {
		pinned = m.Cores.String()
	}
	return fmt.Sprintf("%d × %s; %s; load average before %s, after %s", m.Processors, m.Processor, pinned, m.LoadBefore, m.LoadAfter)
}

// modelName reads the model of the first processor in /proc/cpuinfo.
func modelName(text []byte) string {
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// loadAverage returns that of the last minute, "" where it is not known.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
