// Command bench measures what the gates cost an outsider. The agent is the built
// program with every gate on, beside real authorities; the bare Go server that it
// is compared with, and the load, are programs of their own too. Servers have one
// processor and the load another, requests are signed before the clock starts,
// and all that is compared runs in the same rounds. What counts is the servers'
// processor time per request, as the operating system counts it.
//
// docs/performance.md explains the table.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := play(ctx, os.Getenv(roleVariable), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		stop()
		os.Exit(1)
	}
}

// play conducts a measurement, or takes the part in one that it is given.
func play(ctx context.Context, role string, args []string) error {
	switch role {
	case roleFloor:
		return floor(args[0], os.Stdin, os.Stdout)
	case roleLoad:
		return load(ctx, os.Stdin, os.Stdout)
	case roleClock:
		return clock(os.Stdout)
	}
	o, err := parse(args, os.Stderr)
	if err != nil {
		return err
	}
	o.progress = os.Stderr
	found, err := o.conduct(ctx)
	if err != nil {
		return err
	}
	return o.print(found, os.Stdout)
}
