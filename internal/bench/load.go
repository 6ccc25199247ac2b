package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/settings"
)

// generator is the program that sends the load. It holds an agent of its own,
// for a certificate and tokens: one caller is the worst case for every lock that
// callers could share.
type generator struct {
	self  agent.Outbound
	rates map[string]float64  // requests per second of the last run of a kind
	tasks map[string][]string // ids of tasks that are there, by target
	idle  []*connection

	readers *readers // of streams
}

// load carries out the orders that come in until there are no more. The
// environment holds the settings of its agent.
func load(ctx context.Context, in io.Reader, out io.Writer) error {
	debug.SetGCPercent(400) // it holds many requests, and none of its own rubbish for long
	self, stop, err := caller(ctx)
	if err != nil {
		return err
	}
	defer stop()
	g := &generator{self: self, rates: map[string]float64{}, tasks: map[string][]string{}}
	defer g.drop()
	orders, answers := json.NewDecoder(in), json.NewEncoder(out)
	if err := answers.Encode(answer{}); err != nil {
		return err
	}
	for {
		var o order
		if err := orders.Decode(&o); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		var a answer
		if a.Sample, err = g.obey(ctx, o); err != nil {
			a.Error = err.Error()
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
}

// caller starts the agent in whose name requests are sent.
func caller(ctx context.Context) (agent.Outbound, func(), error) {
	set, err := settings.Load(settings.Options{Environ: os.Environ(), SkipDotEnv: true})
	if err != nil {
		return agent.Outbound{}, nil, err
	}
	a, err := agent.New(agent.Options{Settings: set})
	if err != nil {
		return agent.Outbound{}, nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	select {
	case <-a.Serving():
		return a.Outbound(), func() { cancel(); <-done }, nil
	case err := <-done:
		cancel()
		return agent.Outbound{}, nil, err
	}
}

func (g *generator) obey(ctx context.Context, o order) (sample, error) {
	r, ok := rowOf(o.Row)
	switch {
	case o.Kind == orderDrop:
		g.drop()
		return sample{}, nil
	case o.Kind == orderIdle:
		return sample{}, g.keepIdle(ctx, o)
	case o.Kind == orderVisit:
		return sample{}, g.visit(ctx, o)
	case o.Kind == orderDirect:
		return g.direct(ctx, o)
	case o.Kind == orderFollow:
		return sample{}, g.follow(ctx, o)
	case o.Kind == orderEnd:
		return g.end(ctx)
	case o.Kind == orderFirsts:
		return g.firsts(ctx, o)
	case o.Kind != orderRun || !ok:
		return sample{}, fmt.Errorf("no such order: %s %q", o.Kind, o.Row)
	case r.Handshake:
		return g.shakeHands(ctx, o, r)
	default:
		return g.run(ctx, o, r)
	}
}

// at returns host and port of a target and its name.
func (t target) at() (host string, name did.DID, err error) {
	u, err := url.Parse(t.URL)
	if err != nil {
		return "", did.DID{}, err
	}
	name, err = did.Parse(t.DID)
	return u.Host, name, err
}

// connect opens connections to a target, each with a request behind it: only
// then has the server ended the handshake.
func (g *generator) connect(ctx context.Context, t target, count int) ([]*connection, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	host, name, err := t.at()
	if err != nil {
		return nil, err
	}
	config := g.self.TLS(name)
	hello := encode("GET", host, "/health", nil, nil)
	var open []*connection
	for range count {
		c, err := connect(ctx, host, config)
		if err != nil {
			hangUp(open)
			return nil, err
		}
		open = append(open, c)
		if status, body, err := c.exchange(hello); err != nil || status != 200 {
			hangUp(open)
			return nil, errors.Join(err, fmt.Errorf("%w: %d %s", errAnswer, status, body))
		}
	}
	return open, nil
}

func hangUp(open []*connection) {
	for _, c := range open {
		_ = c.Close() // nobody needs it any more
	}
}

func (g *generator) keepIdle(ctx context.Context, o order) error {
	open, err := g.connect(ctx, o.Target, o.Connections)
	g.idle = append(g.idle, open...)
	return err
}

// visit gives a server small things to do.
func (g *generator) visit(ctx context.Context, o order) error {
	open, err := g.connect(ctx, o.Target, 1)
	if err != nil {
		return err
	}
	defer hangUp(open)
	host, _, err := o.Target.at()
	if err != nil {
		return err
	}
	hello := encode("GET", host, "/health", nil, nil)
	for range o.Count {
		status, body, err := open[0].exchange(hello)
		if err == nil {
			err = judge(status, body, false)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) drop() {
	hangUp(g.idle)
	g.idle = nil
	runtime.GC()
}
