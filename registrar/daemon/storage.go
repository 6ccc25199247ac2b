package daemon

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/internal/retry"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/sqlite"
)

// databaseCorrupt is a database that has to be restored.
const databaseCorrupt refusal.Word = "database_corrupt"

const (
	// storeDatabase is the database in agent_storage_failing.
	storeDatabase = "database"
	// storagePause is the least time between two probes: a full disk is recovered
	// from within it.
	storagePause = time.Second
	// probeTimeout is what a probe may take.
	probeTimeout = 10 * time.Second
)

// probed is a database on a disk of ours, which may be full.
type probed interface {
	registrar.Store
	Probe(ctx context.Context) error
}

// storage is a database that tells /readyz while it cannot be written. A request that
// failed only has it probed at once: it is the probe that counts, since a registrar
// that is not ready may get no request that would find out.
type storage struct {
	probed
	ready   *admin.Readiness
	log     *slog.Logger
	every   time.Duration
	failed  atomic.Pointer[error] // of the last probe, nil after one that succeeded
	corrupt atomic.Pointer[error] // what a transaction met: no probe shows it, and no time mends it
	suspect chan struct{}         // a transaction failed; one is enough
}

func newStorage(store probed, d *Daemon) (*storage, error) {
	s := &storage{probed: store, ready: d.ready, log: d.log, every: d.opts.ProbeEvery, suspect: make(chan struct{}, 1)}
	return s, boot.StorageFailing(d.opts.Metrics, storeDatabase, s.failing)
}

// failing returns why the database cannot be written, nil if it can.
func (s *storage) failing() error {
	if err := s.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Change implements [registrar.Store].
func (s *storage) Change(ctx context.Context, fn func(registrar.Tx) error) error {
	return s.note(s.probed.Change(ctx, fn))
}

// View implements [registrar.Store].
func (s *storage) View(ctx context.Context, fn func(registrar.Reader) error) error {
	return s.note(s.probed.View(ctx, fn))
}

func (s *storage) note(err error) error {
	if errors.Is(err, sqlite.ErrCorrupt) {
		s.corrupt.CompareAndSwap(nil, &err)
	}
	if errors.Is(err, registrar.ErrStorage) {
		select {
		case s.suspect <- struct{}{}:
		default:
		}
	}
	return err
}

// watch probes now and then, and while the database cannot be written without end.
func (s *storage) watch(ctx context.Context) error {
	timer := time.NewTimer(boot.Jittered(s.every))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.suspect:
		case <-timer.C:
		}
		for s.probe(ctx); s.failing() != nil; s.probe(ctx) {
			if retry.Wait(ctx, storagePause) != nil {
				return nil
			}
		}
		timer.Reset(boot.Jittered(s.every))
		if retry.Wait(ctx, storagePause) != nil {
			return nil
		}
	}
}

// probe tells /readyz and the log how a probe came out.
func (s *storage) probe(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	err, reason, what := s.Probe(limited), refusal.StorageUnavailable, "the database cannot be written; requests get storage_unavailable until it can"
	if ctx.Err() != nil {
		return
	}
	if met := s.corrupt.Load(); met != nil {
		err, reason, what = *met, databaseCorrupt, "the database is corrupt; stop the registrar and restore it, as docs/registrar.md says (Backup, and what a restored one does not know)"
	}
	before := s.failing()
	if err == nil {
		s.failed.Store(nil)
		s.ready.SetReason(componentDatabase, "")
		if before != nil {
			s.log.Info("the database can be written again")
		}
		return
	}
	s.failed.Store(&err)
	s.ready.SetReason(componentDatabase, string(reason))
	if before == nil {
		s.log.Error(what, "reason", reason, "error", err)
	}
}
