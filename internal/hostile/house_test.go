package hostile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task"
)

// patience bounds every wait for something that really happens elsewhere.
const patience = time.Minute

// room is what a busy machine may add to a time that the agent keeps.
const room = 3 * time.Second

// town is one token authority, one CA, and the houses that trust them.
type town struct {
	t      *testing.T
	hydra  *hydratest.Server
	ca     *stepcatest.Server
	asked  *atomic.Int64     // introspections of callers' tokens
	probes *atomic.Int64     // and of the agents' own probe
	houses map[string]*house // by their settings
}

// readinessProbe is what an agent introspects to learn whether Hydra is back.
const readinessProbe = "readiness-probe"

func newTown(t *testing.T) *town {
	t.Helper()
	hydra := hydratest.Start(t, hydratest.Options{})
	ca := stepcatest.NewServer(t, stepcatest.Config{
		Issuer:                hydra.Issuer(),
		ConfigurationEndpoint: hydra.PublicURL + "/.well-known/openid-configuration",
	})
	w := &town{t: t, hydra: hydra, ca: ca, asked: new(atomic.Int64), probes: new(atomic.Int64), houses: make(map[string]*house)}
	hydra.Before(hydratest.Introspect, func(r *http.Request) {
		if r.PostFormValue("token") == readinessProbe {
			w.probes.Add(1)
			return
		}
		w.asked.Add(1)
	})
	return w
}

// house returns the agent with these settings ("NAME=value NAME=value"),
// which is shared by all rows that ask for the same.
func (w *town) house(with string) *house {
	w.t.Helper()
	h, ok := w.houses[with]
	if !ok {
		h = w.build(w.t, with)
		w.houses[with] = h
	}
	return h
}

// house is an agent behind its gates, and what can be seen of it.
type house struct {
	*agent.Agent
	*town
	dir      string
	metrics  *prometheus.Registry
	clock    *clock
	log      *journal
	executed atomic.Int64
	release  chan struct{} // closed to let messages that say "wait" end
	leave    func()
}

// build boots an agent for t alone.
func (w *town) build(t *testing.T, with string) *house {
	t.Helper()
	return w.buildIn(t, filepath.Join(t.TempDir(), "agent"), with)
}

func (w *town) buildIn(t *testing.T, dir, with string) *house {
	t.Helper()
	h := &house{town: w, dir: dir, metrics: prometheus.NewRegistry(), clock: &clock{}, log: &journal{}, release: make(chan struct{})}
	var executor task.Executor = h
	if strings.Contains(with, "AGENT__BACKEND=") {
		executor = nil // the agent makes its own
	}
	a, err := agent.New(agent.Options{
		Settings: w.settings(t, dir, with), Executor: executor, Metrics: h.metrics, Now: h.clock.now,
		ProbeEvery: time.Hour, // what the authorities are asked is counted
		Logger:     slog.New(slog.NewTextHandler(h.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Agent = a
	h.run(t)
	return h
}

func (w *town) settings(t *testing.T, dir, with string) settings.Settings {
	t.Helper()
	env := map[string]string{
		"AGENT__NAME": "callee", "AGENT__AUTHOR": "hostile@example.com", "AGENT__DIR": dir,
		"NETWORK__PORT": "0", "NETWORK__ADMIN_PORT": "0",
		"HYDRA__ADMIN_URL": w.hydra.AdminURL, "HYDRA__PUBLIC_URL": w.hydra.PublicURL,
		"MTLS__CA_URL": w.ca.URL(), "MTLS__CA_FINGERPRINT": w.ca.Fingerprint(),
		"LIMITS__DRAIN_TIMEOUT": "1s",
	}
	maps.Copy(env, parseSettings(with))
	var environ []string
	for name, value := range env {
		environ = append(environ, name+"="+value)
	}
	set, err := settings.Load(settings.Options{Environ: environ, SkipDotEnv: true})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func parseSettings(with string) map[string]string {
	env := make(map[string]string)
	for _, pair := range strings.Fields(with) {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	return env
}

func (h *house) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	h.leave = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the agent ended with %v", err)
		}
	})
	t.Cleanup(h.leave)
	select {
	case <-h.Serving():
	case err := <-done:
		done <- nil
		t.Fatalf("the agent does not start: %v\n%s", err, h.log)
	case <-time.After(patience):
		t.Fatalf("the agent does not serve\n%s", h.log)
	}
}

// Execute implements [task.Executor]. The message says what to do.
func (h *house) Execute(ctx context.Context, r task.Request, emit task.Emit) (task.Result, error) {
	h.executed.Add(1)
	verb, size, _ := strings.Cut(r.Text(), " ")
	switch verb {
	case "panic":
		panic("secret of the executor")
	case "fail":
		return task.Result{}, errors.New("secret of the executor")
	case "wait":
		select {
		case <-h.release:
		case <-ctx.Done():
		}
	case "large":
		n, err := strconv.Atoi(size)
		if err != nil {
			return task.Result{}, err
		}
		return task.Result{}, emit(artifact(strings.Repeat("x", n)), false)
	}
	return task.Result{}, emit(artifact("heard "+verb), false)
}

func artifact(text string) *a2a.Artifact {
	return &a2a.Artifact{ID: a2a.NewArtifactID(), Parts: a2a.ContentParts{a2a.NewTextPart(text)}}
}

// readyz returns the status of the admin port's /readyz and its reasons.
func (h *house) readyz(t *testing.T) (int, []string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+h.AdminAddr().String()+"/readyz", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body struct{ Reasons []string }
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, body.Reasons
}

// clock is real time until it is moved or stopped.
type clock struct {
	offset  atomic.Int64
	stopped atomic.Pointer[time.Time]
}

func (c *clock) now() time.Time {
	if at := c.stopped.Load(); at != nil {
		return *at
	}
	return time.Now().Add(time.Duration(c.offset.Load()))
}

func (c *clock) stop()                   { at := c.now(); c.stopped.Store(&at) }
func (c *clock) start()                  { c.stopped.Store(nil) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }

// journal collects the log of an agent.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

// eventually polls something real until it holds.
func eventually(t *testing.T, what string, holds func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Since(began) > patience {
			t.Fatalf("not within %s: %s", patience, what)
		}
		<-tick.C
	}
	return time.Since(began)
}
