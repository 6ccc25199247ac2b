package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/cli"
)

// replies answers every call with a result.
func replies(result string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var req struct{ ID string }
		_ = json.NewDecoder(r.Body).Decode(&req)
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%q,"result":%s}`, req.ID, result)
	}
}

// What the peer says of a state is told apart from what it has made, which alone is
// on standard output.
func TestCallTellsWordsFromTheAnswer(t *testing.T) {
	task := func(state, message, artifacts string) string {
		if message != "" {
			message = `,"message":{"role":"ROLE_AGENT","parts":[{"text":"` + message + `"}]}`
		}
		return `{"id":"t-1","contextId":"c-1","status":{"state":"TASK_STATE_` + state + `"` + message + `},"artifacts":[` + artifacts + `]}`
	}
	half := `{"artifactId":"a","parts":[{"text":"half"}]}`
	for name, tt := range map[string]struct {
		result string
		args   []string
		code   int
		out    string
		told   []string
	}{
		"a question":           {task("INPUT_REQUIRED", "which?", half), []string{"hi"}, cli.ExitOK, "half\n", []string{"\ninput-required: which?\n", "go on with: agent call https://", " TEXT --task t-1 --context c-1\n"}},
		"a failure":            {task("FAILED", "broken", half), []string{"hi"}, cli.ExitFailed, "half\n", []string{"error [task_failed]: ", "it is failed: broken\n"}},
		"a failure of nothing": {task("FAILED", "broken", ""), []string{"hi"}, cli.ExitFailed, "", []string{"it is failed: broken\n"}},
		"a rejection":          {task("REJECTED", "not me", half), []string{"hi"}, cli.ExitFailed, "half\n", []string{"it is rejected: not me\n"}},
		"an end by somebody":   {task("CANCELED", "enough", half), []string{"--task", "t-1"}, cli.ExitFailed, "half\n", []string{"error [task_canceled]: the task was canceled: enough\n"}},
		"an end by us":         {task("CANCELED", "enough", half), []string{"--task", "t-1", "--cancel"}, cli.ExitOK, "half\n", []string{"the task is canceled: enough\n"}},
		"a remark":             {task("COMPLETED", "done", half), []string{"hi"}, cli.ExitOK, "half\n", []string{"completed: done\n"}},
		"an answer as status":  {task("COMPLETED", "done", ""), []string{"hi"}, cli.ExitOK, "done\n", nil},
		"nothing to say":       {task("COMPLETED", "", ""), []string{"hi"}, cli.ExitOK, "", nil},
	} {
		for _, stream := range []bool{false, true} {
			if stream && len(tt.args) == 3 {
				continue // --cancel does not go with --stream
			}
			t.Run(fmt.Sprint(name, " stream ", stream), func(t *testing.T) {
				answer, args := replies(tt.result), append([]string{"call", ""}, tt.args...)
				if stream {
					answer, args = streamOf(tt.result), append(args, "--stream")
				}
				args[1] = newWorld(t, answer).critic
				code, out, errOut := runAgent(t, "", args...)
				if code != tt.code || out != tt.out {
					t.Errorf("exit %d, %q, %q", code, out, errOut)
				}
				for _, told := range tt.told {
					if strings.Count(errOut, told) != 1 {
						t.Errorf("%q is not told once in %q", told, errOut)
					}
				}
			})
		}
	}
}

func TestCallPrintsBothTextsAsJSON(t *testing.T) {
	result := `{"id":"t-1","status":{"state":"TASK_STATE_INPUT_REQUIRED","message":{"parts":[{"text":"which?"}]}},"artifacts":[{"parts":[{"text":"half"}]}]}`
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		args   []string
	}{
		"a reply": {replies(result), nil}, "an event": {streamOf(result), []string{"--stream"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, tt.answer)
			code, out, _ := runAgent(t, "", append([]string{"call", w.critic, "hi", "--json"}, tt.args...)...)
			var o struct{ State, Text, StatusMessage string }
			if err := json.Unmarshal([]byte(out), &o); err != nil || code != cli.ExitOK || o.State != "input-required" || o.Text != "half" || o.StatusMessage != "which?" {
				t.Errorf("exit %d, %v, %+v: %s", code, err, o, out)
			}
		})
	}
}

func TestCallOfNoAddressIsAWrongCommandLine(t *testing.T) {
	newWorld(t, nil)
	for _, url := range []string{"nonsense", "http://127.0.0.1:1", "https://a@127.0.0.1:1"} {
		if code, _, errOut := runAgent(t, "", "call", url, "hi"); code != cli.ExitUsage || !strings.Contains(errOut, "error [address_invalid]") {
			t.Errorf("%s: exit %d, %q", url, code, errOut)
		}
	}
}
