package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task"
)

// patience bounds every wait for something that really happens elsewhere.
const patience = time.Minute

// room is what a busy machine may add to a time that the agent keeps.
const room = 3 * time.Second

// stack is an authority of its own and the agents of one test.
type stack struct {
	t    *testing.T
	auth *authoritytest.Authority
	root string
	// registry is the registrar of the agents; nil: they hold Hydra's admin API.
	registry *registry
}

// newStack starts an authority and a registrar, which alone holds Hydra's admin API.
func newStack(t *testing.T, o authoritytest.Options) *stack {
	t.Helper()
	r := newRegistry(t, o, nil)
	s := *r.stack
	s.registry = r
	return &s
}

// newDirectStack starts an authority whose agents hold Hydra's admin API: for what is
// only there without a registrar, and what looks into that API or breaks the way to it.
func newDirectStack(t *testing.T, o authoritytest.Options) *stack {
	t.Helper()
	return &stack{t: t, auth: authoritytest.Start(t, o), root: t.TempDir()}
}

// running is an agent that runs in this process, on a directory that outlives it.
type running struct {
	*agent.Agent
	t      *testing.T
	set    settings.Settings
	dir    string
	log    *syncBuffer
	cancel context.CancelFunc
	done   chan error
	ended  bool

	mu   sync.Mutex
	last identity.Caller
}

// start boots an agent and waits until it serves. extra overrides settings.
func (s *stack) start(name string, extra map[string]string) *running {
	s.t.Helper()
	return s.launch(name, extra).await()
}

// await waits until the agent serves.
func (r *running) await() *running {
	r.t.Helper()
	return r.awaitFor(patience)
}

func (r *running) awaitFor(limit time.Duration) *running {
	r.t.Helper()
	select {
	case <-r.Serving():
	case err := <-r.done:
		r.t.Fatalf("%s did not start: %v\n%s", r.set.Agent.Name, err, r.log)
	case <-time.After(limit):
		r.t.Fatalf("%s does not serve after %s\n%s", r.set.Agent.Name, limit, r.log)
	}
	return r
}

// launch boots an agent without waiting for it.
func (s *stack) launch(name string, extra map[string]string) *running {
	s.t.Helper()
	return launch(s.t, name, s.environment(name, extra), nil)
}

// environment are the settings of an agent of the stack.
func (s *stack) environment(name string, extra map[string]string) map[string]string {
	s.t.Helper()
	env := s.auth.Env()
	dir := filepath.Join(s.root, name)
	env["AGENT__DIR"] = dir
	if s.registry != nil {
		maps.Copy(env, s.registry.reach())
		if _, err := os.Stat(dir); err != nil {
			env["REGISTRAR__ENROLMENT_TOKEN"] = s.registry.token()
		}
	}
	maps.Copy(env, extra)
	return env
}

// launch boots an agent with just these settings. issuers, unless nil, is how
// it reaches token issuers.
func launch(t *testing.T, name string, extra map[string]string, issuers *http.Client) *running {
	t.Helper()
	return launchWith(t, name, extra, issuers, nil)
}

// launchWith is launch with a backend; nil answers and remembers who asked.
func launchWith(t *testing.T, name string, extra map[string]string, issuers *http.Client, backend task.Executor) *running {
	t.Helper()
	return launchOptions(t, name, extra, agent.Options{Issuers: issuers, Executor: backend})
}

// launchOptions is launch with options, whose settings and logger it sets.
func launchOptions(t *testing.T, name string, extra map[string]string, o agent.Options) *running {
	t.Helper()
	env := map[string]string{
		"AGENT__NAME": name, "AGENT__AUTHOR": "e2e@example.com",
		"NETWORK__PORT": "0", "NETWORK__ADMIN_PORT": "0",
	}
	maps.Copy(env, extra)
	var environ []string
	for k, v := range env {
		environ = append(environ, k+"="+v)
	}
	set, err := settings.Load(settings.Options{Environ: environ, SkipDotEnv: true})
	if err != nil {
		t.Fatal(err)
	}
	r := &running{t: t, set: set, dir: string(set.Agent.Dir), log: &syncBuffer{}, done: make(chan error, 1)}
	if o.Executor == nil && set.Agent.Backend == settings.BackendEcho {
		o.Executor = r
	}
	o.Settings, o.Logger = set, slog.New(slog.NewTextHandler(r.log, nil))
	r.Agent, err = agent.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	go func() { r.done <- r.Run(ctx) }()
	t.Cleanup(func() { _ = r.stop() })
	return r
}

// stop ends the agent as SIGTERM would and returns what Run returned.
func (r *running) stop() error {
	if r.ended {
		return nil
	}
	r.ended = true
	r.cancel()
	select {
	case err := <-r.done:
		return err
	case <-time.After(2 * patience):
		r.t.Errorf("the agent does not stop\n%s", r.log)
		return nil
	}
}

// failure waits for an agent that must not start, and returns why it did not.
func (r *running) failure() error {
	r.t.Helper()
	select {
	case err := <-r.done:
		r.ended = true
		return err
	case <-r.Serving():
		r.t.Fatal("the agent serves, it should have refused to start")
	case <-time.After(patience):
		r.t.Fatalf("the agent neither serves nor ends\n%s", r.log)
	}
	return nil
}

// Execute implements task.Executor: it answers and remembers who asked.
func (r *running) Execute(_ context.Context, req task.Request, emit task.Emit) (task.Result, error) {
	r.mu.Lock()
	r.last = req.Caller
	r.mu.Unlock()
	return task.Result{}, emit(&a2a.Artifact{ID: a2a.NewArtifactID(), Parts: a2a.ContentParts{a2a.NewTextPart("heard " + req.Text())}}, false)
}

func (r *running) lastCaller() identity.Caller {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

// honest returns the proofs of caller for a request to callee, and its TLS configuration.
func honest(t *testing.T, caller, callee *running, scheme signature.Scheme) (probe.Proofs, *tls.Config) {
	t.Helper()
	o := caller.Outbound()
	token, err := o.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return probe.Proofs{
		Token: token, Signer: o.DID, Key: o.Key, Scheme: scheme, Audience: callee.DID(), Time: time.Now(),
	}, o.TLS(callee.DID())
}

// sign signs a new message to callee.
func sign(t *testing.T, p probe.Proofs, callee *running) probe.Request {
	t.Helper()
	r, err := p.Sign(callee.URL(), probe.Message("hello"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// expect sends and wants a refusal for reason, or success when reason is "".
func expect(t *testing.T, r probe.Request, config *tls.Config, reason string) {
	t.Helper()
	got, err := probe.Send(t.Context(), r, config)
	if err != nil {
		t.Fatalf("want %q: %v", reason, err)
	}
	if got.Reason != reason || (reason == "") != (got.Status == http.StatusOK) {
		t.Fatalf("want %q, got %v %s", reason, got, got.Body)
	}
}

// eventually polls something real until it holds.
func eventually(t *testing.T, within time.Duration, what string, holds func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Since(began) > within {
			t.Fatalf("not within %s: %s", within, what)
		}
		<-tick.C
	}
	return time.Since(began)
}

// readyz returns whether the agent is ready, and its reasons.
func (r *running) readyz() (bool, []string) {
	resp, err := http.Get("http://" + r.AdminAddr().String() + "/readyz")
	if err != nil {
		return false, []string{err.Error()}
	}
	defer resp.Body.Close()
	var body struct {
		Ready   bool
		Reasons []string
	}
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		return false, []string{err.Error()}
	}
	return body.Ready && resp.StatusCode == http.StatusOK, body.Reasons
}

// syncBuffer collects a log that several goroutines write.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func (b *syncBuffer) has(text string) bool { return strings.Contains(b.String(), text) }
