package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/cli"
)

// laterAgent begins a task and ends it when it is asked for or canceled.
func laterAgent(w http.ResponseWriter, r *http.Request) {
	var req struct {
		ID, Method string
		Params     struct{ ID, ContextID string }
	}
	json.NewDecoder(r.Body).Decode(&req)
	task := func(state string) string {
		return `{"id":"t-7","contextId":"c-7","status":{"state":"TASK_STATE_` + state + `"},"artifacts":[{"parts":[{"text":"late"}]}]}`
	}
	var result string
	switch {
	case req.Method == "SendMessage":
		result = `{"task":` + task("WORKING") + `}`
	case req.Method == "contexts/clear" && req.Params.ContextID == "c-7":
		result = `{"message":"cleared"}`
	case req.Params.ID != "t-7":
		http.Error(w, "no such task", http.StatusNotFound)
		return
	case req.Method == "GetTask":
		result = task("COMPLETED")
	default:
		result = task("CANCELED")
	}
	fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%q,"result":%s}`, req.ID, result)
}

func TestCallOfATaskByItsID(t *testing.T) {
	w := newWorld(t, laterAgent)
	for name, test := range map[string]struct {
		args        []string
		code        int
		out, errOut string
	}{
		"the id is told at once":        {[]string{"hi"}, cli.ExitOK, "late\n", "task: t-7 "},
		"a result is fetched":           {[]string{"--task", "t-7"}, cli.ExitOK, "late\n", "answering:"},
		"a task is ended":               {[]string{"--task", "t-7", "--cancel"}, cli.ExitOK, "late\n", "the task is canceled"},
		"nothing to do":                 {nil, cli.ExitUsage, "", "TEXT is missing"},
		"an end of nothing":             {[]string{"--cancel"}, cli.ExitUsage, "", "--task"},
		"an end with a message":         {[]string{"hi", "--task", "t-7", "--cancel"}, cli.ExitUsage, "", "takes no TEXT"},
		"a context without a message":   {[]string{"--task", "t-7", "--context", "c-7"}, cli.ExitUsage, "", "TEXT is missing"},
		"a context is cleared":          {[]string{"--clear-context", "c-7"}, cli.ExitOK, "cleared context c-7\n", ""},
		"a context that is not there":   {[]string{"--clear-context", "c-8"}, cli.ExitFailed, "", "404"},
		"a context and a message":       {[]string{"hi", "--clear-context", "c-7"}, cli.ExitUsage, "", "stands alone"},
		"a context and a task":          {[]string{"--task", "t-7", "--clear-context", "c-7"}, cli.ExitUsage, "", "stands alone"},
		"a task that is not the peer's": {[]string{"--task", "t-8"}, cli.ExitFailed, "", "404"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errOut := runAgent(t, "", append([]string{"call", w.critic}, test.args...)...)
			if code != test.code || out != test.out || !strings.Contains(errOut, test.errOut) {
				t.Errorf("exit %d, %q, %q", code, out, errOut)
			}
		})
	}
}
