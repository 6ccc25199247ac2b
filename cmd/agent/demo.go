package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
)

type demoFlags struct {
	keep, asJSON, verbose bool
}

func newDemo() *cobra.Command {
	var f demoFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run two agents on this machine, and show what they refuse",
		Long: `demo builds and starts a real Ory Hydra and a real step-ca, boots two agents with
all three proofs required, sends a message each way, shows what each gate saw,
and then tries what an impostor would try. It exits 0 only if every message
arrived and every impostor was turned away for the right reason.

It needs Go, a C compiler and this project's source tree: run it as
"go run ./cmd/agent demo". The first run compiles for some minutes.`,
		Example: `  agent demo           show it and clean up
  agent demo --keep    leave both agents running until Ctrl-C
  agent demo --json    the same, one JSON object per step, for a program`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDemo(cmd.Context(), f, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().BoolVar(&f.keep, "keep", false, "leave authority and agents running until interrupted")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print one JSON object per step")
	cmd.Flags().BoolVar(&f.verbose, "verbose", false, "print the agents' log on standard error")
	return cmd
}

// demoStep is one thing that was shown.
type demoStep struct {
	Step   string     `json:"step"`             // "authority", "agent", "message", "refusal"
	Name   string     `json:"name"`             // what was done
	OK     bool       `json:"ok"`               // whether it came out as it should
	Result string     `json:"result,omitempty"` // what came back
	Want   string     `json:"want,omitempty"`   // what should have come back, where it did not
	Detail [][]string `json:"detail,omitempty"` // label and text, in order
}

// demoReport prints steps as they happen and remembers whether all were right.
type demoReport struct {
	out    io.Writer
	asJSON bool
	steps  int
	wrong  int
}

func (r *demoReport) add(s demoStep) {
	r.steps++
	if !s.OK {
		r.wrong++
	}
	if r.asJSON {
		line, err := json.Marshal(s)
		if err == nil {
			fmt.Fprintf(r.out, "%s\n", line)
		}
		return
	}
	mark := "ok  "
	if !s.OK {
		mark = "FAIL"
	}
	fmt.Fprintf(r.out, "%s  %-9s  %s", mark, s.Step, s.Name)
	if s.Result != "" {
		fmt.Fprintf(r.out, "  →  %s", s.Result)
	}
	if !s.OK {
		fmt.Fprintf(r.out, "  (should be %s)", s.Want)
	}
	fmt.Fprintln(r.out)
	for _, d := range s.Detail {
		fmt.Fprintf(r.out, "                   %-12s %s\n", d[0], d[1])
	}
}

func (r *demoReport) say(format string, args ...any) {
	if !r.asJSON {
		fmt.Fprintf(r.out, format+"\n", args...)
	}
}

func runDemo(ctx context.Context, f demoFlags, out, errOut io.Writer) error {
	began := time.Now()
	dir, err := os.MkdirTemp("", "agent-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	report := &demoReport{out: out, asJSON: f.asJSON}
	stack, err := startDemo(ctx, f, dir, report, errOut)
	if err != nil {
		return err
	}
	defer stack.stop()
	stack.talk(ctx, report)
	stack.attack(ctx, report)
	elapsed := time.Since(began).Round(100 * time.Millisecond)
	if report.wrong > 0 {
		report.say("\n%d of %d steps did not come out as they should (%s).", report.wrong, report.steps, elapsed)
		return &silentError{exitFailed}
	}
	report.say("\nAll %d steps came out as they should (%s).", report.steps, elapsed)
	if f.keep {
		stack.keep(ctx, report)
	}
	return nil
}
