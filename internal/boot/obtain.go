package boot

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// Certificate is ours, with the CA that renews it.
type Certificate struct {
	keeper *mtls.Keeper
	ca     *stepca.Client
}

// Source presents the certificate, nil where there is none.
func (c *Certificate) Source() *mtls.Source {
	if c == nil {
		return nil
	}
	return c.keeper.Source()
}

// Renew asks for a new certificate at once and does not wait for it. Where there is
// none it does nothing.
func (c *Certificate) Renew() {
	if c != nil {
		c.keeper.RenewNow()
	}
}

// Wanted is the certificate that a program wants. All of it is needed.
type Wanted struct {
	// CA and Keeper say whose certificate it is, where it comes from and how it is
	// kept; what the two tell of each other is set here.
	CA     stepca.Config
	Keeper mtls.KeeperConfig
	// Metrics show when it ends, /readyz how renewal stands.
	Metrics prometheus.Registerer
	Ready   *admin.Readiness
	Log     *slog.Logger
	Now     func() time.Time
}

// Obtain waits for a certificate, from disk or from the CA, and has it kept up to
// date until the run stops. Errors: those of [mtls.NewKeeper] and [stepca.New].
func Obtain(ctx context.Context, life *Lifetime, w Wanted) (*Certificate, error) {
	w.CA.Now, w.CA.Logger = w.Now, w.Log
	ca, err := stepca.New(w.CA)
	if err != nil {
		return nil, err
	}
	cfg := w.Keeper
	cfg.Source.Now, cfg.Source.Logger = w.Now, w.Log
	cfg.CA, cfg.Passing, cfg.OnState = newCAWatch(ca, w.Ready, w.Log), Passing, w.renewalState
	cfg.Waiting = func(err error, pause time.Duration) { Waits{w.Ready, w.Log}.Report(CA, err, pause) }
	keeper, err := mtls.NewKeeper(ctx, cfg)
	if err != nil {
		return nil, err
	}
	life.OnStop(func(context.Context) error { return keeper.Close() })
	w.Ready.SetReason(CA, "")
	own := &Certificate{keeper, ca}
	return own, w.observe(own)
}
