package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/policy"
	"github.com/getbindu/bindu-go/quota"
)

// openPolicy reads the operator's rules, if there are any, and follows their file.
func (a *Agent) openPolicy() (gate.Policy, error) {
	if !configs.HasPolicy(a.opts.Settings) {
		return nil, nil
	}
	cfg := configs.Policy(a.opts.Settings)
	cfg.Now = a.opts.Now
	engine, err := policy.Open(cfg)
	if err != nil {
		return nil, fmt.Errorf("AUTH__POLICY_FILE: %w", err)
	}
	if cfg.Path != "" {
		a.follow(&followed{what: componentPolicy, path: cfg.Path, reload: engine.Reload})
	}
	return &rules{engine}, nil
}

// rules lets the gates ask a policy engine.
type rules struct{ engine *policy.Engine }

var (
	_ gate.CallerPolicy  = (*rules)(nil)
	_ gate.LastingPolicy = (*rules)(nil)
	_ gate.QuotaPolicy   = (*rules)(nil)
)

// Decide implements [gate.Policy]: first whether the caller may, then whether
// it has not used up its quota. Which rule decided is for our log only.
func (p *rules) Decide(ctx context.Context, c identity.Caller, r gate.Request) (func(), error) {
	request, err := requestOf(r)
	if err != nil {
		return nil, err
	}
	if err := p.judge(ctx, c, request); err != nil {
		return nil, err
	}
	release, err := p.engine.Quotas().Acquire(c.Name())
	return release, quotaDenial(err)
}

// requestOf is what rules may know of a request. What one for an MCP server asks for is its
// tool.
func requestOf(r gate.Request) (policy.Request, error) {
	if r.MCP {
		return policy.Request{Method: r.Method, Tool: r.Tool, Size: int64(len(r.Body)), Time: r.Time}, nil
	}
	return policy.NewRequest(r.Method, r.Params, int64(len(r.Body)), r.Time)
}

func (p *rules) judge(ctx context.Context, c identity.Caller, r policy.Request) error {
	if d := p.engine.Decide(ctx, c, r); !d.Allowed {
		return &gate.Denial{Reason: gate.PolicyDenied, Cause: denialCause(d)}
	}
	return nil
}

// Lasting implements [gate.LastingPolicy]: of a request everything is kept that a rule can
// name, whether a rule of now does or not.
func (p *rules) Lasting(r gate.Request) func(context.Context, identity.Caller, time.Time) error {
	request, err := requestOf(r)
	return func(ctx context.Context, c identity.Caller, now time.Time) error {
		if err != nil {
			return err
		}
		request.Time = now
		return p.judge(ctx, c, request)
	}
}

// RefuseCaller implements [gate.CallerPolicy].
func (p *rules) RefuseCaller(ctx context.Context, c identity.Caller) error {
	if d, refused := p.engine.RefusesCaller(ctx, c); refused {
		return &gate.Denial{Reason: gate.PolicyDenied, Cause: denialCause(d)}
	}
	return nil
}

// Exhausted implements [gate.QuotaPolicy]: a quota that is used up refuses before
// the body is read, and is charged by Decide only.
func (p *rules) Exhausted(_ context.Context, c identity.Caller) error {
	return quotaDenial(p.engine.Quotas().Exhausted(c.Name()))
}

func quotaDenial(err error) error {
	exceeded, ok := errors.AsType[*quota.Error](err)
	if !ok {
		return err
	}
	return &gate.Denial{
		Reason: gate.RateLimited, RetryAfter: exceeded.RetryAfter, Cause: err,
		Hint: "The operator of this agent gives each caller a share; try again after Retry-After.",
	}
}

func denialCause(d policy.Decision) error {
	if d.Err != nil {
		return fmt.Errorf("rule %s: %s: %w", d.Rule, d.Reason, d.Err)
	}
	return fmt.Errorf("rule %s: %s", d.Rule, d.Reason)
}
