package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/registrar"
)

const (
	// epochFile is where the directory says how far the database was seen.
	epochFile = "epoch.json"
	// epochEvery is the least time between two writes of it.
	epochEvery = time.Second
	maxEpoch   = 4 << 10

	componentEpoch   = "epoch"
	databaseRestored = "database_restored"
)

// errEpochFile: the file is damaged, and its backup would say what is not true any more.
var errEpochFile = errors.New(epochFile + ` is damaged: move it away, start again, and say "registrar new-epoch"`)

// witness is a [registrar.Witness] in a file beside the database, or beside what names it.
type witness struct {
	dir   *safefile.Dir
	ready *admin.Readiness
	log   *slog.Logger

	mu      sync.Mutex
	seen    sighting
	stored  sighting
	written time.Time
	failed  bool // the last write
}

// sighting is what the file says.
type sighting struct {
	Epoch string `json:"epoch"`
	Seq   int64  `json:"seq"`
	// Restored is true from when a database went back until the operator begins an epoch.
	Restored bool `json:"restored"`
}

func (s sighting) head() registrar.Head { return registrar.Head{Epoch: s.Epoch, Seq: s.Seq} }

// openWitness reads what was seen, and shows what became of the database.
func (d *Daemon) openWitness(who self) (*witness, error) {
	dir, err := safefile.OpenDir(who.home.Path(), nil)
	if err != nil {
		return nil, err
	}
	return d.witnessIn(dir)
}

func (d *Daemon) witnessIn(dir *safefile.Dir) (*witness, error) {
	w := &witness{dir: dir, ready: d.ready, log: d.log}
	data, err := dir.ReadFile(epochFile, 0o600, maxEpoch)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case json.Unmarshal(data, &w.seen) != nil || w.seen.Epoch == "" || w.seen.Seq < 0:
		return nil, errEpochFile
	}
	w.stored = w.seen
	w.warn()
	d.life.OnStop(func(context.Context) error { return w.close() })
	return w, d.opts.Metrics.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "registrar_database_restored",
		Help: "1 from when the database was found to have gone back until the operator begins a new epoch.",
	}, w.restored))
}

func (w *witness) restored() float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.seen.Restored {
		return 1
	}
	return 0
}

// Seen implements [registrar.Witness].
func (w *witness) Seen() registrar.Head {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen.head()
}

// Keep implements [registrar.Witness]. It writes now and then.
func (w *witness) Keep(h registrar.Head) { w.keep(h, epochEvery) }

// Decided implements [registrar.Witness]. What another epoch is, is for the next look to
// find out.
func (w *witness) Decided(h registrar.Head) {
	if seen := w.Seen().Epoch; seen == "" || seen == h.Epoch {
		w.keep(h, 0)
	}
}

// keep takes what is not behind what was seen, and writes it unless it has written
// within so long.
func (w *witness) keep(h registrar.Head, every time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if h.Epoch == w.seen.Epoch && h.Seq < w.seen.Seq {
		return
	}
	w.seen.Epoch, w.seen.Seq = h.Epoch, h.Seq
	if w.seen != w.stored && time.Since(w.written) >= every {
		_ = w.write()
	}
}

// WentBack implements [registrar.Witness].
func (w *witness) WentBack(_, _, begun registrar.Head) { w.replace(begun, true) }

// Began implements [registrar.Witness].
func (w *witness) Began(h registrar.Head) { w.replace(h, false) }

func (w *witness) replace(h registrar.Head, restored bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = sighting{h.Epoch, h.Seq, restored}
	_ = w.write()
	w.warn()
}

func (w *witness) warn() {
	warning := ""
	if w.seen.Restored {
		warning = databaseRestored
	}
	w.ready.SetWarning(componentEpoch, warning)
}

// write stores what was seen. A write that fails is tried again with the next poll.
func (w *witness) write() error {
	w.written = time.Now()
	data, err := json.Marshal(w.seen)
	if err == nil {
		err = w.dir.WriteFile(epochFile, append(data, '\n'), 0o600)
	}
	switch {
	case err == nil:
		w.stored = w.seen
	case !w.failed:
		w.log.Warn("cannot store how far the database was seen", "error", err)
	}
	w.failed = err != nil
	return err
}

// close writes what was not written yet.
func (w *witness) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.seen == w.stored || w.seen.Epoch == "" {
		return nil
	}
	if err := w.write(); err != nil {
		return fmt.Errorf("storing %s: %w", epochFile, err)
	}
	return nil
}

// checkEpoch looks at the database before anybody is answered. One that does not answer
// is looked at by the first poll.
func checkEpoch(ctx context.Context, registry *registrar.Registrar) error {
	if _, err := registry.CheckEpoch(ctx); !errors.Is(err, registrar.ErrStorage) {
		return err
	}
	return nil
}

// showStreams shows on /metrics who follows revocations.
func (d *Daemon) showStreams(registry *registrar.Registrar) error {
	return d.opts.Metrics.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "registrar_revocation_streams",
		Help: "Agents that follow revocations now.",
	}, func() float64 { return float64(registry.Streams()) }))
}
