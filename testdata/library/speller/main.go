// Command speller is an agent that spells what it is told. Settings come from the
// environment and .env, as those of the program agent do.
package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/settings"

	"example.com/library/spelling"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		slog.Error("the agent has ended", "error", err)
		os.Exit(1)
	}
}

// run serves until the context ends, and then until nothing is under way any more.
func run(ctx context.Context) error {
	set, err := settings.Load(settings.Options{})
	if err != nil {
		return err
	}
	speller, err := agent.New(agent.Options{Settings: set, Executor: spelling.Speller{}, Logger: slog.Default()})
	if err != nil {
		return err
	}
	return speller.Run(ctx)
}
