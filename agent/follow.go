package agent

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// followInterval is the time between looks at a file that may change while the
// agent runs.
const followInterval = 2 * time.Second

// followed is a file that is read again while the agent runs. A broken new
// content leaves the old one in force.
type followed struct {
	what, path string
	reload     func() error

	mu   sync.Mutex
	last string // the fault reported last, "" when all is well
}

// followedFiles are all of an agent's.
type followedFiles struct {
	mu    sync.Mutex
	all   []*followed
	stale *prometheus.GaugeVec
}

// follow rereads the file until the agent stops, and at once on [Agent.Reload].
func (a *Agent) follow(f *followed) {
	a.files.mu.Lock()
	a.files.all = append(a.files.all, f)
	a.files.mu.Unlock()
	a.background("follow "+f.path, func(ctx context.Context) error {
		ticker := time.NewTicker(followInterval)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-ticker.C:
				a.reread(f)
			}
		}
	})
}

// Reload reads the files again that may change while the agent runs, the policy
// and the DID map, without waiting for their turn. It may be called at any time.
func (a *Agent) Reload() {
	a.files.mu.Lock()
	files := a.files.all
	a.files.mu.Unlock()
	for _, f := range files {
		a.reread(f)
	}
}

// reread reports a fault once, and the end of it. The agent stays ready with a
// warning: what is in force is what was good before.
func (a *Agent) reread(f *followed) {
	f.mu.Lock()
	defer f.mu.Unlock()
	text := ""
	if err := f.reload(); err != nil {
		text = err.Error()
	}
	if text == f.last {
		return
	}
	f.last = text
	if text == "" {
		a.ready.warn(f.what, "")
		a.files.stale.WithLabelValues(f.what).Set(0)
		a.log.Info("the file is in force again", "file", f.path)
		return
	}
	a.ready.warn(f.what, f.what+"_stale")
	a.files.stale.WithLabelValues(f.what).Set(1)
	a.log.Error("the changed file cannot be used, what it said before stays in force", "file", f.path, "error", text)
}

// newFollowedFiles registers the gauge of files whose new content cannot be used.
func newFollowedFiles(reg prometheus.Registerer) (*followedFiles, error) {
	stale := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "agent_file_stale",
		Help: "1 while a changed file cannot be used and what it said before stays in force.",
	}, []string{"file"})
	return &followedFiles{stale: stale}, reg.Register(stale)
}
