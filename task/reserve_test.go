package task_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// Reading is refused where there is no room; what has changed a task is not.
func TestOperationsAskForRoom(t *testing.T) {
	s, done := newService(t, task.Config{Executor: echo})
	defer done()
	ctx := as(t, "alice")
	sent := must(t, s, ctx, send("m1", strings.Repeat("x", 1000)))
	full := errors.New("no room")
	var asked []int64
	tight := task.WithReserve(ctx, func(bytes int64) error {
		if asked = append(asked, bytes); bytes > 100 {
			return full
		}
		return nil
	})
	_, err := s.GetTask(tight, &a2a.GetTaskRequest{ID: sent.ID})
	wantError(t, err, full)
	_, err = s.ListTasks(tight, &a2a.ListTasksRequest{IncludeArtifacts: true})
	wantError(t, err, full)
	_, err = s.SendMessage(tight, send("m1", strings.Repeat("x", 1000)))
	wantError(t, err, full)
	for _, bytes := range asked {
		if bytes < 1000 {
			t.Errorf("asked for %d bytes of a task of more than 1000", bytes)
		}
	}
	asked = nil
	if _, err := s.SendMessage(tight, send("m2", strings.Repeat("x", 1000))); err != nil {
		t.Errorf("a new task: %v", err)
	}
	if len(asked) != 1 || asked[0] != 0 {
		t.Errorf("before it waits for the execution it asked for %v, want 0", asked)
	}
}
