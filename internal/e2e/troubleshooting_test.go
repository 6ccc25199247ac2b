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

var reasonWord = regexp.MustCompile(`Reason += "([a-z0-9_]+)"`)

// Whoever is refused finds the word: all of them are in the page, but for those
// about the form of a request, whose hints say everything.
func TestTroubleshootingHasEveryReasonOfAuthority(t *testing.T) {
	page := readText(t, troubleshooting)
	formal := []string{
		"payload_too_large", "content_encoding", "content_type", "target_too_long", "not_found", "method_not_allowed", "method_not_found",
		"body_timeout", "body_incomplete", "body_not_utf8", "malformed_input", "did_malformed", "scheme_unknown", "timestamp_malformed",
		"json_malformed", "json_duplicate_key", "json_too_deep", "json_number", "key_weak", "replay_unavailable", "internal",
	}
	words := reasonWord.FindAllStringSubmatch(readText(t, repository+"/gate/reason.go"), -1)
	if len(words) < 40 {
		t.Fatalf("only %d reasons were found", len(words))
	}
	for _, word := range words {
		if !slices.Contains(formal, word[1]) && !strings.Contains(page, "`"+word[1]+"`") {
			t.Errorf("%s has no row", word[1])
		}
	}
}
