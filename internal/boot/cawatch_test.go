package boot

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// TestReadyzWarnsOfTheCA between two renewals: of a wrong answer at once, of
// none after two minutes, and of neither once it is over.
func TestReadyzWarnsOfTheCA(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var err error
		looked := 0
		ready := admin.NewReadiness(Server, "starting")
		ready.SetReason(Server, "")
		w := &caWatch{
			fetch:       func(context.Context) ([]*x509.Certificate, error) { return nil, err },
			provisioner: func(context.Context) { looked++ },
			ready:       ready, log: slog.New(slog.DiscardHandler), nextLook: time.Now().Add(ProvisionerPause),
		}
		after := func(pause time.Duration, answer error, want ...string) {
			t.Helper()
			time.Sleep(pause)
			err = answer
			if _, got := w.Roots(t.Context()); !errors.Is(got, answer) {
				t.Errorf("error %v, want %v", got, answer)
			}
			if got := ready.Warnings(); !slices.Equal(got, want) {
				t.Errorf("warnings %v, want %v", got, want)
			}
			if why := ready.Reasons(); len(why) > 0 {
				t.Errorf("not ready: %v", why)
			}
		}
		away := fmt.Errorf("%w: nothing listens", mtls.ErrCAUnavailable)
		after(0, nil)
		after(0, away)
		after(CAPatience-time.Second, away)
		after(time.Second, away, "ca_unavailable")
		after(time.Second, away, "ca_unavailable")
		after(time.Second, nil)
		after(0, away) // anew
		after(time.Second, nil)
		after(0, fmt.Errorf("%w: x", mtls.ErrCAUntrusted), "ca_untrusted")
		after(0, away, "ca_unavailable") // it never was in order between
		after(0, mtls.ErrFingerprintMismatch, "ca_fingerprint_mismatch")
		if looked != 0 {
			t.Errorf("the provisioner was looked at %d times too early", looked)
		}
		after(ProvisionerPause, nil)
		after(time.Second, nil)
		if looked != 1 {
			t.Errorf("the provisioner was looked at %d times, want once", looked)
		}
	})
}

// TestAWrongAnswerOfTheCAIsToldAtOnce, and is not forgotten when none follows.
func TestAWrongAnswerOfTheCAIsToldAtOnce(t *testing.T) {
	for want, wrong := range map[string]error{"ca_untrusted": mtls.ErrCAUntrusted, "ca_fingerprint_mismatch": mtls.ErrFingerprintMismatch} {
		t.Run(want, func(t *testing.T) {
			ready := admin.NewReadiness(Server, "starting")
			ready.SetReason(Server, "")
			w := &caWatch{ready: ready, log: slog.New(slog.DiscardHandler)}
			w.say(wrong)
			if got := ready.Warnings(); !slices.Equal(got, []string{want}) {
				t.Errorf("warnings %q", got)
			}
			w.say(nil)
			if got := ready.Warnings(); len(got) > 0 {
				t.Errorf("warnings %q once it is over", got)
			}
		})
	}
}
