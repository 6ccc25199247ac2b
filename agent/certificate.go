package agent

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// renew keeps the certificate and the trusted CAs up to date until the agent stops.
func (a *Agent) renew() error {
	if a.source == nil {
		return nil
	}
	expiry := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "agent_certificate_not_after_seconds",
		Help: "When the certificate that is served expires, as Unix time.",
	}, func() float64 { return float64(a.source.Current().NotAfter().Unix()) })
	if err := a.metrics.Register(expiry); err != nil {
		return err
	}
	if err := newStorageFailing(a.metrics, storeCertificate, a.unsavedErr); err != nil {
		return err
	}
	a.renewer = mtls.NewRenewer(mtls.RenewerConfig{
		Source:      a.source,
		Enrol:       a.enrolOnce,
		Save:        a.save,
		Unsaved:     a.unsaved,
		Roots:       a.newCAWatch().roots,
		RootsEvery:  a.opts.RootsEvery,
		RenewBefore: a.set.MTLS.RenewBefore,
		Now:         a.opts.Now,
		Logger:      a.log,
		OnState:     a.renewalState,
	})
	a.background("renew the certificate", a.renewer.Run)
	a.ready.watch(func() (reason, warning string) {
		return a.ownExpiry(), clockWarning(a.enroller.ClockSkew())
	})
	return nil
}

// ownExpiry is asked with each look at /readyz: the renewer reports between two
// attempts, and one against a CA that hangs may last past the end.
func (a *Agent) ownExpiry() string {
	if a.opts.Now().After(a.source.Current().NotAfter()) {
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
	if a.renewer != nil {
		a.renewer.RenewNow()
	}
}

// enrolOnce obtains a certificate, and looks how the CA that gave it is set up:
// where a certificate can renew itself, deleting a client at Hydra revokes nothing.
func (a *Agent) enrolOnce(ctx context.Context) (*mtls.Identity, error) {
	id, err := a.enroller.Enrol(ctx)
	if err != nil {
		return nil, err
	}
	a.checkProvisioner(ctx)
	return id, nil
}

// save keeps a certificate for the next start. A disk that does not take it is
// a warning on /readyz and not a reason to send traffic elsewhere: every
// request is served as before, only a restart would have to enrol anew.
func (a *Agent) save(id *mtls.Identity) error {
	err := a.store.Save(id)
	reason := ""
	if err != nil {
		reason = "storage_unwritable"
	}
	a.ready.warn(componentStorage, reason)
	a.saveErr.Store(&err)
	return err
}

// unsavedErr returns why the served certificate is not on disk, nil if it is.
func (a *Agent) unsavedErr() error {
	if err := a.saveErr.Load(); err != nil {
		return *err
	}
	return nil
}

// renewalState tells /readyz how renewal stands. A failing attempt with days
// left is a warning; it is not ready only when it can no longer promise to answer.
func (a *Agent) renewalState(s mtls.State) {
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
