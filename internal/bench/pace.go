package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// errBehind means that a server does not keep up with the pace, so that there is nothing
// to compare.
var errBehind = errors.New("more requests are due than the server answers")

// pace drives at a fixed rate, whatever was answered so far.
type pace struct {
	began time.Time
	every time.Duration
	due   chan time.Time // when a request should have been sent; as many as wait at most
}

// drivePaced sends so many requests per second in equal intervals, each over the
// connection that has waited longest, and returns how long each took from when it was
// due.
func drivePaced(open []*connection, s *stock, result bool, perSecond int, stop *atomic.Bool) ([]time.Duration, error) {
	p := &pace{every: time.Second / time.Duration(perSecond), due: make(chan time.Time, perSecond)}
	b, err := newBeat(p.every)
	if err != nil {
		return nil, err
	}
	defer b.stop()
	p.began = time.Now()
	var workers sync.WaitGroup
	took, failures := make([][]time.Duration, len(open)), make([]error, len(open)+1)
	for i, c := range open {
		workers.Go(func() {
			took[i], failures[i] = p.answered(c, s, result)
			if failures[i] != nil {
				stop.Store(true)
			}
		})
	}
	failures[len(open)] = p.run(b, stop)
	workers.Wait()
	return slices.Concat(took...), errors.Join(failures...)
}

// run says which requests are due until it is told to stop.
func (p *pace) run(b *beat, stop *atomic.Bool) error {
	defer close(p.due)
	for sent := 0; !stop.Load(); {
		passed, err := b.wait()
		if err != nil {
			return fmt.Errorf("keep the pace: %w", err)
		}
		for range passed {
			sent++
			select {
			case p.due <- p.began.Add(time.Duration(sent) * p.every):
			default:
				return errBehind
			}
		}
	}
	return nil
}

// answered sends what is due over one connection.
func (p *pace) answered(c *connection, s *stock, result bool) (took []time.Duration, err error) {
	for due := range p.due {
		request := s.take()
		if request == nil {
			return took, errors.New("more requests are due than were signed")
		}
		status, body, err := c.exchange(request)
		if err = errors.Join(err, judge(status, body, result)); err != nil {
			return took, err
		}
		took = append(took, time.Since(due))
	}
	return took, nil
}

// paced measures the servers at one rate.
func (o options) paced(ctx context.Context, s *stand, slots []slot) ([]sample, error) {
	var samples []sample
	for _, g := range o.pacedGroups(slots) {
		more, err := s.measure(ctx, g, o.rounds, o.each)
		if err != nil {
			return nil, err
		}
		samples = append(samples, more...)
	}
	return samples, nil
}

// pacing is how many requests per second are sent to each server.
type pacing struct {
	All    int
	Stored int // where each stores a task, which cannot keep the pace of the others
}

func (p pacing) possible() bool { return min(p.All, p.Stored) > 0 && max(p.All, p.Stored) <= 100_000 }

func (p pacing) String() string {
	return fmt.Sprintf("%d per second, and at %d those that store a task", p.All, p.Stored)
}

// pacedGroups are the loads with the middle body, but for a single connection, which
// cannot keep the pace. What stores is compared with the bare server at a pace of its own.
func (o options) pacedGroups(slots []slot) []group {
	stores := func(s slot) bool { return s.row.Key == durable.Key }
	quick := slices.DeleteFunc(slices.Clone(slots), stores)
	stored := slices.DeleteFunc(slices.Clone(slots), func(s slot) bool { return !stores(s) && s.row.Key != bare.Key })
	var all []group
	for _, g := range o.loads() {
		if g.Connections == 1 && len(o.connections) > 1 || !o.all && g.Body != o.bodies[len(o.bodies)/2] {
			continue
		}
		g.Slots, g.PerSecond = quick, o.pace.All
		all = append(all, g)
		if slices.ContainsFunc(stored, stores) {
			g.Slots, g.PerSecond = stored, o.pace.Stored
			all = append(all, g)
		}
	}
	return all
}
