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
		told := make(chan struct{})
		timer := time.AfterFunc(patience, func() {
			defer close(told)
			fmt.Fprintf(w, "%s … (Ctrl-C gives up)\n", what)
		})
		return func() {
			if !timer.Stop() {
				<-told
			}
		}
	}
}
