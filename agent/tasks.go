package agent

import (
	"context"
	"fmt"
	"time"

	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// openTasks opens the store and fails what the last process left running.
func (a *Agent) openTasks(ctx context.Context) error {
	executor, err := a.executor()
	if err != nil {
		return err
	}
	store, err := sqlite.Open(ctx, a.dir, a.log)
	if err != nil {
		return err
	}
	a.onStop(func(context.Context) error { return store.Close() })
	t := a.set.Task
	a.tasks, err = task.NewService(task.Config{
		Store:           store,
		Executor:        executor,
		Sign:            func(text string) (string, error) { return did.SignText(a.key, text) },
		Limits:          taskLimits(t),
		Deadline:        time.Duration(t.Deadline),
		Retention:       time.Duration(t.Retention),
		MakeRoom:        bool(t.MakeRoom),
		AdminPermission: identity.PermissionAdmin,
		Now:             a.opts.Now,
		Rand:            a.opts.Rand,
		Logger:          a.log,
	})
	if err != nil {
		return err
	}
	a.onStop(a.tasks.Close)
	if err := a.watchTaskStorage(); err != nil {
		return err
	}
	failed, err := a.tasks.Recover(ctx)
	if err == nil && failed > 0 {
		a.log.Warn("tasks that were running when the agent last stopped are failed now", "count", failed)
	}
	return err
}

// taskBytes is the size from which a task takes no more messages. It is no
// setting: what callers keep is bounded by TASK__MAX_BYTES_PER_DID.
const taskBytes = 32 << 20

func taskLimits(t settings.Task) task.Limits {
	return task.Limits{
		TaskBytes: taskBytes,
		Tasks:     int64(t.MaxPerDID), Messages: int64(t.MaxHistory), ArtifactBytes: int64(t.MaxArtifactBytes),
		Bytes: int64(t.MaxBytesPerDID), Active: int(t.MaxActivePerDID), Workers: int(t.Workers), Reserve: int(t.Reserve), Queue: int(t.Queue),
	}
}

func (a *Agent) executor() (task.Executor, error) {
	if a.opts.Executor != nil {
		return a.opts.Executor, nil
	}
	s := a.set.Agent
	switch s.Backend {
	case settings.BackendEcho:
		return backend.Echo{}, nil
	case settings.BackendExec:
		exec, err := newExec(a.set, a.opts.Guard, a.log)
		if err != nil {
			return nil, err
		}
		a.onStop(func(context.Context) error { return exec.Close() })
		return exec, nil
	default:
		return nil, fmt.Errorf("AGENT__BACKEND: unknown backend %q", s.Backend)
	}
}
