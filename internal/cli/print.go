package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
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

// PrintJSON prints v indented, and < > & as they are. What is not to be seen is escaped:
// others choose their names, and a terminal would obey what stands in them.
func PrintJSON(out io.Writer, v any) error {
	return printJSON(out, v, "  ")
}

// PrintJSONLine is [PrintJSON] on one line.
func PrintJSONLine(out io.Writer, v any) error { return printJSON(out, v, "") }

func printJSON(out io.Writer, v any, indent string) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := out.Write(escapeUnseen(text.Bytes()))
	return err
}

// escapeUnseen writes runes that are not to be seen as JSON escapes them. Beyond ASCII
// there are none outside of strings.
func escapeUnseen(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for _, c := range string(text) {
		switch {
		case c < 0x7f || unicode.IsPrint(c):
			out = utf8.AppendRune(out, c)
		case c > 0xffff:
			high, low := utf16.EncodeRune(c)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, c)
		}
	}
	return out
}
