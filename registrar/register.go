package registrar

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Result is what a registration came to.
type Result struct {
	// Pending is true while the agent waits for the operator; nothing below is set then.
	Pending bool
	// Created is true where the authorization server had no client.
	Created bool
	// Scopes and Audience are what the client may ask tokens for.
	Scopes, Audience []string
	// Drift is what the document was before, where there was one.
	Drift []Drift
	// Foreign is true where it was not what we had written.
	Foreign bool
}

// register carries out a request whose signature was verified. What is wrong with
// it is a [Refusal].
func (r *Registrar) register(ctx context.Context, q request) (Result, error) {
	release, err := r.turns.take(ctx, q.did)
	if err != nil {
		return Result{}, err
	}
	defer release()
	for secondRound := false; ; secondRound = true {
		b, err := r.begin(ctx, q, secondRound)
		switch {
		case errors.Is(err, errWaits):
			return Result{Pending: true}, nil
		case err != nil:
			return Result{}, err
		case b.lost == nil:
			return r.carryOut(ctx, q, b)
		}
		// What somebody left is settled first. Nobody else begins meanwhile: the lease is ours.
		if err := r.settle(ctx, *b.lost); err != nil {
			return Result{}, err
		}
	}
}

// begun is a change that was begun.
type begun struct {
	client *Client
	scopes []string
	intent Intent
	// lost is set instead where an intent that its holder left is ours to settle.
	lost *Intent
}

// begin decides about a request, and stores the intent to carry it out. A refusal
// stores that the request was seen, and nothing else.
func (r *Registrar) begin(ctx context.Context, q request, secondRound bool) (b begun, err error) {
	err = r.decide(ctx, q.proof, secondRound || q.bearer, func(tx Tx, now time.Time) (err error) {
		b, err = r.begins(tx, q, now)
		return err
	})
	return b, err
}

// begins writes nothing before the last thing that it could refuse for, and tells
// nothing of the DID before the key is known to be its own.
func (r *Registrar) begins(tx Tx, q request, now time.Time) (begun, error) {
	if err := checkBearer(tx, q, now); err != nil {
		return begun{}, err
	}
	c, err := r.known(tx, q, now)
	if err != nil {
		return begun{}, err
	}
	if err := checkRevoked(tx, q, c != nil); err != nil {
		return begun{}, err
	}
	if err := checkSecret(q, c); err != nil {
		return begun{}, err
	}
	in, err := tx.Intent(q.did)
	if err != nil {
		return begun{}, err
	}
	if in != nil && now.Before(in.Until) {
		return begun{}, besideAChange(tx, q, c, in, now)
	}
	if c == nil {
		if c, err = r.enrol(tx, q, now); err != nil {
			return begun{}, sayMalformed(q, err)
		}
	}
	if in != nil {
		return begun{lost: in}, errors.Join(r.lease(in, now), tx.SaveIntent(*in))
	}
	if err := holdCredential(tx, q, c); err != nil {
		return begun{}, err
	}
	return r.intend(tx, q, c, now)
}

// sayMalformed tells our log that a token which is not known can be none.
func sayMalformed(q request, err error) error {
	if refused, ok := errors.AsType[*Refusal](err); ok && refused.Word == TokenRefused && q.reg.Token == malformedToken {
		return refuse(TokenRefused, errors.New("malformed"))
	}
	return err
}

// changeTakes is longer than a change takes, unless its authority or its holder is away.
const changeTakes = 2 * time.Second

// beingChanged refuses what comes beside a change: most end long before their lease does.
func beingChanged(in *Intent, now time.Time) *Refusal {
	return &Refusal{Word: Busy, RetryAfter: min(in.Until.Sub(now), changeTakes)}
}

// besideAChange refuses what comes beside a change. Who could not enrol the DID learns
// nothing of that, either: there may be one of a DID that nobody has, which was revoked.
func besideAChange(tx Tx, q request, c *Client, in *Intent, now time.Time) error {
	if c != nil || q.bearer || q.did.BoundTo(q.key) {
		return beingChanged(in, now)
	}
	if q.reg.Token != "" {
		t, err := tx.Token(tokenHash(q.reg.Token))
		if err != nil {
			return err
		}
		if t != nil && t.fault(q.did, q.key, now) == "" {
			return beingChanged(in, now)
		}
	}
	return notItsKey(tx, q, "the DID is not known, and its client is being deleted")
}

func (r *Registrar) intend(tx Tx, q request, c *Client, now time.Time) (begun, error) {
	scopes, err := r.scopesOf(tx, q.did, q.bearer)
	if err != nil {
		return begun{}, err
	}
	c.Revision++
	c.beginSecret(q.reg.Secret)
	document, err := r.wanted(c, q.reg, scopes)
	if err != nil {
		return begun{}, err
	}
	in := Intent{DID: q.did, Revision: c.Revision, Document: document}
	if err := r.lease(&in, now); err != nil {
		return begun{}, err
	}
	return begun{client: c, scopes: scopes, intent: in}, errors.Join(tx.SaveClient(c), tx.SaveIntent(in))
}

// carryOut writes what was begun and stores what it came to. Where it is not known
// whether a write took place, the lease goes on: nobody writes beside it.
func (r *Registrar) carryOut(ctx context.Context, q request, b begun) (Result, error) {
	was, err := r.write(ctx, q, b)
	switch {
	case err == nil:
		err = r.confirm(ctx, b.intent)
	case !errors.Is(err, errUnsettled):
		err = errors.Join(err, r.abandon(ctx, b.intent))
	}
	if errors.Is(err, errLeaseOver) || err != nil && !r.cfg.Now().Before(b.intent.Until) {
		err = errors.Join(err, r.recall(ctx, q.did))
	}
	if err != nil {
		return Result{}, err
	}
	r.report(q, was)
	r.recordRegistration(ctx, q)
	return Result{
		Created: was.created, Scopes: b.scopes, Audience: r.cfg.Audience, Drift: was.drift, Foreign: was.foreign,
	}, nil
}

func (r *Registrar) report(q request, was before) {
	if was.foreign {
		r.cfg.Logger.Warn("a client was changed by another hand and is written anew", slog.String("reason", string(ForeignWriter)),
			slog.String("client_id", q.did.String()), slog.String("drift", fmt.Sprintf("%.2000s", fmt.Sprint(was.drift))))
	}
	r.cfg.Logger.Info("client registered", slog.String("client_id", q.did.String()), slog.Bool("created", was.created))
}
