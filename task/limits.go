package task

import (
	"errors"
	"fmt"
)

// Limits bound what one owner can make this agent keep or do. None may be zero:
// how much is the operator's to say, and package settings has the defaults.
type Limits struct {
	// Tasks kept for one owner.
	Tasks int64
	// Bytes of messages, artifacts and feedback kept for one owner.
	Bytes int64
	// Messages in the history of one task.
	Messages int64
	// TaskBytes is the size from which a task takes no more messages.
	TaskBytes int64
	// ArtifactBytes emitted by one execution.
	ArtifactBytes int64
	// Active is how many tasks of one owner may be submitted or working.
	Active int
	// Workers is how many executions run at the same time. One owner gets half
	// of them at most.
	Workers int
	// Reserve is how many more may run, one each for owners that run nothing. As
	// long as no more than so many owners have tasks that run, another's starts
	// at once.
	Reserve int
	// Queue is how many further tasks may wait for a worker.
	Queue int
}

// check names every limit that is not said.
func (l Limits) check() error {
	var errs []error
	for _, limit := range []struct {
		name  string
		value int64
	}{
		{"Tasks", l.Tasks}, {"Bytes", l.Bytes}, {"Messages", l.Messages}, {"TaskBytes", l.TaskBytes}, {"ArtifactBytes", l.ArtifactBytes},
		{"Active", int64(l.Active)}, {"Workers", int64(l.Workers)}, {"Reserve", int64(l.Reserve)}, {"Queue", int64(l.Queue)},
	} {
		if limit.value <= 0 {
			errs = append(errs, fmt.Errorf("task: Limits.%s is %d and must be more than 0", limit.name, limit.value))
		}
	}
	return errors.Join(errs...)
}
