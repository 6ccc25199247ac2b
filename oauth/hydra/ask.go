package hydra

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/internal/refresh"
)

// verdict asks Hydra for one, and once more if it contradicts itself.
func (i *Introspector) verdict(ctx context.Context, key tokenHash, token string) (refresh.Answer[verdict], error) {
	ctx, cancel := context.WithTimeout(ctx, i.cfg.IntrospectTimeout)
	defer cancel()
	before, known := i.verdicts.Last(key)
	if known && !i.cfg.Now().Before(before.claims.ExpiresAt) {
		return refresh.Answer[verdict]{}, oauth.ErrExpired
	}
	asked := i.cfg.Now()
	v, err := i.ask(ctx, token)
	if errors.Is(err, oauth.ErrInactive) && known && !before.flipped && asked.Sub(before.lastActive) < recently {
		i.flip(key, before)
		asked = i.cfg.Now()
		v, err = i.ask(ctx, token)
	}
	if err != nil {
		return refresh.Answer[verdict]{}, err
	}
	v.lastActive = asked
	return refresh.Answer[verdict]{
		Value: v, Refresh: asked.Add(i.options.MaxAge / 2), Expire: asked.Add(i.options.MaxAge),
		Late: asked.Add(DefaultIntrospectTimeout),
	}, nil
}

// flip records that a token which was active is called inactive.
func (i *Introspector) flip(key tokenHash, before verdict) {
	i.verdicts.Update(key, func(v *verdict) { v.flipped = true })
	now := i.cfg.Now()
	i.lastFlip.Store(&now)
	i.options.OnFlip()
	i.cfg.Logger.Warn("a token that was active a moment ago is called inactive, asking again",
		slog.String("client_id", before.claims.ClientID))
}

// ask introspects once and judges the answer.
func (i *Introspector) ask(ctx context.Context, token string) (verdict, error) {
	in, err := i.introspect(ctx, token)
	if err != nil {
		return verdict{}, err
	}
	claims, err := i.options.judge(&in, i.cfg.Now())
	if err != nil {
		return verdict{}, fmt.Errorf("introspected: %w", err)
	}
	return verdict{claims: claims, size: len(in.answer)}, nil
}

// introspect returns what is said about the token, unjudged: by Hydra, or by who asks
// it for us, whose answer is read as strictly.
func (i *Introspector) introspect(ctx context.Context, token string) (introspection, error) {
	if i.options.Ask == nil {
		return i.cfg.introspect(ctx, token)
	}
	ctx, cancel := context.WithTimeout(ctx, i.cfg.IntrospectTimeout)
	defer cancel()
	answer, err := i.options.Ask(ctx, token)
	if err != nil {
		return introspection{}, err
	}
	in, err := parseIntrospection(answer)
	in.answer = answer
	return in, err
}

// introspect returns what Hydra says about the token, unjudged.
func (c Config) introspect(ctx context.Context, token string) (introspection, error) {
	x := exchange{
		op: "introspect token", client: c.calls, timeout: c.IntrospectTimeout,
		method: http.MethodPost, base: c.AdminURL, path: "admin/oauth2/introspect",
		form: url.Values{"token": {token}},
	}
	answered, err := x.do(ctx)
	if err != nil {
		return introspection{}, err
	}
	in, err := parseIntrospection(answered.Body)
	if err != nil {
		return introspection{}, x.fail(answered.Status, err)
	}
	in.answer = answered.Body
	return in, nil
}
