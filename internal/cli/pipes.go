package cli

import (
	"os"
	"os/signal"
	"syscall"
)

// SurviveBrokenPipes makes a write to a standard output or error that nobody
// reads any more fail, where it would end the program: records of decisions are
// lost then, and counted, and requests are served on. It lasts to the end, so that
// a failure exits with its own code. Commands of the exec backend do not inherit
// this, as they would inherit that a signal is ignored.
func SurviveBrokenPipes() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
}
