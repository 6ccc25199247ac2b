// Command mutants removes or inverts one check of the product at a time and
// runs the tests that should notice. A mutant that fewer than two tests kill
// is a promise that the tests do not keep.
//
// Nothing in the source tree is changed: each mutant is an overlay.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// wanted is how many tests must fail for a mutant to count as killed.
const wanted = 2

func main() {
	only := flag.String("only", "", "run the mutants whose name matches this regular expression")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *only, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, only string, out io.Writer) error {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var survivors []string
	count := 0
	for _, m := range mutants() {
		if !pattern.MatchString(m.name) {
			continue
		}
		count++
		began := time.Now()
		killers, err := m.run(ctx, dir)
		if err != nil {
			return fmt.Errorf("mutant %q: %w", m.name, err)
		}
		verdict := "killed  "
		if len(killers) < wanted {
			verdict = "SURVIVED"
			survivors = append(survivors, m.name)
		}
		fmt.Fprintf(out, "%s  %-52s by %3d tests in %4.1fs  %s\n", verdict, m.name, len(killers), time.Since(began).Seconds(), examples(killers))
	}
	fmt.Fprintf(out, "\n%d mutants, %d survived\n", count, len(survivors))
	if len(survivors) > 0 {
		return fmt.Errorf("fewer than %d tests notice: %s", wanted, strings.Join(survivors, "; "))
	}
	return nil
}

func examples(killers []string) string {
	if len(killers) > 2 {
		return strings.Join(killers[:2], ", ") + ", …"
	}
	return strings.Join(killers, ", ")
}

// mutant is one change to one file.
type mutant struct {
	name     string
	file     string   // from the root of the module
	old, new string   // old stands exactly once in file
	packages []string // quickest first: the others run only while too few tests have failed
}

// mutate returns the changed file.
func (m mutant) mutate(source []byte) ([]byte, error) {
	if n := bytes.Count(source, []byte(m.old)); n != 1 {
		return nil, fmt.Errorf("%s holds %q %d times, want once", m.file, m.old, n)
	}
	return bytes.Replace(source, []byte(m.old), []byte(m.new), 1), nil
}

// run returns the names of the tests that fail with the mutant.
func (m mutant) run(ctx context.Context, dir string) (killers []string, err error) {
	overlay, err := m.overlay(dir)
	if err != nil {
		return nil, err
	}
	for _, pkg := range m.packages {
		failed, err := test(ctx, overlay, pkg)
		if err != nil {
			return nil, err
		}
		if killers = append(killers, failed...); len(killers) >= wanted {
			break
		}
	}
	return killers, nil
}

func test(ctx context.Context, overlay, pkg string) (failed []string, err error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-json", "-count=1", "-overlay", overlay, pkg)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	failed, broken := failures(output)
	if broken != "" {
		return nil, fmt.Errorf("does not build:\n%s%s", broken, stderr.String())
	}
	return failed, nil
}

func (m mutant) overlay(dir string) (string, error) {
	path, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	mutated, err := m.mutate(source)
	if err != nil {
		return "", err
	}
	replacement := filepath.Join(dir, "mutant.go")
	if err := os.WriteFile(replacement, mutated, 0o600); err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {path: replacement}})
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "overlay.json")
	return name, os.WriteFile(name, overlay, 0o600)
}

// failures reads what go test -json printed: the tests that failed without a
// failing subtest, and what the compiler said if it did not come to that.
func failures(output []byte) (failed []string, broken string) {
	scanner := bufio.NewScanner(bytes.NewReader(output))
	scanner.Buffer(nil, 1<<24)
	for scanner.Scan() {
		var event struct{ Action, Package, Test, Output string }
		if json.Unmarshal(scanner.Bytes(), &event) != nil {
			continue
		}
		switch {
		case event.Action == "fail" && event.Test != "":
			failed = append(failed, event.Test)
		case event.Action == "build-output":
			broken += event.Output
		}
	}
	return leaves(failed), broken
}

// leaves drops a test whose failure is only that of a subtest.
func leaves(tests []string) []string {
	slices.Sort(tests)
	tests = slices.Compact(tests)
	return slices.DeleteFunc(slices.Clone(tests), func(t string) bool {
		return slices.ContainsFunc(tests, func(other string) bool { return strings.HasPrefix(other, t+"/") })
	})
}
