package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"
)

// idle is what connections cost that do nothing.
type idle struct {
	Connections   int
	Without, With ram
}

// each is the memory of one connection, in bytes: of the proportional set size,
// the agent's heap, stacks and what the collector leaves free among them.
func (i idle) each() int64 { return (i.With.PSS - i.Without.PSS) / int64(i.Connections) }

func (i *idle) text(out io.Writer) {
	if i == nil {
		return
	}
	fmt.Fprintf(out, "\nMemory (PSS): agent %.1f MiB, with %d idle connections %.1f MiB: %.1f KiB each\n",
		mebi(i.Without.PSS), i.Connections, mebi(i.With.PSS), float64(i.each())/1024)
}

func mebi(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// turnover is how many small requests are sent before memory is measured: the
// collector runs several times meanwhile, with and without the connections
// among what is alive.
const turnover = 20_000

// measureIdle measures an agent with the default settings, but for those that
// would close or refuse the connections.
func (s *stand) measureIdle(ctx context.Context, path string, connections int, settle time.Duration) (*idle, error) {
	p, err := s.agent(ctx, path, "idle", map[string]string{
		"LIMITS__CONNECTIONS_PER_PEER": strconv.Itoa(connections + 10), "LIMITS__CONNECTION_AGE": "1h", "LIMITS__IDLE_TIMEOUT": "1h",
	})
	if err != nil {
		return nil, err
	}
	s.say("memory of %d idle connections", connections)
	found := &idle{Connections: connections}
	if found.Without, err = s.settled(ctx, p, settle); err != nil {
		return nil, err
	}
	if _, err := s.ask(ctx, order{Kind: orderIdle, Target: p.target, Connections: connections}); err != nil {
		return nil, err
	}
	if found.With, err = s.settled(ctx, p, settle); err != nil {
		return nil, err
	}
	_, err = s.ask(ctx, order{Kind: orderDrop})
	return found, err
}

// settled returns the least memory of an agent within a time after it has had
// work to do.
func (s *stand) settled(ctx context.Context, p *program, within time.Duration) (ram, error) {
	if _, err := s.ask(ctx, order{Kind: orderVisit, Target: p.target, Count: turnover}); err != nil {
		return ram{}, err
	}
	least, err := ramOf(p.PID)
	if err != nil {
		return ram{}, err
	}
	tick := time.NewTicker(within/10 + time.Millisecond)
	defer tick.Stop()
	for range 10 {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ram{}, ctx.Err()
		}
		now, err := ramOf(p.PID)
		if err != nil {
			return ram{}, err
		}
		if now.PSS < least.PSS {
			least = now
		}
	}
	return least, nil
}
