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
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/task/postgres"
	"github.com/getbindu/bindu-go/task/sqlrows"
)

// errNoTasksOf: nothing is kept of whom the tasks should be deleted.
var errNoTasksOf = errors.New("no task of that owner is kept")

func newTasks() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tasks",
		Short: "Look at what is kept for each caller, and clear it",
		Long: `An agent keeps the tasks of its callers for TASK__RETENTION. These commands show
how much that is and make room sooner. They work on the directory, or on the
database of TASK__DATABASE_URL, while the agent runs and while it does not.`,
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
	kept, err := keptTasks()
	if err != nil {
		return err
	}
	usages, err := kept.usages(ctx)
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
	kept, err := keptTasks()
	if err != nil {
		return err
	}
	if err := hasTasks(ctx, kept, owner); err != nil {
		return err
	}
	n, err := kept.clear(ctx, owner, time.Now().Add(time.Millisecond-olderThan))
	if err != nil {
		return fmt.Errorf("after %d tasks were deleted: %w", n, err)
	}
	fmt.Fprintf(out, "deleted %d tasks of %s\n", n, cli.ForTerminal(owner))
	return nil
}

// hasTasks tells a DID that was mistyped from one whose tasks are all in use.
func hasTasks(ctx context.Context, kept taskFiles, owner string) error {
	usages, err := kept.usages(ctx)
	if err == nil && !slices.ContainsFunc(usages, func(u sqlrows.Usage) bool { return u.Owner == owner }) {
		err = fmt.Errorf("%w: %s", errNoTasksOf, cli.ForTerminal(owner))
	}
	return err
}

// taskFiles is where tasks are kept: what an operator may ask of it.
type taskFiles struct {
	usages func(context.Context) ([]sqlrows.Usage, error)
	clear  func(ctx context.Context, owner string, before time.Time) (int, error)
}

// keptTasks finds them in the directory, or in the database that the settings name. That
// must be of the agent of the directory.
func keptTasks() (taskFiles, error) {
	set, err := loadSettings()
	if err != nil {
		return taskFiles{}, err
	}
	h, err := home.Enter(string(set.Agent.Dir))
	if err != nil || set.Task.DatabaseURL.IsZero() {
		return taskFiles{h.TaskUsages, h.ClearTasks}, err
	}
	address, err := configs.TaskDatabase(set)
	if err != nil {
		return taskFiles{}, err
	}
	id, err := h.Identity([]byte(set.Agent.KeyPassword.Reveal()))
	if err != nil {
		return taskFiles{}, err
	}
	return taskFiles{
		func(ctx context.Context) ([]sqlrows.Usage, error) { return postgres.Usages(ctx, address, id.DID) },
		func(ctx context.Context, owner string, before time.Time) (int, error) {
			return postgres.Clear(ctx, address, id.DID, owner, before)
		},
	}, nil
}
