package agent

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/oauth/registrarapi/follower"
)

// revocationsUnfollowed warns that a revocation takes effect when what is kept has run
// out, as without a stream.
const revocationsUnfollowed = "revocations_unfollowed"

// keeps is what keeps something of callers that a revocation ends.
type keeps interface {
	Forget(did.DID)
	ForgetAll()
}

// revocations is what the registrar says of callers while the agent serves.
type revocations struct {
	*follower.Follower
	kept  []keeps
	drops *prometheus.CounterVec
}

// followRevocations prepares to follow what the registrar revokes, nil where there is
// none. What keeps something of callers is given to it before it starts.
func (a *Agent) followRevocations(by authority) (*revocations, error) {
	at, ok := by.(*registered)
	if !ok {
		return nil, nil
	}
	r := &revocations{drops: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "agent_revocation_drops_total",
		Help: "How often all verdicts and keys that were kept were forgotten because the stream of revocations fell silent, had a gap, or told another epoch.",
	}, []string{"reason"})}
	r.Follower = follower.New(follower.Config{
		Open: func(ctx context.Context, dids []did.DID) (follower.Stream, error) {
			s, err := at.api.Follow(ctx, dids)
			if err != nil {
				return nil, err
			}
			return s, nil
		},
		Limit: registrarapi.MaxFollowed, Forget: r.forget, ForgetAll: r.forgetAll, Logger: a.log,
		Broken: func(err error) bool { return errors.Is(err, registrarapi.ErrStream) },
	})
	a.ready.watch(func() (reason, warning string) {
		if hears, _, _ := r.Status(); !hears {
			warning = revocationsUnfollowed
		}
		return "", warning
	})
	return r, r.observe(a.opts.Metrics)
}

// keep has revocations end what k keeps. It is for before the start.
func (r *revocations) keep(k keeps) {
	if r != nil {
		r.kept = append(r.kept, k)
	}
}

func (r *revocations) forget(d did.DID) {
	for _, k := range r.kept {
		k.Forget(d)
	}
}

func (r *revocations) forgetAll(why string) {
	r.drops.WithLabelValues(why).Inc()
	for _, k := range r.kept {
		k.ForgetAll()
	}
}

// observe shows on /metrics how the stream stands.
func (r *revocations) observe(metrics prometheus.Registerer) error {
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	for _, c := range []prometheus.Collector{
		r.drops,
		gauge("agent_revocation_stream_up", "1 while the registrar's revocations are followed.", func() float64 {
			if hears, _, _ := r.Status(); hears {
				return 1
			}
			return 0
		}),
		gauge("agent_revocations_followed", "DIDs whose revocations are followed.", func() float64 {
			_, followed, _ := r.Status()
			return float64(followed)
		}),
		gauge("agent_revocations_refused", "DIDs that are refused because the registrar told that they are revoked.", func() float64 {
			_, _, refused := r.Status()
			return float64(refused)
		}),
	} {
		if err := metrics.Register(c); err != nil {
			return err
		}
	}
	return nil
}
