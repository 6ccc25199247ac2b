package task

import (
	"cmp"
	"time"
)

// DefaultDeadline is how long an execution may take unless configured.
const DefaultDeadline = 10 * time.Minute

// Limits bound what one owner can make this agent keep or do. Zero fields take
// the default named with them.
type Limits struct {
	// Tasks kept for one owner: 10,000.
	Tasks int64
	// Bytes of messages, artifacts and feedback kept for one owner: 256 MiB.
	Bytes int64
	// Messages in the history of one task: 1,000.
	Messages int64
	// TaskBytes is the size from which a task takes no more messages: 32 MiB.
	TaskBytes int64
	// ArtifactBytes emitted by one execution: 16 MiB.
	ArtifactBytes int64
	// Active is how many tasks of one owner may be submitted or working: 256.
	Active int
	// Workers is how many executions run at the same time: 16. One owner gets
	// half of them at most.
	Workers int
	// Reserve is how many more may run, one each for owners that run nothing: 64.
	// As long as no more than so many owners have tasks that run, another's
	// starts at once.
	Reserve int
	// Backlog is how many further tasks may wait for a worker: 1,024.
	Backlog int
}

// WithDefaults returns the limits with the defaults in place of zero fields.
func (l Limits) WithDefaults() Limits {
	return Limits{
		Tasks:         orDefault(l.Tasks, 10_000),
		Bytes:         orDefault(l.Bytes, 256<<20),
		Messages:      orDefault(l.Messages, 1_000),
		TaskBytes:     orDefault(l.TaskBytes, 32<<20),
		ArtifactBytes: orDefault(l.ArtifactBytes, 16<<20),
		Active:        orDefault(l.Active, 256),
		Workers:       orDefault(l.Workers, 16),
		Reserve:       orDefault(l.Reserve, 64),
		Backlog:       orDefault(l.Backlog, 1_024),
	}
}

func orDefault[N int | int64](n, fallback N) N { return cmp.Or(max(n, 0), fallback) }
