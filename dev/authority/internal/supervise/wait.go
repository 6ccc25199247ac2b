package supervise

import (
	"context"
	"fmt"
	"time"
)

// probeInterval is short because both programs answer within a second on a warm machine, and tests start many of them.
const probeInterval = 25 * time.Millisecond

// patiently runs one step, tells every Tick that it lasts, and ends it when time is up or a running service dies.
func (g *group) patiently(ctx context.Context, what string, step func(context.Context) error) error {
	g.say("%s", what)
	began := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, g.cfg.Patience, ErrNotReady)
	defer cancel()
	outcome := make(chan error, 1)
	go func() { outcome <- step(ctx) }()
	tick := time.NewTicker(g.cfg.Tick)
	defer tick.Stop()
	for {
		select {
		case err := <-outcome:
			return err
		case <-tick.C:
			g.say("%s, %s so far", what, time.Since(began).Round(time.Second))
		case name := <-g.died:
			cancel()
			<-outcome
			return g.obituary(name)
		}
	}
}

// poll asks until the service answers. An attempt is cut short only by ctx: the first answer of a new Hydra includes
// the making of its signing keys, which takes seconds and would begin anew.
func (m *member) poll(ctx context.Context) error {
	probe := time.NewTicker(probeInterval)
	defer probe.Stop()
	for {
		why := m.Ready(ctx)
		if why == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", context.Cause(ctx), why)
		case <-probe.C:
		}
	}
}
