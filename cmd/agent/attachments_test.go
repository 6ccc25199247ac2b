package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/peer"
)

// partsOf answers a call with a task of these parts.
func partsOf(parts string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var req struct{ ID string }
		json.NewDecoder(r.Body).Decode(&req)
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%q,"result":{"task":{"id":"t","contextId":"c","status":{"state":"TASK_STATE_COMPLETED"},"artifacts":[{"parts":%s}]}}}`, req.ID, parts)
	}
}

func TestCallShowsDataAndFiles(t *testing.T) {
	w := newWorld(t, partsOf(`[{"data":{"a":[1,"\u001b"],"esc":"\u202e"}},{"data":[1]},{"raw":"aGk=","filename":"n\u001b.txt","mediaType":"text/plain"},
		{"url":"https://elsewhere/x","filename":"far"},{"kind":"file","file":{"bytes":"aGk=","mime_type":"m/n"}},{"kind":"file","file":{"uri":"http://u"}},{"kind":"data","text":"said","data":{"b":2}},{"raw":7}]`))
	code, out, errOut := runAgent(t, "", "call", w.critic, "hi")
	want := "said\n" + `{"a":[1,"\u001b"],"esc":"\u202e"}` + "\n[1]\nfile: n\ufffd.txt (text/plain, 2 bytes)\nfile: far (no type, not fetched: https://elsewhere/x)\n" +
		"file: (no name) (m/n, 2 bytes)\nfile: (no name) (no type, not fetched: http://u)\n" + `{"b":2}` + "\n"
	if code != cli.ExitOK || out != want {
		t.Errorf("exit %d, %q, %q; want\n%q", code, out, errOut, want)
	}
}

// A peer chooses no path and replaces nothing, whatever it calls a file.
func TestCallSavesFilesSafely(t *testing.T) {
	names := []string{"../../up.txt", "/etc/passwd", `c:\x\y.doc`, ".bashrc", "there.txt", "there.txt", "", "..", "link", "-rf", "ü\x00\n.md", strings.Repeat("a", 400) + ".png", "."}
	want := []string{"up.txt", "passwd", "y.doc", "bashrc", "there-2.txt", "there-3.txt", "file-7", "file-8", "link-2", "rf", "___.md", strings.Repeat("a", 96) + ".png", "file-13"}
	var parts []map[string]string
	for i, name := range names {
		parts = append(parts, map[string]string{"raw": base64.StdEncoding.EncodeToString(fmt.Append(nil, i)), "filename": name})
	}
	encoded, err := json.Marshal(parts)
	must(t, err)
	w := newWorld(t, partsOf(string(encoded)))
	outside := t.TempDir()
	dir := filepath.Join(outside, "files")
	must(t, os.Mkdir(dir, 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "there.txt"), []byte("ours"), 0o600))
	must(t, os.Symlink(filepath.Join(outside, "target"), filepath.Join(dir, "link")))
	if code, _, errOut := runAgent(t, "", "call", w.critic, "hi", "--save", dir); code != cli.ExitOK || !strings.Contains(errOut, "saved: up.txt") {
		t.Fatalf("exit %d, %q", code, errOut)
	}
	for i, name := range want {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(data) != fmt.Sprint(i) {
			t.Errorf("%q as %q: %q, %v", names[i], name, data, err)
		}
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "there.txt")); string(data) != "ours" {
		t.Errorf("a file was replaced: %q", data)
	}
	for path, n := range map[string]int{dir: len(want) + 2, outside: 1} {
		if entries, err := os.ReadDir(path); err != nil || len(entries) != n {
			t.Errorf("%s: %v, %v", path, entries, err)
		}
	}
}

// The first file beyond the bound is named in the error, and not written.
func TestCallWritesNoFilesBeyondTheBound(t *testing.T) {
	for n, want := range map[int]string{maxFiles: "", maxFiles + 1: "the others were not written"} {
		dir := filepath.Join(t.TempDir(), "new")
		err := writeFiles(dir, slices.Repeat([]peer.Attachment{{Name: "x", Bytes: []byte{}}}, n), io.Discard)
		entries, failed := os.ReadDir(dir)
		if failed != nil || len(entries) != maxFiles || (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%d files: %d written, %v, %v", n, len(entries), err, failed)
		}
	}
}

func TestCallSavesSoManyFilesAndNoMore(t *testing.T) {
	w := newWorld(t, partsOf("["+strings.Repeat(`{"raw":"","filename":"x"},`, maxFiles)+`{"raw":""}]`))
	dir := filepath.Join(t.TempDir(), "new")
	code, _, errOut := runAgent(t, "", "call", w.critic, "hi", "--save", dir)
	entries, err := os.ReadDir(dir)
	if code != cli.ExitFailed || err != nil || len(entries) != maxFiles || !strings.Contains(errOut, "error [files_not_saved]") || !strings.Contains(errOut, "were not written") {
		t.Errorf("exit %d, %d files, %v, %q", code, len(entries), err, errOut)
	}
}
