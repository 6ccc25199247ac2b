package signature_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Adding a scheme, or a header to one, is a matter of this package: elsewhere
// only `agent sign` and `agent verify` have a flag for each header.
func TestNothingElseKnowsAHeadersName(t *testing.T) {
	root := filepath.Join("..", "..")
	known := regexp.MustCompile(`signature\.Header(DID|Timestamp|Signature|Scheme|Nonce|Audience|SignResponse)\b|"X-DID[A-Za-z-]*"|"X-Did[A-Za-z-]*"`)
	seen := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator)))
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".." || name == "identity/signature") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name == "cmd/agent/request.go" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen++
		if found := known.Find(text); found != nil {
			t.Errorf("%s knows %s", name, found)
		}
		return nil
	})
	if err != nil || seen < 100 {
		t.Fatalf("%d files read, %v", seen, err)
	}
}
