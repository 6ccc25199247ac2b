package chaos

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/task"
)

// inside is an agent in this process.
type inside struct {
	*agent.Agent
	log     *journal
	serving bool
	cancel  context.CancelFunc
	done    chan struct{}
	err     error // of Run, once done is closed
}

// run starts an agent and waits until it serves or ends.
func (w *town) run(t *testing.T, dir string, d *disk) *inside {
	t.Helper()
	return w.runWith(t, dir, d, map[string]string{
		"LIMITS__DRAIN_TIMEOUT": "1s", "AGENT__URL": "https://victim.example.com:3773",
	})
}

func (w *town) runWith(t *testing.T, dir string, d *disk, with map[string]string) *inside {
	t.Helper()
	return w.runExecutor(t, dir, d, with, nil)
}

func (w *town) runExecutor(t *testing.T, dir string, d *disk, with map[string]string, e task.Executor) *inside {
	t.Helper()
	options := agent.Options{Settings: w.settings(t, dir, with), Executor: e}
	if d != nil {
		options.Home = []home.Option{home.WithFS(d)}
	}
	return start(t, options)
}

// start runs an agent until the test ends.
func start(t *testing.T, options agent.Options) *inside {
	t.Helper()
	return startWatched(t, options, nil)
}

// startWatched tells line of each line of its log, before the agent goes on.
func startWatched(t *testing.T, options agent.Options, line func([]byte)) *inside {
	t.Helper()
	a := &inside{log: &journal{line: line}, done: make(chan struct{})}
	options.Logger = slog.New(slog.NewJSONHandler(a.log, nil))
	var err error
	if a.Agent, err = agent.New(options); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	a.cancel = cancel
	go func() {
		defer close(a.done)
		a.err = a.Run(ctx)
	}()
	t.Cleanup(a.stop)
	select {
	case <-a.Agent.Serving():
		a.serving = true
	case <-a.done:
	case <-time.After(patience):
		t.Fatalf("the agent neither serves nor ends\n%s", a.log)
	}
	return a
}

// once starts an agent that has to serve, and stops it.
func (w *town) once(t *testing.T, dir string, d *disk) {
	t.Helper()
	a := w.run(t, dir, d)
	if !a.Serving() {
		t.Fatalf("the agent does not start: %v\n%s", a.err, a.log)
	}
	a.stop()
}

// Serving reports whether the agent came up.
func (a *inside) Serving() bool { return a.serving }

// stop ends the agent; it may be called again.
func (a *inside) stop() {
	a.cancel()
	<-a.done
}

// readyz returns what the admin port says.
func (a *inside) readyz(t *testing.T) (status int, reasons, warnings []string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+a.AdminAddr().String()+"/readyz", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body struct{ Reasons, Warnings []string }
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, body.Reasons, body.Warnings
}

// wantStorageTold wants /readyz to name a disk that still fails: as a warning
// where only a certificate could not be saved, and as what it is where replays
// could no longer be told from new requests. It need not be named while every
// request is served, as when an old file could not be removed.
func (a *inside) wantStorageTold(t *testing.T, w *town, d *disk) {
	t.Helper()
	if d.fault.once || !d.struck() {
		return // one failure is mended by the next attempt
	}
	c := w.newCaller(t)
	answer, err := probe.Send(t.Context(), c.request(t, "https://"+a.Addr().String(), "hello"), c.tls(t, a.DID()))
	if err != nil {
		t.Error(err)
		return
	}
	served := answer.Status == http.StatusOK && answer.Reason == ""
	status, reasons, warnings := a.readyz(t)
	switch {
	case served && status == http.StatusOK:
	case strings.HasPrefix(answer.Reason, "replay_") && status != http.StatusOK && slices.ContainsFunc(reasons, isReplay):
	default:
		t.Errorf("answer %v; /readyz %d, reasons %v, warnings %v", answer, status, reasons, warnings)
	}
}

func isReplay(reason string) bool { return strings.HasPrefix(reason, "replay_") }

// eventually polls /readyz.
func (a *inside) eventually(t *testing.T, what string, holds func(status int, reasons, warnings []string) bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(patience)
	for {
		status, reasons, warnings := a.readyz(t)
		if holds(status, reasons, warnings) {
			return
		}
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatalf("not in time: %s; /readyz %d, reasons %v, warnings %v\n%s", what, status, reasons, warnings, a.log)
		}
	}
}
