package daemon

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/retry"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/settings"
)

// Components of ours on /readyz.
const (
	componentChanges = "changes"
	componentClients = "clients"
)

// care looks after what was left undone and what others did, while the registrar
// serves. All it finds is a warning: registrations are served all the same.
type care struct {
	registry keeper
	ready    *admin.Readiness
	log      *slog.Logger
	compared atomic.Pointer[int64] // clients that another hand changed, as of the last whole look
}

// firstLook is the longest pause before who could not look at all clients since the start
// looks again.
const firstLook = time.Minute

// keeper is what of the registrar it needs.
type keeper interface {
	Finish(ctx context.Context) (int, error)
	Clients(ctx context.Context, after did.DID, limit int) ([]did.DID, error)
	Compare(ctx context.Context, d did.DID) ([]registrar.Drift, error)
}

func newCare(registry keeper, d *Daemon) (*care, error) {
	c := &care{registry: registry, ready: d.ready, log: d.log}
	return c, d.opts.Metrics.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "registrar_foreign_clients",
		Help: "Clients at Hydra that are not what the database says, as of the last comparison of all; NaN before the first.",
	}, func() float64 {
		if foreign := c.compared.Load(); foreign != nil {
			return float64(*foreign)
		}
		return math.NaN()
	}))
}

// every returns what calls look about as often as that, until the registrar stops.
func every(interval settings.Duration, look func(context.Context)) func(context.Context) error {
	return func(ctx context.Context) error {
		for retry.Wait(ctx, boot.Jittered(time.Duration(interval))) == nil {
			look(ctx)
		}
		return nil
	}
}

// compareAll compares at once, since a database may just have been restored, and then
// every so often.
func (c *care) compareAll(interval settings.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		soon := min(interval, settings.Duration(firstLook))
		for c.compare(ctx); c.compared.Load() == nil; c.compare(ctx) {
			if retry.Wait(ctx, boot.Jittered(time.Duration(soon))) != nil {
				return nil
			}
		}
		return every(interval, c.compare)(ctx)
	}
}

// settle carries through what was begun and not ended, by whom ever.
func (c *care) settle(ctx context.Context) {
	n, err := c.registry.Finish(ctx)
	if ctx.Err() != nil {
		return
	}
	warning := ""
	if err != nil {
		warning = "changes_unsettled"
		c.log.Warn("changes of clients could not be settled yet", "reason", warning, "error", err)
	}
	if n > 0 {
		c.log.Info("changes of clients that were left are settled", "changes", n)
	}
	c.ready.SetWarning(componentChanges, warning)
}

// page is how many clients are read from the database at once.
const page = 100

// compare looks at every client. One round that Hydra or the database does not
// answer says nothing and ends.
func (c *care) compare(ctx context.Context) {
	var foreign, all int64
	var after did.DID
	for {
		dids, err := c.registry.Clients(ctx, after, page)
		if err != nil || ctx.Err() != nil {
			return
		}
		for _, d := range dids {
			differs, err := c.differs(ctx, d)
			if err != nil {
				return
			}
			if differs {
				foreign++
			}
		}
		all += int64(len(dids))
		if len(dids) < page {
			break
		}
		after = dids[len(dids)-1]
	}
	if c.compared.Swap(&foreign) == nil {
		c.log.Info("all clients were compared with Hydra", "clients", all, "foreign", foreign)
	}
	warning := ""
	if foreign > 0 {
		warning = string(registrar.ForeignWriter)
	}
	c.ready.SetWarning(componentClients, warning)
}

// differs reports whether somebody else changed a client; an error says that this is
// not known.
func (c *care) differs(ctx context.Context, d did.DID) (bool, error) {
	drift, err := c.registry.Compare(ctx, d)
	refused, _ := errors.AsType[*registrar.Refusal](err)
	if refused == nil || refused.Word != registrar.ForeignWriter {
		return false, err
	}
	c.log.Error("a client at Hydra is not what the registrar wrote: somebody else writes there",
		"reason", registrar.ForeignWriter, "client_id", d.String(), "differences", len(drift))
	return true, nil
}
