package did_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var example = regexp.MustCompile("(?s)<!-- fixture: (\\S+)(?: \"([^\"]+)\" (\\w+))? -->\n```\\w+\n(.*?)```")

// The examples of docs/wire-format.md are values of the fixtures, which other
// tests check. Set UPDATE_DOCS=1 to write them anew.
func TestWireFormatExamples(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "wire-format.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	updated := example.ReplaceAllStringFunc(string(page), func(block string) string {
		m := example.FindStringSubmatch(block)
		found++
		want := exampleValue(t, m[1], m[2], m[3])
		if m[4] != want && os.Getenv("UPDATE_DOCS") == "" {
			t.Errorf("%s, %s of %q reads\n%s\nwant\n%s", m[1], m[3], m[2], m[4], want)
		}
		return strings.TrimSuffix(block, m[4]+"```") + want + "```"
	})
	if found != 23 {
		t.Errorf("%d examples, want 23", found)
	}
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(path, []byte(updated), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// exampleValue is a field of a vector, all headers of one, or a whole file.
func exampleValue(t *testing.T, file, vector, field string) string {
	t.Helper()
	if vector == "" {
		data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "fixtures", file))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	for _, v := range readFixture[struct{ Vectors []map[string]any }](t, file).Vectors {
		switch {
		case v["name"] != vector:
		case field == "headers":
			return exampleHeaders(strings.TrimSuffix(strings.TrimPrefix(file, "request-signatures-"), ".json"), v)
		default:
			return fmt.Sprint(v[field]) + "\n"
		}
	}
	t.Fatalf("%s has no vector %q", file, vector)
	return ""
}

func exampleHeaders(scheme string, v map[string]any) string {
	var b strings.Builder
	version := "HTTP/1.1"
	if v["content_type"] == "application/grpc" {
		version = "HTTP/2"
	}
	if v["status"] != nil {
		fmt.Fprintf(&b, "%s %.0f OK\nX-DID-Scheme: answer-1\n", version, v["status"])
	}
	if v["method"] != nil {
		fmt.Fprintf(&b, "%s %s %s\n", v["method"], v["target"], version)
	}
	fmt.Fprintf(&b, "X-DID: %s\nX-DID-Timestamp: %.0f\n", v["did"], v["timestamp"])
	if v["nonce"] != nil {
		fmt.Fprintf(&b, "X-DID-Scheme: %s\nX-DID-Nonce: %s\nX-DID-Audience: %s\n", scheme, v["nonce"], v["aud"])
	}
	fmt.Fprintf(&b, "X-DID-Signature: %s\n", v["signature_base58"])
	if kind, _ := v["content_type"].(string); kind != "" {
		fmt.Fprintf(&b, "Content-Type: %s\n", kind)
	}
	return b.String()
}

// The identifiers in the page's table are those of the fixtures.
func TestWireFormatIdentifiers(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "wire-format.md"))
	if err != nil {
		t.Fatal(err)
	}
	fixtures := readFixture[identifierFixtures](t, "did-identifiers.json")
	for _, f := range []identifierFixture{fixtures.ByKey[0], fixtures.ByName[1]} {
		key := "(none)"
		if f.PublicKey != "" {
			key = "`" + f.PublicKey + "`"
		}
		if row := fmt.Sprintf("| `%s` | `%s` | %s | `%s` |", f.Author, f.Name, key, f.DID); !strings.Contains(string(page), row) {
			t.Errorf("the page lacks the row\n%s", row)
		}
	}
	for _, number := range []string{"9007199254740993", "18446744073709551615", "0.1000000000000000055511151231257827", "1e400", "1e-400", "-0"} {
		if !strings.Contains(string(page), "`"+number+"`") || !refusedInFixtures(t, number) {
			t.Errorf("the number %s is not both on the page and refused by a fixture", number)
		}
	}
}

func refusedInFixtures(t *testing.T, body string) bool {
	t.Helper()
	for _, f := range readFixture[canonicalFixtures](t, "canonical-json.json").Refused {
		if string(f.Bytes) == body {
			return f.Reason == "json_number"
		}
	}
	return false
}

// Every JSON block on the page is JSON.
func TestWireFormatBlocksAreJSON(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "wire-format.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(blocks) == 0 {
		t.Fatal("no JSON on the page")
	}
	for _, block := range blocks {
		if !json.Valid([]byte(block[1])) {
			t.Errorf("not JSON:\n%s", block[1])
		}
	}
}
