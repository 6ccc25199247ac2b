package task_test

import (
	"context"
	"testing"

	a2a "github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// An executor that keeps something by the id of a task never finds it under a
// context of the same name, whoever chose both names.
func TestHostile178ATaskIsNoContext(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"same", "01890a5d-ac96-774b-bcce-b302099a8057"} {
		t.Run(name, func(t *testing.T) {
			var seen []task.Request
			s, end := newService(t, task.Config{Executor: executor(func(_ context.Context, req task.Request, _ task.Emit) (task.Result, error) {
				seen = append(seen, req)
				return task.Result{InputRequired: true, Text: "?"}, nil
			})})
			defer end()
			msg := send("m1", "hello")
			msg.Message.TaskID, msg.Message.ContextID = a2a.TaskID(name), name
			if _, err := s.Send(as(t, "alice"), msg, task.SendOptions{AdoptTaskID: true}); err != nil {
				t.Fatal(err)
			}
			if len(seen) != 1 || seen[0].TaskID == seen[0].ContextID {
				t.Errorf("the executor sees %+v", seen)
			}
		})
	}
}
