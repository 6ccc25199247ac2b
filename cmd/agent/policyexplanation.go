package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/policy"
)

// explanation is what "agent policy test" shows.
type explanation struct {
	Allowed bool       `json:"allowed"`
	Rule    string     `json:"rule"` // the one that decided
	Reason  string     `json:"reason"`
	Rules   []ruleStep `json:"rules"`
}

type ruleStep struct {
	Rule    string        `json:"rule"`
	Effect  policy.Effect `json:"effect"`
	Holds   bool          `json:"holds"`
	Error   string        `json:"error,omitempty"`
	Early   bool          `json:"early,omitempty"` // judged before the body, too
	Decided bool          `json:"decided,omitempty"`
}

func newExplanation(d policy.Decision, steps []policy.Step) *explanation {
	e := &explanation{Allowed: d.Allowed, Rule: d.Rule, Reason: d.Reason}
	for _, s := range steps {
		shown := ruleStep{Rule: s.Rule, Effect: s.Effect, Holds: s.Holds, Early: s.Early, Decided: s.Decided}
		if s.Err != nil {
			shown.Error = s.Err.Error()
		}
		e.Rules = append(e.Rules, shown)
	}
	return e
}

func (e *explanation) print(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "RULE\tEFFECT\tCONDITION\t\tJUDGED")
	for _, s := range e.Rules {
		condition, mark, judged := "does not hold", "", "with the request"
		if s.Early {
			judged = "before the body"
		}
		switch {
		case s.Error != "":
			condition = "cannot be evaluated: " + cli.ForTerminal(s.Error)
		case s.Holds:
			condition = "holds"
		}
		if s.Decided {
			mark = "<- decides"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", s.Rule, s.Effect, condition, mark, judged)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	verdict := "denied"
	if e.Allowed {
		verdict = "allowed"
	}
	_, err := fmt.Fprintf(out, "%s by %s: %s\n", verdict, e.Rule, cli.ForTerminal(e.Reason))
	return err
}
