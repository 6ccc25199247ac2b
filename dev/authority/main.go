package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/getbindu/bindu-go/dev/authority/internal/stepca"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == stepca.ServeCommand {
		if err := stepca.Main(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run returns the exit status: 0 after an interrupt, 1 after a failure, 2 when the arguments are wrong.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "authority:", err)
		return 2
	}
	ctx, hurry, release := interrupts()
	defer release()
	if o.stopOnEOF {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		defer cancel()
		go untilEOF(stdin, cancel) // ends with the process: a read of standard input cannot be interrupted
	}
	if err := execute(ctx, o, hurry, stdout, stderr); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(stderr, "authority:", err)
		return 1
	}
	return 0
}

func untilEOF(r io.Reader, stop func()) {
	_, _ = io.Copy(io.Discard, r) // an error ends the input as well
	stop()
}

// interrupts turns signals into a context that ends with the first, and a channel that closes with the second or with
// SIGQUIT.
func interrupts() (ctx context.Context, hurry <-chan struct{}, release func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT)
	ctx, cancel := context.WithCancel(context.Background())
	kill, quit, joined := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(joined)
		defer close(kill)
		for range 2 {
			select {
			case sig := <-signals:
				cancel()
				if sig == syscall.SIGQUIT {
					return
				}
			case <-quit:
				return
			}
		}
	}()
	return ctx, kill, func() {
		signal.Stop(signals)
		close(quit)
		<-joined
		cancel()
	}
}
