package cli

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Build is what a program knows about how it was made.
type Build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Time     string `json:"time,omitempty"`     // of the revision
	Modified bool   `json:"modified,omitempty"` // the tree had changes on top of it
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// NewVersion returns the command that shows how a program was made; linked is what
// the linker was given, empty without it.
func NewVersion(program, linked string) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Show the version of this program",
		Args:  Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			b := ReadBuild(linked)
			if asJSON {
				return PrintJSON(cmd.OutOrStdout(), b)
			}
			b.print(cmd.OutOrStdout(), program)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// ReadBuild returns what the toolchain noted, under the version that the linker was
// given, if any.
func ReadBuild(linked string) Build {
	b := Build{Version: cmp.Or(linked, "unknown"), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Version = cmp.Or(linked, info.Main.Version, "(devel)")
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

func (b Build) print(out io.Writer, program string) {
	fmt.Fprintf(out, "%s %s\n", program, b.Version)
	if b.Revision != "" {
		changes := ""
		if b.Modified {
			changes = " with changes"
		}
		fmt.Fprintf(out, "revision %s%s of %s\n", b.Revision, changes, b.Time)
	}
	fmt.Fprintf(out, "%s %s\n", b.Go, b.Platform)
}
