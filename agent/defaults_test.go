package agent

import (
	"testing"
	"time"

	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task"
)

// TestTasksHaveOneSetOfDefaults compares those of package task with those that
// the settings document.
func TestTasksHaveOneSetOfDefaults(t *testing.T) {
	set := settings.Default().Task
	got, want := taskLimits(set), task.Limits{}.WithDefaults()
	want.TaskBytes = got.TaskBytes // no setting
	if got != want {
		t.Errorf("settings %+v\ntask     %+v", got, want)
	}
	if time.Duration(set.Deadline) != task.DefaultDeadline {
		t.Errorf("deadline of the settings %s, of task %s", set.Deadline, task.DefaultDeadline)
	}
}
