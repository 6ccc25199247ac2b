package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/cli"
)

// streamOf answers with these results as events.
func streamOf(results ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var req struct{ ID, Method string }
		if json.NewDecoder(r.Body).Decode(&req) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		for i, result := range results {
			fmt.Fprintf(w, "id: %d\ndata: {\"jsonrpc\":\"2.0\",\"id\":%q,\"result\":%s}\n\n", i, req.ID, result)
		}
	}
}

func pieceOf(artifact, text, more string) string {
	return `{"artifactUpdate":{"taskId":"t-1","contextId":"c-1","artifact":{"artifactId":"` + artifact + `","parts":[{"text":"` + text + `"}]}` + more + `}}`
}

func stateOf(state, text string) string {
	message := ""
	if text != "" {
		message = `,"message":{"messageId":"m","role":"ROLE_AGENT","parts":[{"text":"` + text + `"}]}`
	}
	return `{"statusUpdate":{"taskId":"t-1","contextId":"c-1","status":{"state":"TASK_STATE_` + state + `"` + message + `}}}`
}

func TestCallStream(t *testing.T) {
	const begun = `{"task":{"id":"t-1","contextId":"c-1","status":{"state":"TASK_STATE_SUBMITTED"}}}`
	for name, tt := range map[string]struct {
		results     []string
		args        []string
		code        int
		out, errOut string
	}{
		"piece by piece": {[]string{begun, pieceOf("a", "one ", ""), pieceOf("a", `two\u001b`, `,"append":true`), stateOf("COMPLETED", "")}, nil,
			cli.ExitOK, "one two\ufffd\n", "task: t-1 "},
		"an artifact anew": {[]string{begun, pieceOf("a", "one", ""), pieceOf("a", "all", ""), pieceOf("b", "x", ""), stateOf("COMPLETED", "done")}, nil,
			cli.ExitOK, "one\nall\nx\n", "completed: done\n"},
		"what it says meanwhile": {[]string{begun, stateOf("WORKING", "nearly"), stateOf("COMPLETED", "")}, nil, cli.ExitOK, "", "working: nearly\n"},
		"a question":             {[]string{begun, stateOf("INPUT_REQUIRED", "which?")}, nil, cli.ExitOK, "", "input-required: which?\nthe task is input-required; go on with: agent call "},
		"a failure":              {[]string{begun, pieceOf("a", "one", ""), stateOf("FAILED", "broken")}, nil, cli.ExitFailed, "one\n", "it is failed: broken"},
		"a task from now on":     {[]string{begun, pieceOf("a", "two", `,"append":true`), stateOf("COMPLETED", "")}, []string{"--task", "t-1"}, cli.ExitOK, "two\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, streamOf(tt.results...))
			args := append([]string{"call", w.critic, "--stream"}, tt.args...)
			if tt.args == nil {
				args = append(args, "hi")
			}
			code, out, errOut := runAgent(t, "", args...)
			if code != tt.code || out != tt.out || !strings.Contains(errOut, tt.errOut) {
				t.Errorf("exit %d, %q, %q\nwant %d, %q, %q", code, out, errOut, tt.code, tt.out, tt.errOut)
			}
		})
	}
}

func TestCallStreamPrintsALineForEachEvent(t *testing.T) {
	w := newWorld(t, streamOf(pieceOf("a", "one", ""), stateOf("COMPLETED", "")))
	code, out, _ := runAgent(t, "", "call", w.critic, "hi", "--stream", "--json")
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if code != cli.ExitOK || len(lines) != 2 {
		t.Fatalf("exit %d, %s", code, out)
	}
	var first, last struct {
		ID, TaskID, State, Artifact, Text string
		Event                             json.RawMessage
	}
	must(t, json.Unmarshal([]byte(lines[0]), &first))
	must(t, json.Unmarshal([]byte(lines[1]), &last))
	if first.ID != "0" || first.TaskID != "t-1" || first.Artifact != "a" || first.Text != "one" || len(first.Event) == 0 || last.State != "completed" {
		t.Errorf("%+v, %+v", first, last)
	}
}
