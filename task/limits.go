package task

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
	// ArtifactBytes emitted by one execution: 8 MiB.
	ArtifactBytes int64
	// Active is how many tasks of one owner may be submitted or working: 256.
	Active int
	// Workers is how many executions run at the same time: 64.
	Workers int
	// Backlog is how many further ones may wait for a worker: 1,024.
	Backlog int
}

func (l Limits) withDefaults() Limits {
	def := func(v *int64, d int64) {
		if *v <= 0 {
			*v = d
		}
	}
	defInt := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&l.Tasks, 10_000)
	def(&l.Bytes, 256<<20)
	def(&l.Messages, 1_000)
	def(&l.TaskBytes, 32<<20)
	def(&l.ArtifactBytes, 8<<20)
	defInt(&l.Active, 256)
	defInt(&l.Workers, 64)
	defInt(&l.Backlog, 1_024)
	return l
}
