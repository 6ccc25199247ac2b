package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	repository      = "../.."
	troubleshooting = repository + "/docs/troubleshooting.md"
)

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// rowsOf returns the rows of all tables, without their heads.
func rowsOf(t *testing.T, path string) [][]string {
	t.Helper()
	var rows [][]string
	for line := range strings.Lines(readText(t, path)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|--") || strings.TrimSpace(cells[0]) == "symptom" {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	return rows
}

// Every row is shown by a test that exists.
func TestTroubleshootingRowsAreShown(t *testing.T) {
	rows := rowsOf(t, troubleshooting)
	if len(rows) < 50 {
		t.Fatalf("only %d rows were found", len(rows))
	}
	for _, row := range rows {
		if len(row) != 4 || slices.Contains(row, "") {
			t.Errorf("a row needs four cells that are not empty: %q", row)
			continue
		}
		dir, test, ok := strings.Cut(row[3], " ")
		if !ok || !exists(t, dir, test) {
			t.Errorf("%s: there is no test %q in %s", row[0], test, dir)
		}
	}
}

// exists reports whether a directory has the test, or the script.
func exists(t *testing.T, dir, test string) bool {
	t.Helper()
	if strings.HasSuffix(test, ".txtar") {
		found, err := filepath.Glob(filepath.Join(repository, dir, "testdata", "*", test))
		return err == nil && len(found) == 1
	}
	name, part, hasPart := strings.Cut(test, "/")
	files, err := filepath.Glob(filepath.Join(repository, dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	row := rowOfSuite(part)
	part = `"` + part + `"`
	foundName, foundPart := false, !hasPart
	for _, file := range files {
		text := readText(t, file)
		foundName = foundName || strings.Contains(text, "\nfunc "+name+"(t *testing.T)")
		foundPart = foundPart || strings.Contains(text, part) || (row != "" && strings.Contains(text, row))
	}
	return foundName && foundPart
}

var suiteRow = regexp.MustCompile(`^0*([0-9]+)_([a-z_]+)$`)

// rowOfSuite is how the hostile suite writes the row of a subtest, "" if it is none.
func rowOfSuite(subtest string) string {
	row := suiteRow.FindStringSubmatch(subtest)
	if row == nil {
		return ""
	}
	return "number: " + row[1] + `, reason: "` + row[2] + `"`
}
