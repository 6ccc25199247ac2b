package boot

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"time"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

const (
	// CAPatience is how long the CA may give no answer before that is told: a
	// restart of it is no news.
	CAPatience = 2 * time.Minute
	// ProvisionerPause is the time between two looks at the CA's provisioner.
	ProvisionerPause = 5 * time.Minute
)

// caWatch is the CA as the keeper of the certificate asks it. It tells /readyz
// what the CA is like between two renewals, which are hours apart. It asks
// nothing of its own but for the provisioner: the roots are fetched anyway. All
// it finds is a warning, since the certificate that is served is as good as
// before; the keeper says when it no longer is.
type caWatch struct {
	enrol       func(context.Context) (*mtls.Identity, error)
	fetch       func(context.Context) ([]*x509.Certificate, error)
	provisioner func(context.Context)
	ready       *admin.Readiness
	log         *slog.Logger

	failing  time.Time // since when there is no answer; zero while there is
	nextLook time.Time // at the provisioner
	word     string    // said last
}

func newCAWatch(ca *stepca.Client, ready *admin.Readiness, log *slog.Logger) *caWatch {
	w := &caWatch{enrol: ca.Enrol, fetch: ca.Roots, ready: ready, log: log, nextLook: time.Now().Add(Jittered(ProvisionerPause))}
	w.provisioner = func(ctx context.Context) { w.noteProvisioner(ca.CheckProvisioner(ctx)) }
	return w
}

// Enrol implements [mtls.Enroller], and looks how the CA is set up that gave a
// certificate.
func (w *caWatch) Enrol(ctx context.Context) (*mtls.Identity, error) {
	id, err := w.enrol(ctx)
	if err == nil {
		w.provisioner(ctx)
	}
	return id, err
}

// Roots implements [mtls.Enroller]. The keeper's goroutine calls it.
func (w *caWatch) Roots(ctx context.Context) ([]*x509.Certificate, error) {
	roots, err := w.fetch(ctx)
	if ctx.Err() != nil {
		return roots, err
	}
	w.say(err)
	if err == nil && !time.Now().Before(w.nextLook) {
		w.nextLook = time.Now().Add(Jittered(ProvisionerPause))
		w.provisioner(ctx)
	}
	return roots, err
}

// say takes in how a fetch came out. An answer that is wrong counts at once, the
// lack of one after a while.
func (w *caWatch) say(err error) {
	word := ""
	if err == nil {
		w.failing = time.Time{}
	} else {
		word = ReasonOf(CA, err)
	}
	if errors.Is(err, mtls.ErrCAUnavailable) {
		if w.failing.IsZero() {
			w.failing = time.Now()
		}
		if w.word == "" && time.Since(w.failing) < CAPatience {
			word = ""
		}
	}
	w.ready.SetWarning(Roots, word)
	if word != w.word && word != "" {
		w.log.Error("the CA cannot be used; the certificate serves until its end", "reason", word, "error", err)
	}
	if word == "" && w.word != "" {
		w.log.Info("the CA can be used again")
	}
	w.word = word
}

// noteProvisioner tells how the CA is set up: without a provisioner for our
// tokens there will be no further certificate, and where a certificate can renew
// itself, deleting a client at Hydra revokes nothing.
func (w *caWatch) noteProvisioner(err error) {
	switch {
	case err == nil:
		w.ready.SetWarning(CA, "")
	case errors.Is(err, mtls.ErrRenewalNotDisabled):
		w.ready.SetWarning(CA, mtls.Reason(err))
		w.log.Warn("the CA lets certificates outlive their revocation", "error", err)
	case errors.Is(err, mtls.ErrProvisionerDisabled):
		w.ready.SetWarning(CA, mtls.Reason(err))
		w.log.Error("the CA would give us no further certificate", "error", err)
	default:
		w.log.Debug("the CA does not say how it is set up", "error", err)
	}
}
