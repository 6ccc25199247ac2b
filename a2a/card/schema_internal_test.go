package card

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// membersTable is what docs/wire-format.md says of the members that a signature covers.
func membersTable() string {
	var table strings.Builder
	table.WriteString("| object | always | wherever it is there | unless it is empty |\n|---|---|---|---|\n")
	rows(&table, "the card", cardShape)
	return table.String()
}

// rows writes the row of a message and those of the messages in it.
func rows(table *strings.Builder, path string, s shape) {
	if s.each != nil {
		rows(table, path+elements(s), *s.each)
		return
	}
	if s.members == nil {
		return
	}
	var columns [3][]string
	names := slices.Sorted(maps.Keys(s.members))
	for _, name := range names {
		member := s.members[name]
		at := 2
		switch {
		case member.required:
			at = 0
		case member.present:
			at = 1
		}
		columns[at] = append(columns[at], "`"+name+"`")
	}
	fmt.Fprintf(table, "| %s |", code(path))
	for _, column := range columns {
		fmt.Fprintf(table, " %s |", strings.Join(column, ", "))
	}
	table.WriteByte('\n')
	for _, name := range names {
		rows(table, strings.TrimPrefix(path+"."+name, "the card."), s.members[name])
	}
}

func elements(s shape) string {
	if s.kind == listOf(text).kind {
		return "[]"
	}
	return ".NAME"
}

func code(path string) string {
	if path == "the card" {
		return path
	}
	return "`" + path + "`"
}

func TestThePageHasTheMembersThatASignatureCovers(t *testing.T) {
	page, err := os.ReadFile("../../docs/wire-format.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, begins := strings.Cut(string(page), "<!-- members of a card -->\n")
	block, _, ends := strings.Cut(after, "<!-- /members of a card -->")
	if !begins || !ends || block != membersTable() {
		t.Errorf("docs/wire-format.md has\n%s\nwant\n%s", block, membersTable())
	}
}
