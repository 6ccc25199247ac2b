package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/push"
	"github.com/getbindu/bindu-go/task"
)

// errNoOutbox: the program that embeds the agent has a store of its own.
var errNoOutbox = errors.New("PUSH__ENABLED: the store that was given keeps no webhooks (task.Outbox)")

// openWebhooks prepares what tells webhooks, nil where there are none. It is started with
// the gates, without which nobody can be looked at, and stops between tasks and store.
func (a *Agent) openWebhooks(who self, store task.Store) (*task.Webhooks, error) {
	webhooks := configs.Webhooks(a.opts.Settings)
	if webhooks == nil {
		return nil, nil
	}
	outbox, ok := store.(push.Store)
	if !ok {
		return nil, errNoOutbox
	}
	deliveries, err := observeWebhooks(a.opts.Metrics)
	if err != nil {
		return nil, err
	}
	cfg := configs.Pushes(a.opts.Settings)
	cfg.Store, cfg.Encode, cfg.DID, cfg.Key = outbox, a2a.Notification, who.DID, who.Key
	cfg.Owner, cfg.Observe = a.lookAtOwner, func(o push.Outcome) { deliveries.WithLabelValues(string(o)).Inc() }
	cfg.Now, cfg.Rand, cfg.Logger = a.opts.Now, a.opts.Rand, a.log
	if a.sender, err = push.New(cfg); err != nil {
		return nil, err
	}
	a.onStop(func(context.Context) error { a.sender.Close(); return nil })
	webhooks.Outbox, webhooks.Check = outbox, cfg.Networks.Check
	webhooks.Made, webhooks.News = a.sender.Made, a.sender.News
	return webhooks, nil
}

// startWebhooks begins to tell webhooks; a revocation has an owner's deleted.
func (a *Agent) startWebhooks(revoked *revocations, policy gate.Policy) {
	if a.sender == nil {
		return
	}
	a.revoked, a.rules = revoked, policy
	revoked.keep(webhookOwners{a.sender})
	a.sender.Start()
}

// webhookOwners are looked at when the registrar says something of them.
type webhookOwners struct{ sender *push.Sender }

// Forget implements keeps.
func (w webhookOwners) Forget(d did.DID) { w.sender.LookAt(d.String()) }

// ForgetAll implements keeps. Everybody is looked at before the next delivery anyhow.
func (webhookOwners) ForgetAll() {}

// lookAtOwner is [push.Config.Owner]: what the gates would say of the owner's name, as far
// as that needs no request. Of who has no DID only its token could tell, which is gone.
func (a *Agent) lookAtOwner(ctx context.Context, owner string) error {
	set := a.opts.Settings
	allowed := set.Auth.AllowedDIDs
	if len(allowed) > 0 && !slices.Contains(allowed, owner) {
		return fmt.Errorf("%w: AUTH__ALLOWED_DIDS does not name it", push.ErrOwnerGone)
	}
	d, err := did.Parse(owner)
	if err != nil {
		return nil
	}
	if a.revoked != nil && a.revoked.Revoked(d) {
		return fmt.Errorf("%w: revoked", push.ErrOwnerGone)
	}
	if r, ok := a.rules.(*rules); ok {
		if decision, refused := r.engine.RefusesName(ctx, d); refused {
			return fmt.Errorf("%w: the policy refuses it (rule %s)", push.ErrOwnerGone, decision.Rule)
		}
	}
	keyless := configs.Gates(set).TokenOnly
	_, err = a.keys.PublicKey(ctx, d)
	switch {
	case errors.Is(err, hydra.ErrNotRegistered), errors.Is(err, errNotPinned) && !keyless:
		return fmt.Errorf("%w: %w", push.ErrOwnerGone, err)
	case keyless && (errors.Is(err, hydra.ErrKeyUnavailable) || errors.Is(err, errNotPinned)):
		return nil
	}
	return err
}

// observeWebhooks counts deliveries by outcome.
func observeWebhooks(metrics prometheus.Registerer) (*prometheus.CounterVec, error) {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "agent_push_deliveries_total",
		Help: "Deliveries to webhooks, by what became of them.",
	}, []string{"outcome"})
	for _, o := range push.Outcomes() {
		c.WithLabelValues(string(o))
	}
	return c, metrics.Register(c)
}
