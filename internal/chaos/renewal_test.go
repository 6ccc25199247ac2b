package chaos

import (
	"bytes"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/internal/probe"
)

// writesOfASave is how many operations change the certificate's files when it is saved.
const writesOfASave = 16

// TestHostile135DiskFullWhileRenewing makes each operation fail with which a
// renewed certificate is saved. The agent answers, says so on /readyz, keeps a
// pair on disk that the next start can use, and saves again by itself once it can.
func TestHostile135DiskFullWhileRenewing(t *testing.T) {
	w := newTown(t)
	full := fault{name: "ENOSPC", err: syscall.ENOSPC, only: "tls_"}
	const lanes = 6
	for lane := range lanes {
		t.Run(fmt.Sprintf("every %dth operation from %d", lanes, lane+1), func(t *testing.T) {
			t.Parallel()
			d := newDisk(full, 0)
			dir := filepath.Join(t.TempDir(), "agent")
			a := w.runWith(t, dir, d, map[string]string{
				"MTLS__CERT_TTL": "2s", "MTLS__RENEW_BEFORE": "1200ms", "LIMITS__DRAIN_TIMEOUT": "1s",
			})
			if !a.Serving() {
				t.Fatalf("the agent does not start: %v\n%s", a.err, a.log)
			}
			c := w.newCaller(t)
			for n := lane + 1; n <= writesOfASave; n += lanes {
				a.fillAndFree(t, d, n, dir, c)
			}
		})
	}
}

// TestCertificateEndsWhileStarting: what was still good when it was read from
// disk, and no longer when it was to be used, is one more reason to enrol.
func TestCertificateEndsWhileStarting(t *testing.T) {
	w, dir := newTown(t), filepath.Join(t.TempDir(), "agent")
	first := w.runWith(t, dir, nil, map[string]string{"MTLS__CERT_TTL": "30s", "MTLS__RENEW_BEFORE": "1s"})
	if !first.Serving() {
		t.Fatalf("the agent does not start: %v\n%s", first.err, first.log)
	}
	first.stop()
	var ahead atomic.Int64
	a := startWatched(t, agent.Options{
		Settings: w.settings(t, dir, nil),
		Now:      func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
	}, func(line []byte) {
		if bytes.Contains(line, []byte("certificate taken from disk")) {
			ahead.Store(int64(40 * time.Second))
		}
	})
	if !a.Serving() || ahead.Load() == 0 {
		t.Fatalf("the agent does not start: %v\n%s", a.err, a.log)
	}
}

// fillAndFree makes the n-th operation fail, and all after it for a while.
func (a *inside) fillAndFree(t *testing.T, d *disk, n int, dir string, c *caller) {
	t.Helper()
	d.failFrom(n)
	a.untilWarned(t, true)
	if status, reasons, _ := a.readyz(t); status != http.StatusOK {
		t.Errorf("operation %d: /readyz answers %d %v", n, status, reasons)
	}
	if err := loadPair(t, dir, a.DID(), c.town.ca.Issuer()); err != nil {
		t.Errorf("operation %d: %v", n, err)
	}
	answer, err := probe.Send(t.Context(), c.request(t, a.URL(), "hello"), c.tls(t, a.DID()))
	if err != nil || answer.Status != http.StatusOK || answer.Reason != "" {
		t.Errorf("operation %d: %v %v", n, answer, err)
	}
	d.heal()
	a.untilWarned(t, false)
}

// untilWarned waits until /readyz warns of the disk, or no longer does.
func (a *inside) untilWarned(t *testing.T, wanted bool) {
	t.Helper()
	a.eventually(t, fmt.Sprintf("storage_unwritable is %t", wanted), func(_ int, _, warnings []string) bool {
		return slices.Contains(warnings, "storage_unwritable") == wanted
	})
}
