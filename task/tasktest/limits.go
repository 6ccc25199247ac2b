package tasktest

import (
	"cmp"
	"time"

	"github.com/getbindu/bindu-go/task"
)

// Sized returns cfg with room in place of the limits and the deadline that it
// does not say, for tests of something else.
func Sized(cfg task.Config) task.Config {
	l := cfg.Limits
	cfg.Limits = task.Limits{
		Tasks:         cmp.Or(l.Tasks, 10_000),
		Bytes:         cmp.Or(l.Bytes, 256<<20),
		Messages:      cmp.Or(l.Messages, 1000),
		TaskBytes:     cmp.Or(l.TaskBytes, 32<<20),
		ArtifactBytes: cmp.Or(l.ArtifactBytes, 16<<20),
		Active:        cmp.Or(l.Active, 256),
		Workers:       cmp.Or(l.Workers, 16),
		Reserve:       cmp.Or(l.Reserve, 64),
		Queue:         cmp.Or(l.Queue, 1024),
	}
	cfg.Deadline = cmp.Or(cfg.Deadline, 10*time.Minute)
	return cfg
}
