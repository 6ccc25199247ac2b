package boot

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// observe shows on /metrics and /readyz how the certificate stands.
func (w Wanted) observe(c *Certificate) error {
	expiry := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "agent_certificate_not_after_seconds",
		Help: "When the certificate that is served expires, as Unix time.",
	}, func() float64 { return float64(c.keeper.Source().Current().NotAfter().Unix()) })
	if err := w.Metrics.Register(expiry); err != nil {
		return err
	}
	unsaved := func() error { return c.keeper.State().StorageError }
	if err := StorageFailing(w.Metrics, "certificate", unsaved); err != nil {
		return err
	}
	w.Ready.Watch(func() (reason, warning string) {
		return c.expiry(w.Now()), clockWarning(c.ca.ClockSkew())
	})
	return nil
}

// expiry is asked with each look at /readyz: the keeper reports between two
// attempts, and one against a CA that hangs may last past the end.
func (c *Certificate) expiry(now time.Time) string {
	if now.After(c.keeper.Source().Current().NotAfter()) {
		return mtls.Reason(mtls.ErrOwnCertificateExpired)
	}
	return ""
}

// clockWarning tells of a clock that step-ca will not follow. Requests are
// still judged, by a clock that may be the wrong one; renewal will fail.
func clockWarning(skew time.Duration, known bool) string {
	if known && skew.Abs() > stepca.MaxClockSkew {
		return "clock_skew"
	}
	return ""
}

// renewalState tells /readyz how renewal stands. A failing attempt with days
// left is a warning; it is not ready only when it can no longer promise to answer.
// A disk that does not take a certificate is a warning, too, and not a reason to
// send traffic elsewhere: every request is served as before, only a restart would
// have to enrol anew.
func (w Wanted) renewalState(s mtls.State) {
	unsaved := ""
	if s.StorageError != nil {
		unsaved = "storage_unwritable"
	}
	w.Ready.SetWarning(Storage, unsaved)
	reason := ""
	if !s.Ready() {
		reason = s.Reason()
		if word := ClientReason(s.LastError); word != "" && s.Phase < mtls.PhaseExpired {
			reason = word // why Hydra gives us no token
		}
	}
	w.Ready.SetReason(Cert, reason)
	if s.Phase >= mtls.PhaseFailing {
		w.Log.Error("certificate renewal is failing", "phase", s.Phase, "reason", s.Reason(), "not_after", s.NotAfter, "attempts", s.Failures)
	}
}
