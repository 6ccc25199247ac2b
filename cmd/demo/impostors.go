package main

import (
	"context"
	"crypto/tls"
	"errors"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// attack is one thing an impostor would try, and why it must fail.
type attack struct {
	name, want string
	try        func(context.Context) (probe.Answer, error)
}

// attack plays poet's enemies against critic. Each has everything but one
// proof; poet's own token, key and certificate stand in for what was stolen.
func (s *stack) attack(ctx context.Context, r *report) {
	for _, a := range s.attacks() {
		shown := step{Step: "refusal", Name: a.name, Want: a.want}
		answer, err := a.try(ctx)
		shown.Result = answer.String()
		if err != nil {
			shown.Result = err.Error()
		}
		if alert := probe.Alert(err); alert != "" {
			shown.Result = "TLS alert: " + alert
		}
		shown.OK = shown.Result == shown.Want
		r.add(shown)
	}
}

func (s *stack) attacks() []attack {
	poet, critic := s.poet.agent.Outbound(), s.critic.agent.Outbound()
	with := poet.TLS(critic.DID)
	return []attack{
		{"a connection without a certificate", "TLS alert: certificate required", func(ctx context.Context) (probe.Answer, error) {
			return probe.Answer{}, probe.Refusal(ctx, s.critic.agent.Addr().String(), probe.WithoutCertificate(with))
		}},
		{"poet's certificate and signature, critic's token", "403 identity_mismatch", func(ctx context.Context) (probe.Answer, error) {
			return s.try(ctx, critic.Token, with, nil)
		}},
		{"poet's token for the certificate authority", "401 token_inactive", func(ctx context.Context) (probe.Answer, error) {
			return s.try(ctx, s.authorityToken, with, nil)
		}},
		{"a body changed on the way", "403 crypto_mismatch", func(ctx context.Context) (probe.Answer, error) {
			return s.try(ctx, poet.Token, with, func(r *probe.Request) {
				r.Body = []byte(strings.Replace(string(r.Body), "hello", "hullo", 1))
			})
		}},
		{"a request that was recorded, sent again", "409 replayed", func(ctx context.Context) (probe.Answer, error) {
			return s.replay(ctx, with)
		}},
	}
}

// try signs as poet, lets change spoil the request, and sends it to critic.
func (s *stack) try(ctx context.Context, token func(context.Context) (string, error), config *tls.Config, change func(*probe.Request)) (probe.Answer, error) {
	r, err := s.signed(ctx, token)
	if err != nil {
		return probe.Answer{}, err
	}
	if change != nil {
		change(&r)
	}
	return probe.Send(ctx, r, config)
}

func (s *stack) signed(ctx context.Context, token func(context.Context) (string, error)) (probe.Request, error) {
	bearer, err := token(ctx)
	if err != nil {
		return probe.Request{}, err
	}
	poet := s.poet.agent.Outbound()
	return probe.Proofs{
		Token: bearer, Signer: poet.DID, Key: poet.Key, Scheme: signature.JCS1,
		Audience: s.critic.agent.DID(), Time: time.Now(),
	}.Sign(s.critic.agent.URL(), probe.Message("hello"))
}

func (s *stack) replay(ctx context.Context, config *tls.Config) (probe.Answer, error) {
	r, err := s.signed(ctx, s.poet.agent.Outbound().Token)
	if err != nil {
		return probe.Answer{}, err
	}
	if first, err := probe.Send(ctx, r, config); err != nil || first.Reason != "" {
		return first, errors.Join(errors.New("the first copy was refused"), err)
	}
	return probe.Send(ctx, r, config)
}

// authorityToken gets poet a token that is meant for step-ca.
func (s *stack) authorityToken(ctx context.Context) (string, error) {
	h, err := home.Look(string(s.poet.set.Agent.Dir))
	if err != nil {
		return "", err
	}
	credentials, err := h.Credentials(s.poet.agent.DID())
	if err != nil {
		return "", err
	}
	tokens := hydra.NewTokenSource(configs.Hydra(s.poet.set), credentials, nil)
	defer tokens.Close()
	return tokens.Fresh(ctx, string(s.poet.set.MTLS.OIDCAudience))
}
