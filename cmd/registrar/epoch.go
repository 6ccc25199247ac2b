package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/registrar/operator"
)

func newNewEpoch() *cobra.Command {
	return asking{
		use: "new-epoch", short: "Begin a new epoch after the database was restored from a backup",
		long: `new-epoch is for a database that was restored. Say it last, once the revocations
that the backup does not know are repeated: agents that follow revocations then drop
what they had remembered, and the warning database_restored ends.

A registrar whose directory was not restored with the database begins an epoch by
itself when it finds that, and warns. One whose directory was restored too cannot
tell.`,
		args: cobra.NoArgs,
		run: func(ctx context.Context, c *operator.Client, cmd *cobra.Command, _ []string, asJSON bool) error {
			e, err := c.NewEpoch(ctx)
			if err != nil {
				return err
			}
			return done(cmd, asJSON, e, "the epoch is "+e.Is+" from now on; it was "+e.Was)
		},
	}.command()
}
