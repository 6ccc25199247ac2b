package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/authority"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task"
)

// demoStack is the authority and the two agents.
type demoStack struct {
	dir           string
	authority     *authority.Process
	poet, critic  *demoAgent
	cancel        context.CancelFunc
	running       sync.WaitGroup
	stopAuthority func()
}

// demoAgent is one agent of the demo and what its gates let through last.
type demoAgent struct {
	name  string
	set   settings.Settings
	agent *agent.Agent
	done  chan error

	mu   sync.Mutex
	last identity.Caller
}

func startDemo(ctx context.Context, f demoFlags, dir string, report *demoReport, errOut io.Writer) (_ *demoStack, err error) {
	began := time.Now()
	programs, err := authority.Build(ctx, authority.BuildConfig{Progress: errOut})
	if err != nil {
		return nil, err
	}
	process, err := programs.Start(ctx, authority.Config{Dir: filepath.Join(dir, "authority"), Progress: errOut})
	if err != nil {
		return nil, err
	}
	s := &demoStack{dir: dir, authority: process, stopAuthority: func() { _ = process.Stop() }}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	env, err := authority.ReadEnv(filepath.Join(dir, "authority"))
	if err != nil {
		return nil, err
	}
	report.add(demoStep{Step: "authority", Name: "Ory Hydra and step-ca are running", OK: true, Detail: [][]string{
		{"Hydra", env["HYDRA__PUBLIC_URL"]},
		{"step-ca", env["MTLS__CA_URL"]},
		{"ready in", time.Since(began).Round(100 * time.Millisecond).String()},
	}})
	agents, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	if s.poet, err = s.boot(ctx, agents, f, env, "poet", errOut, report); err != nil {
		return nil, err
	}
	if s.critic, err = s.boot(ctx, agents, f, env, "critic", errOut, report); err != nil {
		return nil, err
	}
	return s, nil
}

// boot starts one agent with every proof required and waits until it serves.
func (s *demoStack) boot(ctx, run context.Context, f demoFlags, env map[string]string, name string, errOut io.Writer, report *demoReport) (*demoAgent, error) {
	d := &demoAgent{name: name, done: make(chan error, 1)}
	var err error
	if d.set, err = demoSettings(env, name, filepath.Join(s.dir, name)); err != nil {
		return nil, &usageError{err}
	}
	options := agent.Options{Settings: d.set, Executor: d}
	if f.verbose {
		options.Logger = slog.New(slog.NewTextHandler(errOut, nil)).With("agent", name)
	}
	if d.agent, err = agent.New(options); err != nil {
		return nil, err
	}
	s.running.Go(func() { d.done <- d.agent.Run(run) })
	select {
	case <-d.agent.Serving():
	case err := <-d.done:
		return nil, fmt.Errorf("the agent %s did not start: %w", name, err)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	report.add(demoStep{Step: "agent", Name: name + " is serving", OK: true, Detail: [][]string{
		{"DID", d.agent.DID().String()},
		{"URL", d.agent.URL()},
	}})
	return d, nil
}

func demoSettings(env map[string]string, name, dir string) (settings.Settings, error) {
	all := maps.Clone(env)
	maps.Copy(all, map[string]string{
		"AGENT__NAME": name, "AGENT__AUTHOR": "demo@example.com", "AGENT__DIR": dir,
		"NETWORK__HOST": "127.0.0.1", "NETWORK__PORT": "0", "NETWORK__ADMIN_PORT": "0",
	})
	environ := make([]string, 0, len(all))
	for k, v := range all {
		environ = append(environ, k+"="+v)
	}
	return settings.Load(settings.Options{Environ: environ, SkipDotEnv: true})
}

// Execute answers in the agent's own words and remembers who asked.
func (d *demoAgent) Execute(_ context.Context, r task.Request, emit func(*a2a.Artifact) error) (task.Result, error) {
	d.mu.Lock()
	d.last = r.Caller
	d.mu.Unlock()
	answer := fmt.Sprintf("%s read %q", d.name, r.Text())
	return task.Result{}, emit(&a2a.Artifact{ID: a2a.NewArtifactID(), Parts: a2a.ContentParts{a2a.NewTextPart(answer)}})
}

// proved says what each gate saw of the last caller.
func (d *demoAgent) proved() [][]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.last
	bound := "the DID is derived from the key"
	if !c.KeyBound {
		bound = "the DID is not derived from the key"
	}
	return [][]string{
		{"certificate", "serial " + c.CertificateSerial + ", for " + c.DID.String()},
		{"token", "client " + c.Claims.ClientID + ", may " + strings.Join(c.Claims.Scopes, " ")},
		{"signature", string(c.Scheme) + ", " + bound},
	}
}

// keep waits for the user, or for something to end that should not.
func (s *demoStack) keep(ctx context.Context, report *demoReport) {
	report.say(`
Both agents keep running; press Ctrl-C to stop them. To call one as the other:
  env $(sed 's/#.*//' %s/authority/authority.env | xargs) AGENT__NAME=poet AGENT__AUTHOR=demo@example.com \
    AGENT__DIR=%s/poet %s call %s "Hello"`, s.dir, s.dir, startedBy(os.Executable()), s.critic.agent.URL())
	select {
	case <-ctx.Done():
	case <-s.authority.Done():
		report.say("The authority ended: %v", s.authority.Err())
	case err := <-s.poet.done:
		report.say("poet ended: %v", err)
	case err := <-s.critic.done:
		report.say("critic ended: %v", err)
	}
}

// startedBy is what a shell starts the program at path by. What "go run" made is
// nothing that anybody would type.
func startedBy(path string, err error) string {
	if err != nil || strings.Contains(path, string(filepath.Separator)+"go-build") {
		return "go run ./cmd/agent"
	}
	if strings.ContainsFunc(path, func(r rune) bool {
		return !strings.ContainsRune("/._-", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}

// stop ends the agents first: they say goodbye to nobody, but they must not
// see the authority vanish.
func (s *demoStack) stop() {
	if s.cancel != nil {
		s.cancel()
	}
	s.running.Wait()
	s.stopAuthority()
}
