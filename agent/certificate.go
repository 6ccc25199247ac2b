package agent

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// observeCertificate shows on /metrics and /readyz how the certificate stands.
func (a *Agent) observeCertificate(c *certificate) error {
	expiry := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "agent_certificate_not_after_seconds",
		Help: "When the certificate that is served expires, as Unix time.",
	}, func() float64 { return float64(c.keeper.Source().Current().NotAfter().Unix()) })
	if err := a.opts.Metrics.Register(expiry); err != nil {
		return err
	}
	unsaved := func() error { return c.keeper.State().StorageError }
	if err := newStorageFailing(a.opts.Metrics, storeCertificate, unsaved); err != nil {
		return err
	}
	a.ready.watch(func() (reason, warning string) {
		return c.expiry(a.opts.Now()), clockWarning(c.ca.ClockSkew())
	})
	return nil
}

// expiry is asked with each look at /readyz: the keeper reports between two
// attempts, and one against a CA that hangs may last past the end.
func (c *certificate) expiry(now time.Time) string {
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

// RenewCertificate asks for a new certificate at once and does not wait for it:
// when the key of the present one may be known to others, say. It may be called
// once [Agent.Serving] is closed; without mutual TLS it does nothing.
func (a *Agent) RenewCertificate() {
	if c := a.is.certificate; c != nil {
		c.keeper.RenewNow()
	}
}

// renewalState tells /readyz how renewal stands. A failing attempt with days
// left is a warning; it is not ready only when it can no longer promise to answer.
// A disk that does not take a certificate is a warning, too, and not a reason to
// send traffic elsewhere: every request is served as before, only a restart would
// have to enrol anew.
func (a *Agent) renewalState(s mtls.State) {
	unsaved := ""
	if s.StorageError != nil {
		unsaved = "storage_unwritable"
	}
	a.ready.warn(componentStorage, unsaved)
	reason := ""
	if !s.Ready() {
		reason = s.Reason()
		if word := clientReason(s.LastError); word != "" && s.Phase < mtls.PhaseExpired {
			reason = word // why Hydra gives us no token
		}
	}
	a.ready.set(componentCert, reason)
	if s.Phase >= mtls.PhaseFailing {
		a.log.Error("certificate renewal is failing", "phase", s.Phase, "reason", s.Reason(), "not_after", s.NotAfter, "attempts", s.Failures)
	}
}
