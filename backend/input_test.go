package backend_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/backend"
)

// TestExamplePageRuns keeps the program of docs/exec.md running.
func TestExamplePageRuns(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	page, err := os.ReadFile("../docs/exec.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```python\n")
	program, _, _ := strings.Cut(rest, "```")
	e := newExec(t, "", func(c *backend.ExecConfig) {
		c.Command, c.Input = []string{python, "-c", program}, backend.InputJSON
	})
	req := request(t, a2a.NewTextPart("roses"), a2a.NewDataPart(map[string]any{"x": 1}))
	req.History = []*a2a.Message{{ID: "before", Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart("hello")}}}
	got, err := execute(t.Context(), e, req)
	if err != nil {
		t.Fatal(err)
	}
	if text := got.Parts[0].Text(); text != "did:bindu:test:caller:1 said roses after 1 messages" {
		t.Errorf("answer %q", text)
	}
}

// What came beside the message stands beside it, and is not there where nothing came.
func TestMetadataOfTheRequestIsInTheObject(t *testing.T) {
	t.Parallel()
	e := newExec(t, "cat", func(c *backend.ExecConfig) { c.Input = backend.InputJSON })
	for want, metadata := range map[string]map[string]any{`"metadata":{"k":"v"},"history"`: {"k": "v"}, `},"history":[]`: nil} {
		req := request(t, a2a.NewTextPart("now"))
		req.Metadata = metadata
		got, err := execute(t.Context(), e, req)
		if err != nil {
			t.Fatal(err)
		}
		if text := got.Parts[0].Text(); !strings.Contains(text, want) || strings.Contains(text, `"metadata"`) != (metadata != nil) {
			t.Errorf("the command read %s", text)
		}
	}
}

// One message of before that has no room is left out like many.
func TestALongMessageOfTheHistoryIsLeftOut(t *testing.T) {
	t.Parallel()
	e := newExec(t, "cat", func(c *backend.ExecConfig) { c.Input, c.OutputLimit = backend.InputJSON, 4<<20 })
	req := request(t, a2a.NewTextPart("now"))
	req.History = []*a2a.Message{{ID: "long", Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart(strings.Repeat("x", 1<<20))}}}
	got, err := execute(t.Context(), e, req)
	if err != nil {
		t.Fatal(err)
	}
	if text := got.Parts[0].Text(); !strings.Contains(text, `"history":[],"history_omitted":1`) {
		t.Errorf("the command read %.300s … %s", text, text[len(text)-60:])
	}
}

// TestHistoryIsBounded: the latest messages come, oldest first, and the number
// of those that did not.
func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	e := newExec(t, "cat", func(c *backend.ExecConfig) { c.Input, c.OutputLimit = backend.InputJSON, 4<<20 })
	req := request(t, a2a.NewTextPart("now"))
	for _, id := range []string{"first", "second", "third"} {
		req.History = append(req.History, &a2a.Message{ID: id, Role: a2a.MessageRoleUser,
			Parts: a2a.ContentParts{a2a.NewTextPart(strings.Repeat("x", 400<<10))}})
	}
	got, err := execute(t.Context(), e, req)
	if err != nil {
		t.Fatal(err)
	}
	text := got.Parts[0].Text()
	if strings.Contains(text, `"first"`) || !strings.Contains(text, `"history_omitted":1`) ||
		strings.Index(text, `"second"`) > strings.Index(text, `"third"`) || !strings.Contains(text, `"task_id":"task-1"`) {
		t.Errorf("the command read %.300s … %s", text, text[len(text)-60:])
	}
}
