package a2a_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/costtest"
	"github.com/getbindu/bindu-go/task"
)

// A list of tasks costs what their length does, in every dialect, whatever is
// in the messages.
func TestHostile164ListTasks(t *testing.T) {
	const size = 100 << 10
	lists := []string{
		`"method":"ListTasks","params":{"historyLength":5,"includeArtifacts":true}`,
		`"method":"tasks/list","params":{"historyLength":5}`,
	}
	agents := make(map[string]*agent)
	var inputs []costtest.Input
	all := costtest.All(size, 40)
	for _, in := range []costtest.Input{all[0], named(all, "least double"), named(all, "largest below the normal ones"), named(all, "one digit"), named(all, "many names")} {
		a := newAgent(t, task.Config{Executor: executor(silent)})
		var sent response
		w := a.post("alice", "1.0", `{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"data":`+in.JSON+`}]}}}`)
		if sent = parse(t, w); sent.Error != nil {
			t.Fatalf("%s: %s", in.Name, w.Body)
		}
		agents[in.Name] = a
		inputs = append(inputs, costtest.Input{Name: in.Name, JSON: in.Name})
	}
	for i, list := range lists {
		version := []string{"1.0", ""}[i]
		limit := costtest.Limit{Times: 25, Floor: 250 * time.Millisecond, Bytes: 160 * size}
		costtest.Bounded(t, inputs, limit, func(name []byte) {
			w := agents[string(name)].post("alice", version, fmt.Sprintf(`{"jsonrpc":"2.0","id":1,%s}`, list))
			if w.Body.Len() < size/2 {
				t.Errorf("%s: a list of %d bytes: %.200s", name, w.Body.Len(), w.Body)
			}
		})
	}
}

// silent is an executor that answers nothing.
func silent(context.Context, task.Request, task.Emit) (task.Result, error) {
	return task.Result{}, nil
}

func named(all []costtest.Input, name string) costtest.Input {
	for _, in := range all {
		if in.Name == name {
			return in
		}
	}
	panic(name)
}
