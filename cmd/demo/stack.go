package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/internal/authority"
)

// stack is the authority and the two agents.
type stack struct {
	dir           string
	authority     *authority.Process
	poet, critic  *player
	cancel        context.CancelFunc
	running       sync.WaitGroup
	stopAuthority func()
}

// start runs the authority, and both agents against it.
func start(ctx context.Context, f flags, dir string, r *report, errOut io.Writer) (_ *stack, err error) {
	began := time.Now()
	programs, err := authority.Build(ctx, authority.BuildConfig{Registrar: true, Progress: errOut})
	if err != nil {
		return nil, err
	}
	process, err := programs.Start(ctx, authority.Config{Dir: filepath.Join(dir, "authority"), Registrar: true, Progress: errOut})
	if err != nil {
		return nil, err
	}
	s := &stack{dir: dir, authority: process, stopAuthority: func() { _ = process.Stop() }}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	env, err := authority.ReadEnv(filepath.Join(dir, "authority"))
	if err != nil {
		return nil, err
	}
	r.add(step{Step: "authority", Name: "Ory Hydra, step-ca and a registrar are running", OK: true, Detail: [][]string{
		{"Hydra", env["HYDRA__PUBLIC_URL"]},
		{"step-ca", env["MTLS__CA_URL"]},
		{"registrar", env["REGISTRAR__URL"]},
		{"ready in", time.Since(began).Round(100 * time.Millisecond).String()},
	}})
	agents, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	if s.poet, err = s.boot(ctx, agents, f, env, "poet", errOut, r); err != nil {
		return nil, err
	}
	if s.critic, err = s.boot(ctx, agents, f, env, "critic", errOut, r); err != nil {
		return nil, err
	}
	return s, nil
}

// boot starts one agent with every proof required and waits until it serves.
func (s *stack) boot(ctx, run context.Context, f flags, env map[string]string, name string, errOut io.Writer, r *report) (*player, error) {
	p := &player{name: name, done: make(chan error, 1)}
	var err error
	if p.set, err = settingsOf(env, name, filepath.Join(s.dir, name)); err != nil {
		return nil, err
	}
	options := agent.Options{Settings: p.set, Executor: p}
	if f.verbose {
		options.Logger = slog.New(slog.NewTextHandler(errOut, nil)).With("agent", name)
	}
	if p.agent, err = agent.New(options); err != nil {
		return nil, err
	}
	s.running.Go(func() { p.done <- p.agent.Run(run) })
	select {
	case <-p.agent.Serving():
	case err := <-p.done:
		return nil, fmt.Errorf("the agent %s did not start: %w", name, err)
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the agent %s: %w", name, ctx.Err())
	}
	r.add(step{Step: "agent", Name: name + " is serving", OK: true, Detail: [][]string{
		{"DID", p.agent.DID().String()},
		{"URL", p.agent.URL()},
	}})
	return p, nil
}

// stop ends the agents first: they say goodbye to nobody, but they must not
// see the authority vanish.
func (s *stack) stop() {
	if s.cancel != nil {
		s.cancel()
	}
	s.running.Wait()
	s.stopAuthority()
}
