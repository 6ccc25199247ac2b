// Command mutants removes or inverts one check of the product at a time and
// runs the tests that should notice. A mutant that fewer than two tests kill
// is a promise that the tests do not keep.
//
// Nothing in the source tree is changed: each mutant is an overlay.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"time"
)

// wanted is how many tests must fail for a mutant to count as killed.
const wanted = 2

func main() {
	only := flag.String("only", "", "run the mutants whose name matches this regular expression")
	list := flag.Bool("list", false, "print the table for docs/testing.md and run nothing")
	flag.Parse()
	if *list {
		printTable(os.Stdout)
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *only, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		stop()
		os.Exit(1)
	}
}

// printTable prints the rows of docs/testing.md.
func printTable(out io.Writer) {
	for _, m := range mutants() {
		fmt.Fprintln(out, m.row())
	}
}

func run(ctx context.Context, only string, out io.Writer) error {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	var chosen []mutant
	for _, m := range mutants() {
		if pattern.MatchString(m.name) {
			chosen = append(chosen, m)
		}
	}
	if len(chosen) == 0 {
		return fmt.Errorf("no mutant is called %q", only)
	}
	dir, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return tryAll(ctx, chosen, newRunner(dir), out)
}

// tryAll tries every mutant, also after one that survived or could not be tried.
func tryAll(ctx context.Context, chosen []mutant, r *runner, out io.Writer) error {
	var survivors, broken []string
	var slowest string
	longest, began := time.Duration(0), time.Now()
	for i, m := range chosen {
		start := time.Now()
		killers, err := r.kill(ctx, m)
		took := time.Since(start)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		verdict, said := "killed  ", examples(killers)
		switch {
		case err != nil:
			verdict, said = "ERROR   ", err.Error()
			broken = append(broken, m.name)
		case len(killers) < wanted:
			verdict = "SURVIVED"
			survivors = append(survivors, m.name)
		}
		if took > longest {
			longest, slowest = took, m.name
		}
		fmt.Fprintf(out, "%3d/%d %s %-58s by %3d tests in %5.1fs  %s\n", i+1, len(chosen), verdict, m.name, len(killers), took.Seconds(), said)
	}
	fmt.Fprintf(out, "\n%d mutants, %d survived, %d could not be tried, in %s; the slowest: %s (%s)\n", len(chosen), len(survivors), len(broken),
		time.Since(began).Round(time.Second), slowest, longest.Round(time.Second))
	return verdictOf(survivors, broken)
}

func verdictOf(survivors, broken []string) error {
	var errs []error
	if len(survivors) > 0 {
		errs = append(errs, fmt.Errorf("fewer than %d tests notice: %s", wanted, strings.Join(survivors, "; ")))
	}
	if len(broken) > 0 {
		errs = append(errs, fmt.Errorf("could not be tried: %s", strings.Join(broken, "; ")))
	}
	return errors.Join(errs...)
}

// examples names the first few tests.
func examples(killers []string) string {
	const few = 3
	if len(killers) > few {
		return strings.Join(killers[:few], ", ") + ", …"
	}
	return strings.Join(killers, ", ")
}
