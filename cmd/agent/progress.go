package main

import (
	"fmt"
	"io"
	"time"
)

// patience is how long a step may take before the user is told what it is.
const patience = 2 * time.Second

// during runs f and says on w what is going on if it takes longer than that.
func during[T any](w io.Writer, what string, f func() (T, error)) (T, error) {
	defer notice(w)(what)()
	return f()
}

// notice says on w what is waited for, unless it is over before patience is.
func notice(w io.Writer) func(what string) (over func()) {
	return func(what string) func() {
		over := tell(w, what)
		return func() { over() }
	}
}

// tell is notice for whoever wants to know whether it was said.
func tell(w io.Writer, what string) (over func() (told bool)) {
	said := make(chan struct{})
	timer := time.AfterFunc(patience, func() {
		defer close(said)
		fmt.Fprintf(w, "%s … (Ctrl-C gives up)\n", what)
	})
	return func() bool {
		if timer.Stop() {
			return false
		}
		<-said
		return true
	}
}

// quiet says once, where nothing comes for a while, what is waited for.
type quiet struct {
	w    io.Writer
	what string
	over func() bool
	told bool
}

func newQuiet(w io.Writer, what string) *quiet {
	q := &quiet{w: w, what: what}
	q.begin()
	return q
}

func (q *quiet) begin() {
	if !q.told && q.over == nil {
		q.over = tell(q.w, q.what)
	}
}

func (q *quiet) end() {
	if q.over != nil {
		q.told = q.over()
		q.over = nil
	}
}
