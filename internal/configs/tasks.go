package configs

import (
	"os"
	"time"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task"
)

// taskBytes is the size from which a task takes no more messages. It is no
// setting: what callers keep is bounded by TASK__MAX_BYTES_PER_DID.
const taskBytes = 32 << 20

// Tasks is how tasks are carried out and kept.
func Tasks(set settings.Settings) task.Config {
	t := set.Task
	return task.Config{
		Limits: task.Limits{
			TaskBytes: taskBytes,
			Tasks:     int64(t.MaxPerDID), Messages: int64(t.MaxHistory), ArtifactBytes: int64(t.MaxArtifactBytes),
			Bytes: int64(t.MaxBytesPerDID), Active: int(t.MaxActivePerDID), Workers: int(t.Workers), Reserve: int(t.Reserve), Queue: int(t.Queue),
		},
		Shared:          !t.DatabaseURL.IsZero(),
		Deadline:        time.Duration(t.Deadline),
		Retention:       time.Duration(t.Retention),
		MakeRoom:        bool(t.MakeRoom),
		AdminPermission: identity.PermissionAdmin,
	}
}

// Requests is how much a request for a task may hold, and its answers.
func Requests(set settings.Settings) a2a.HandlerConfig {
	l := set.Limits
	return a2a.HandlerConfig{
		MaxBody: int64(l.BodyBytes), MaxDepth: int(l.JSONDepth), AnswerBytes: int64(l.AnswerBytesPerDID),
	}
}

// Command is the command that answers messages. It gets the variables that are
// named for it, from .env or from the environment.
func Command(set settings.Settings) backend.ExecConfig {
	s := set.Agent
	return backend.ExecConfig{
		Command: s.Command, Timeout: time.Duration(s.CommandTimeout), OutputLimit: int64(s.CommandOutputLimit),
		Input: backend.Input(s.CommandInput), PassEnv: s.CommandEnv,
		LookupEnv: func(name string) (string, bool) {
			if value, known := set.CommandVariable(name); known {
				return value, true
			}
			return os.LookupEnv(name)
		},
	}
}
