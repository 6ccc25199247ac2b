package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// added is what it costs a caller that an agent of ours is in front of a plain one.
type added struct {
	Body                   int // bytes
	DirectP50, DirectP99   figure
	ThroughP50, ThroughP99 figure
	// P50 and P99 are what is added in each round.
	P50, P99 figure
}

func (a *added) text(out io.Writer) {
	if a == nil {
		return
	}
	fmt.Fprintf(out, "\nIn front of a plain A2A agent, messages of %d bytes one after the other, medians of the rounds: called directly p50 %s, p99 %s; "+
		"through all gates, with a durable task, p50 %s, p99 %s; added p50 %s, p99 %s\n",
		a.Body, duration(a.DirectP50.Median), duration(a.DirectP99.Median), duration(a.ThroughP50.Median), duration(a.ThroughP99.Median),
		duration(a.P50.Median), duration(a.P99.Median))
}

// officialAgent builds the official command line and runs its agent that echoes, on the
// processors of the load: the measured server is ours.
func (s *stand) officialAgent(ctx context.Context) (target, error) {
	path := filepath.Join(s.dir, "a2a")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", path, "github.com/a2aproject/a2a-go/v2/cmd/a2a").CombinedOutput(); err != nil {
		return target{}, fmt.Errorf("build the official agent: %w\n%s", err, out)
	}
	card := filepath.Join(s.dir, "card.json")
	if err := os.WriteFile(card, []byte(plainCard), 0o600); err != nil {
		return target{}, err
	}
	cmd := exec.Command(path, "serve", "--echo", "--transport", "jsonrpc", "--protocol", "0.3", "--card-compat", "--card", card, "--port", "0")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir}
	listens := make(chan string, 1)
	c, err := spawn(s.cores.Load, cmd, func(line []byte) {
		if address, ok := strings.CutPrefix(string(line), "Listening on "); ok {
			listens <- strings.TrimSpace(address)
		}
	})
	if err != nil {
		return target{}, err
	}
	s.stops = append(s.stops, func() error {
		_ = c.cmd.Process.Kill() // it waits for connections that others keep
		<-c.ended
		return nil
	})
	select {
	case address := <-listens:
		return target{Name: "plain agent", URL: "http://" + address, PID: c.pid()}, nil
	case <-c.ended:
		return target{}, fmt.Errorf("the official agent has ended: %w\n%s", c.err, c.said)
	case <-time.After(patience):
		return target{}, errors.New("the official agent does not listen")
	case <-ctx.Done():
		return target{}, ctx.Err()
	}
}

// plainCard has the official agent say what it speaks.
const plainCard = `{"name":"plain","description":"plain","version":"1","capabilities":{"streaming":true},"defaultInputModes":["text"],"defaultOutputModes":["text"],"skills":[],
	"supportedInterfaces":[{"url":"http://agent.invalid/","protocolBinding":"JSONRPC","protocolVersion":"0.3"}]}`

// measureUpstream calls a plain agent directly and through one of ours, in the same rounds.
func (s *stand) measureUpstream(ctx context.Context, path string, o options) (*added, error) {
	plain, err := s.officialAgent(ctx)
	if err != nil {
		return nil, err
	}
	front, err := s.agent(ctx, path, "front", generous(), map[string]string{"AGENT__BACKEND": "upstream", "AGENT__UPSTREAM_URL": plain.URL})
	if err != nil {
		return nil, err
	}
	s.say("in front of a plain agent")
	var direct50, direct99, through50, through99, more50, more99 []float64
	for round := range o.rounds + 1 {
		d, err := s.ask(ctx, order{Kind: orderDirect, Target: plain, Row: durable.Key, Body: middle.Body, Duration: o.each})
		if err != nil {
			return nil, err
		}
		t, err := s.ask(ctx, order{Kind: orderRun, Target: front.target, Row: durable.Key, Connections: 1, Body: middle.Body, Duration: o.each})
		if err != nil {
			return nil, err
		}
		if round == 0 {
			continue // everything is cold
		}
		direct50, direct99 = append(direct50, d.P50), append(direct99, d.P99)
		through50, through99 = append(through50, t.P50), append(through99, t.P99)
		more50, more99 = append(more50, t.P50-d.P50), append(more99, t.P99-d.P99)
	}
	return &added{
		middle.Body, figureOf(direct50), figureOf(direct99), figureOf(through50), figureOf(through99), figureOf(more50), figureOf(more99),
	}, nil
}
