package task_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// Where others serve beside it, what a process leaves is failed within 15 seconds, and
// not before its lease has ended.
func TestAmongOthersALostRunIsFailedSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ends := make(chan error, 1)
		first, second, cutOff := processes(t, task.Config{Executor: watched(ends), Deadline: time.Hour, Shared: true}, task.Config{Shared: true})
		ctx := as(t, "alice")
		running := must(t, first, ctx, post("1", "x"))
		time.Sleep(5 * time.Minute)
		wantState(t, get(t, second, ctx, running.ID), a2a.TaskStateWorking, "")
		cutOff(true)
		time.Sleep(5 * time.Second)
		wantState(t, get(t, second, ctx, running.ID), a2a.TaskStateWorking, "")
		time.Sleep(10 * time.Second)
		wantState(t, get(t, second, ctx, running.ID), a2a.TaskStateFailed, "agent_restarted")
		cutOff(false)
		time.Sleep(5 * time.Second)
		if len(ends) != 1 {
			t.Error("the lost run goes on")
		}
	})
}

// What one of them decides reaches the others in two seconds.
func TestAmongOthersACancellationArrivesSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ends := make(chan error, 9)
		first, second, _ := processes(t, task.Config{Executor: watched(ends), Shared: true}, task.Config{Shared: true})
		ctx := as(t, "alice")
		running := must(t, first, ctx, post("1", "x"))
		time.Sleep(time.Second)
		if _, err := second.CancelTask(ctx, &a2a.CancelTaskRequest{ID: running.ID}); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Second)
		if len(ends) != 1 {
			t.Errorf("%d executions ended", len(ends))
		}
	})
}
