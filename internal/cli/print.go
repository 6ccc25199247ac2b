package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
)

// PrintList prints entries as JSON, or one a line in columns; that there are none
// is for people and not for programs.
func PrintList[T any](out, errOut io.Writer, entries []T, asJSON bool, none string, line func(T) string) error {
	if asJSON {
		return PrintJSON(out, entries)
	}
	if len(entries) == 0 {
		fmt.Fprintln(errOut, none)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, e := range entries {
		fmt.Fprintln(table, line(e))
	}
	return table.Flush()
}

// PrintJSON prints v indented, and < > & as they are.
func PrintJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
