package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/sqlite"
)

// What a transaction finds corrupt stays so, though the probe can still write.
func TestReadyzTellsThatTheDatabaseIsCorrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &fullDisk{}
		s, is := watched(t, disk)
		_ = s.note(fmt.Errorf("%w: %w", registrar.ErrStorage, sqlite.ErrCorrupt))
		is("database_corrupt")
		time.Sleep(time.Hour)
		is("database_corrupt")
	})
}

// fullDisk is a database that takes nothing as long as it is full.
type fullDisk struct {
	registrar.Store
	full   atomic.Bool
	probes atomic.Int64
}

func (d *fullDisk) err() error {
	if d.full.Load() {
		return registrar.ErrStorage
	}
	return nil
}

func (d *fullDisk) Probe(context.Context) error { d.probes.Add(1); return d.err() }

func (d *fullDisk) Change(context.Context, func(registrar.Tx) error) error { return d.err() }

func (d *fullDisk) View(context.Context, func(registrar.Reader) error) error { return d.err() }

// watched is the watch over a disk.
func watched(t *testing.T, disk *fullDisk) (s *storage, is func(reasons ...string)) {
	t.Helper()
	ready, metrics := admin.NewReadiness(boot.Server, ""), prometheus.NewRegistry()
	ready.SetReason(boot.Server, "")
	s, err := newStorage(disk, &Daemon{ready: ready, log: slog.New(slog.DiscardHandler), opts: Options{Metrics: metrics, ProbeEvery: 15 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.watch(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s, func(reasons ...string) {
		t.Helper()
		synctest.Wait()
		if got := ready.Reasons(); !slices.Equal(got, reasons) {
			t.Errorf("reasons %q, want %q", got, reasons)
		}
		families, err := metrics.Gather()
		if err != nil || len(families) != 1 || families[0].GetName() != "agent_storage_failing" {
			t.Fatalf("%v, %v", families, err)
		}
		m := families[0].GetMetric()[0]
		if store, got := m.GetLabel()[0].GetValue(), m.GetGauge().GetValue(); store != "database" || got != float64(len(reasons)) {
			t.Errorf("agent_storage_failing{store=%q} is %v", store, got)
		}
	}
}

// A full disk is told although nobody asks, and by itself not any more.
func TestReadyzTellsThatTheDatabaseCannotBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &fullDisk{}
		_, is := watched(t, disk)
		is()
		disk.full.Store(true)
		time.Sleep(15 * time.Second)
		is("storage_unavailable")
		time.Sleep(time.Hour)
		is("storage_unavailable")
		disk.full.Store(false)
		time.Sleep(storagePause)
		is()
	})
}

// A transaction that fails has the disk looked at at once, however many fail no more
// than once in a pause; what the disk is not to blame for has it not looked at.
func TestARequestThatFailsHasTheDatabaseProbed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &fullDisk{}
		s, is := watched(t, disk)
		disk.full.Store(true)
		if err := s.Change(t.Context(), nil); !errors.Is(err, registrar.ErrStorage) {
			t.Error(err)
		}
		is("storage_unavailable")
		disk.full.Store(false)
		time.Sleep(2 * storagePause)
		is()
		before := disk.probes.Load()
		for range 100 {
			s.note(registrar.ErrStorage)
			synctest.Wait()
		}
		if n := disk.probes.Load() - before; n != 1 {
			t.Errorf("%d probes for 100 failures", n)
		}
		time.Sleep(2 * storagePause)
		is()
		disk.full.Store(true)
		if err := s.View(t.Context(), nil); !errors.Is(err, registrar.ErrStorage) {
			t.Error(err)
		}
		is("storage_unavailable")
		disk.full.Store(false)
		time.Sleep(2 * storagePause)
		before = disk.probes.Load()
		s.note(registrar.ErrUnknown)
		synctest.Wait()
		if n := disk.probes.Load() - before; n != 0 {
			t.Errorf("%d probes for another error", n)
		}
	})
}
