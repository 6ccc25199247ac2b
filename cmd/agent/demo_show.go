package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// talk sends a message each way.
func (s *demoStack) talk(ctx context.Context, report *demoReport) {
	s.send(ctx, report, s.poet, s.critic, "Shall I compare thee to a summer's day?")
	s.send(ctx, report, s.critic, s.poet, "Which day? — 晴れ ☀")
}

func (s *demoStack) send(ctx context.Context, report *demoReport, from, to *demoAgent, text string) {
	step := demoStep{Step: "message", Name: from.name + " to " + to.name, Want: fmt.Sprintf("%s read %q", to.name, text)}
	answer, err := from.say(ctx, to, text)
	if err != nil {
		step.Result = err.Error()
	} else {
		step.Result, step.OK, step.Detail = answer, answer == step.Want, to.proved()
	}
	report.add(step)
}

// say calls as any agent calls another: find the card, pin the DID, send.
func (d *demoAgent) say(ctx context.Context, to *demoAgent, text string) (string, error) {
	client, err := d.agent.Client()
	if err != nil {
		return "", err
	}
	defer client.Close()
	found, err := client.Discover(ctx, to.agent.URL(), to.agent.DID())
	if err != nil {
		return "", err
	}
	reply, err := client.Send(ctx, found, text)
	if err != nil {
		return "", err
	}
	return reply.Text, nil
}

// attack is one thing an impostor would try, and why it must fail.
type attack struct {
	name, want string
	try        func(context.Context) (probe.Answer, error)
}

// attack plays poet's enemies against critic. Each has everything but one
// proof; poet's own token, key and certificate stand in for what was stolen.
func (s *demoStack) attack(ctx context.Context, report *demoReport) {
	for _, a := range s.attacks() {
		step := demoStep{Step: "refusal", Name: a.name, Want: a.want}
		answer, err := a.try(ctx)
		step.Result = answer.String()
		if err != nil {
			step.Result = err.Error()
		}
		if alert := probe.Alert(err); alert != "" {
			step.Result = "TLS alert: " + alert
		}
		step.OK = step.Result == step.Want
		report.add(step)
	}
}

func (s *demoStack) attacks() []attack {
	poet, critic := s.poet.agent.Outbound(), s.critic.agent.Outbound()
	with := poet.TLS(critic.DID)
	return []attack{
		{"a connection without a certificate", "TLS alert: certificate required", func(ctx context.Context) (probe.Answer, error) {
			return probe.Answer{}, probe.Refusal(ctx, s.critic.agent.Addr().String(), probe.WithoutCertificate(with))
		}},
		{"poet's certificate and signature, critic's token", "403 identity_mismatch", func(ctx context.Context) (probe.Answer, error) {
			return s.try(ctx, critic.Token, with, nil)
		}},
		{"poet's token for the certificate authority", "401 token_audience", func(ctx context.Context) (probe.Answer, error) {
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
func (s *demoStack) try(ctx context.Context, token func(context.Context) (string, error), config *tls.Config, change func(*probe.Request)) (probe.Answer, error) {
	r, err := s.signed(ctx, token)
	if err != nil {
		return probe.Answer{}, err
	}
	if change != nil {
		change(&r)
	}
	return probe.Send(ctx, r, config)
}

func (s *demoStack) signed(ctx context.Context, token func(context.Context) (string, error)) (probe.Request, error) {
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

func (s *demoStack) replay(ctx context.Context, config *tls.Config) (probe.Answer, error) {
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
func (s *demoStack) authorityToken(ctx context.Context) (string, error) {
	dir, err := safefile.OpenDir(string(s.poet.set.Agent.Dir), nil)
	if err != nil {
		return "", err
	}
	credentials, err := hydra.LoadCredentials(dir, s.poet.agent.DID())
	if err != nil {
		return "", err
	}
	tokens := hydra.NewTokenSource(hydra.Config{AdminURL: string(s.poet.set.Hydra.AdminURL), PublicURL: string(s.poet.set.Hydra.PublicURL)}, credentials, nil)
	defer tokens.Close()
	return tokens.Fresh(ctx, string(s.poet.set.MTLS.OIDCAudience))
}
