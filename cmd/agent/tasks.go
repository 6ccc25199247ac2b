package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// errNoTasksOf: nothing is kept of whom the tasks should be deleted.
var errNoTasksOf = errors.New("no task of that owner is kept")

func newTasks() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tasks",
		Short: "Look at what is kept for each caller, and clear it",
		Long: `An agent keeps the tasks of its callers for TASK__RETENTION. These commands show
how much that is and make room sooner. They work on the directory, while the
agent runs and while it does not.`,
		Args: cli.UnknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2,
	}
	cmd.AddCommand(newTasksList(), newTasksClear())
	return cmd
}

func newTasksList() *cobra.Command {
	var owner string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show how many tasks are kept for whom",
		Long: `list shows what is kept for each caller, the largest first: its tasks, how many
of them nobody works on, their bytes, and when the one that was left alone for
longest last changed. It shows no content.`,
		Args: cli.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return listTasks(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), owner, asJSON)
		},
	}
	cmd.Flags().StringVar(&owner, "did", "", "only this caller")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// taskUsage is what "agent tasks list" shows of one caller.
type taskUsage struct {
	DID    string    `json:"did"`
	Tasks  int64     `json:"tasks"`
	AtRest int64     `json:"atRest"`
	Bytes  int64     `json:"bytes"`
	Oldest time.Time `json:"oldest,omitzero"`
	Newest time.Time `json:"newest,omitzero"`
}

func listTasks(ctx context.Context, out, errOut io.Writer, owner string, asJSON bool) error {
	h, err := tasksHome()
	if err != nil {
		return err
	}
	usages, err := h.TaskUsages(ctx)
	if err != nil {
		return err
	}
	shown := make([]taskUsage, 0, len(usages))
	for _, u := range usages {
		if owner == "" || owner == u.Owner {
			shown = append(shown, taskUsage{u.Owner, u.Tasks, u.AtRest, u.Bytes, u.Oldest, u.Newest})
		}
	}
	return cli.PrintList(out, errOut, shown, asJSON, "no tasks are kept"+ofWhom(owner), func(u taskUsage) string {
		return fmt.Sprintf("%s\t%d tasks\t%d at rest\t%d bytes\toldest %s", cli.ForTerminal(u.DID), u.Tasks, u.AtRest, u.Bytes, u.Oldest.Format(time.RFC3339))
	})
}

func ofWhom(owner string) string {
	if owner == "" {
		return ""
	}
	return " of " + cli.ForTerminal(owner)
}

func newTasksClear() *cobra.Command {
	var owner string
	var olderThan time.Duration
	cmd := &cobra.Command{
		Use:   "clear --did DID",
		Short: "Delete the tasks of a caller that nobody works on",
		Long: `clear deletes the tasks of a caller that have ended or wait for its input, with
their messages, artifacts and feedback. What is being worked on stays. It cannot
be undone. A running agent serves on meanwhile.`,
		Example: `  agent tasks clear --did did:bindu:you_at_example_com:poet:9f3c...
  agent tasks clear --did did:bindu:you_at_example_com:poet:9f3c... --older-than 24h`,
		Args: cli.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return clearTasks(cmd.Context(), cmd.OutOrStdout(), owner, olderThan)
		},
	}
	cmd.Flags().StringVar(&owner, "did", "", `whose tasks, as "agent tasks list" shows it`)
	cmd.Flags().DurationVar(&olderThan, "older-than", 0, "only those that have not changed for so long")
	return cmd
}

func clearTasks(ctx context.Context, out io.Writer, owner string, olderThan time.Duration) error {
	switch {
	case owner == "":
		return cli.Usage(errors.New("--did is needed: whose tasks are to be deleted"))
	case olderThan < 0:
		return cli.Usage(errors.New("--older-than must not be negative"))
	}
	h, err := tasksHome()
	if err != nil {
		return err
	}
	if err := hasTasks(ctx, h, owner); err != nil {
		return err
	}
	n, err := h.ClearTasks(ctx, owner, time.Now().Add(time.Millisecond-olderThan))
	if err != nil {
		return fmt.Errorf("after %d tasks were deleted: %w", n, err)
	}
	fmt.Fprintf(out, "deleted %d tasks of %s\n", n, cli.ForTerminal(owner))
	return nil
}

// hasTasks tells a DID that was mistyped from one whose tasks are all in use.
func hasTasks(ctx context.Context, h *home.Home, owner string) error {
	usages, err := h.TaskUsages(ctx)
	if err == nil && !slices.ContainsFunc(usages, func(u sqlite.Usage) bool { return u.Owner == owner }) {
		err = fmt.Errorf("%w: %s", errNoTasksOf, cli.ForTerminal(owner))
	}
	return err
}

func tasksHome() (*home.Home, error) {
	set, err := loadSettings()
	if err != nil {
		return nil, err
	}
	return home.Enter(string(set.Agent.Dir))
}
