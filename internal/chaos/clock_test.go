package chaos

import (
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/agent"
)

// TestHostile153ClockIsSetWhileRunning sets the agent's clock ten minutes off
// and back. /readyz warns of it as long as it lasts, and there is no storm of
// attempts to renew.
func TestHostile153ClockIsSetWhileRunning(t *testing.T) {
	for _, off := range []time.Duration{-10 * time.Minute, 10 * time.Minute} {
		t.Run(off.String(), func(t *testing.T) {
			w := newTown(t)
			var offset atomic.Int64
			a := start(t, agent.Options{
				Settings: w.settings(t, filepath.Join(t.TempDir(), "agent"), nil),
				Now:      func() time.Time { return time.Now().Add(time.Duration(offset.Load())) },
			})
			if !a.Serving() {
				t.Fatalf("the agent does not start: %v\n%s", a.err, a.log)
			}
			before := w.ca.Count("POST /1.0/sign")
			offset.Store(int64(off))
			tried := a.log.next(`"certificate renew`) // ahead of the CA it may succeed
			a.RenewCertificate()
			a.log.await(t, tried)
			if _, _, warnings := a.readyz(t); !slices.Contains(warnings, "clock_skew") {
				t.Errorf("warnings %v", warnings)
			}
			offset.Store(0)
			renewed := a.log.next("certificate renewed")
			a.RenewCertificate()
			a.log.await(t, renewed)
			if status, reasons, warnings := a.readyz(t); status != 200 || slices.Contains(warnings, "clock_skew") {
				t.Errorf("/readyz %d %v %v", status, reasons, warnings)
			}
			if n := w.ca.Count("POST /1.0/sign") - before; n > 3 {
				t.Errorf("the CA was asked %d times", n)
			}
		})
	}
}
