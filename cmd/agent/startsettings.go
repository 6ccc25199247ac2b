package main

import (
	"context"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/settings"
)

// completeSettings reads the settings of a start, and where some are wrong looks for what
// else it would meet.
func completeSettings(ctx context.Context) (settings.Settings, error) {
	return cli.Start[settings.Settings]{
		Load: settings.Load,
		Look: func(set settings.Settings, known func(string) bool) error {
			return agent.PreflightKnown(ctx, set, known)
		},
	}.Settings()
}
