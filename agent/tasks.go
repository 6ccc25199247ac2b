package agent

import (
	"context"
	"fmt"

	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task"
)

// openTasks opens the store and fails what the last process left running.
func (a *Agent) openTasks(ctx context.Context, who self) (*task.Service, error) {
	executor, err := a.executor(who)
	if err != nil {
		return nil, err
	}
	store, err := a.taskStore(ctx, who)
	if err != nil {
		return nil, err
	}
	cfg := configs.Tasks(a.opts.Settings)
	cfg.Store, cfg.Executor = store, executor
	if cfg.Webhooks, err = a.openWebhooks(who, store); err != nil {
		return nil, err
	}
	cfg.Sign = func(text string) (string, error) { return did.SignText(who.Key, text) }
	cfg.Now, cfg.Rand, cfg.Logger = a.opts.Now, a.opts.Rand, a.log
	tasks, err := task.NewService(cfg)
	if err != nil {
		return nil, err
	}
	a.onStop(tasks.Close)
	if err := watchTaskStorage(tasks, a.ready, a.opts.Metrics); err != nil {
		return nil, err
	}
	if a.opts.Tasks != nil || cfg.Shared {
		return tasks, nil // others may run tasks from it, or run them still
	}
	failed, err := tasks.Recover(ctx)
	if err == nil && failed > 0 {
		a.log.Warn("tasks that were running when the agent last stopped are failed now", "count", failed)
	}
	return tasks, err
}

func (a *Agent) taskStore(ctx context.Context, who self) (task.Store, error) {
	if a.opts.Tasks != nil {
		return a.opts.Tasks, nil
	}
	if who.shared != nil {
		return who.shared.tasks, nil
	}
	store, err := who.home.Tasks(ctx, a.log)
	if err != nil {
		return nil, err
	}
	a.onStop(func(context.Context) error { return store.Close() })
	return store, nil
}

func (a *Agent) executor(who self) (task.Executor, error) {
	if a.opts.Executor != nil {
		return a.opts.Executor, nil
	}
	s := a.opts.Settings.Agent
	switch s.Backend {
	case settings.BackendEcho:
		return backend.Echo{}, nil
	case settings.BackendExec:
		exec, err := newExec(a.opts.Settings, a.opts.Guard, a.log)
		if err != nil {
			return nil, err
		}
		a.onStop(func(context.Context) error { return exec.Close() })
		return exec, nil
	case settings.BackendOpenAI:
		return a.openModel()
	case settings.BackendUpstream:
		return a.openUpstream(who)
	default:
		return nil, fmt.Errorf("AGENT__BACKEND: unknown backend %q", s.Backend)
	}
}
