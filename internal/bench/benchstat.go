package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// benchstat writes the samples of one server in the format of Go's benchmarks,
// which benchstat reads: a line for each round.
func benchstat(out io.Writer, m machine, samples []sample) error {
	if _, err := fmt.Fprintf(out, "goos: %s\ngoarch: %s\npkg: github.com/getbindu/bindu-go/internal/bench\ncpu: %s\nUnit req/s better=higher\n",
		m.OS, m.Arch, m.Processor); err != nil {
		return err
	}
	for _, s := range samples {
		name := fmt.Sprintf("BenchmarkAgent/%s/connections=%d/body=%d", s.Row, s.Connections, s.Body)
		if s.Paced > 0 {
			name += fmt.Sprintf("/pace=%d", s.Paced)
		}
		if _, err := fmt.Fprintf(out, "%s %d %.0f cpu-ns/op %.0f p50-ns %.0f p99-ns %.0f req/s\n",
			name, s.Requests, 1e9*s.CPU, 1e9*s.P50, 1e9*s.P99, s.perSecond()); err != nil {
			return err
		}
	}
	return nil
}

// writeBenchstat writes a file for each server into a directory.
func writeBenchstat(dir string, m machine, samples []sample) error {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	byServer := map[string][]sample{}
	for _, s := range samples {
		byServer[s.Target] = append(byServer[s.Target], s)
	}
	for name, of := range byServer {
		file, err := os.Create(filepath.Join(dir, name+".txt"))
		if err != nil {
			return err
		}
		if err := benchstat(file, m, of); err != nil {
			_ = file.Close()
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
	return nil
}
