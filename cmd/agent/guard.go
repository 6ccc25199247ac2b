package main

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/internal/cli"
)

func newGuard() *cobra.Command {
	return &cobra.Command{
		Use:    "guard",
		Short:  "Kill the commands of an agent that was killed",
		Hidden: true, // agent serve starts it
		Args:   cli.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			// It outlives the agent, also where a signal goes to every process there is.
			signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
			backend.Guard(cmd.InOrStdin())
			return nil
		},
	}
}

// guardCommand is this program as a guard. The link of the kernel names the
// program that runs, also after an update replaced its file.
func guardCommand() []string {
	const self = "/proc/self/exe"
	if _, err := os.Stat(self); err == nil {
		return []string{self, "guard"}
	}
	path, err := os.Executable()
	if err != nil {
		return nil
	}
	return []string{path, "guard"}
}
