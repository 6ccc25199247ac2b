package main

import (
	"context"
	"fmt"
)

// talk sends a message each way.
func (s *stack) talk(ctx context.Context, r *report) {
	s.send(ctx, r, s.poet, s.critic, "Shall I compare thee to a summer's day?")
	s.send(ctx, r, s.critic, s.poet, "Which day? — 晴れ ☀")
}

func (s *stack) send(ctx context.Context, r *report, from, to *player, text string) {
	shown := step{Step: "message", Name: from.name + " to " + to.name, Want: fmt.Sprintf("%s read %q", to.name, text)}
	answer, err := from.say(ctx, to, text)
	if err != nil {
		shown.Result = err.Error()
	} else {
		shown.Result, shown.OK, shown.Detail = answer, answer == shown.Want, to.proved()
	}
	r.add(shown)
}

// say calls as any agent calls another: find the card, pin the DID, send.
func (p *player) say(ctx context.Context, to *player, text string) (string, error) {
	client, err := p.agent.Client()
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
