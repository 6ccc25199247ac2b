package main

import (
	"encoding/json"
	"fmt"
	"io"
)

// step is one thing that was shown.
type step struct {
	Step   string     `json:"step"`             // "authority", "agent", "message", "refusal"
	Name   string     `json:"name"`             // what was done
	OK     bool       `json:"ok"`               // whether it came out as it should
	Result string     `json:"result,omitempty"` // what came back
	Want   string     `json:"want,omitempty"`   // what should have come back, where it did not
	Detail [][]string `json:"detail,omitempty"` // label and text, in order
}

// report prints steps as they happen and remembers whether all were right.
type report struct {
	out    io.Writer
	asJSON bool
	steps  int
	wrong  int
}

func (r *report) add(s step) {
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

func (r *report) say(format string, args ...any) {
	if !r.asJSON {
		fmt.Fprintf(r.out, format+"\n", args...)
	}
}
