package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"sync/atomic"
	"time"
)

// firstGuess is how many requests per second are signed ahead for a kind of
// load that was not sent before.
const firstGuess = 2000

// knownTasks is how many stored tasks are read in turn.
const knownTasks = 64

// run sends one kind of request over kept connections until the time is over or
// what was signed ahead is used up.
func (g *generator) run(ctx context.Context, o order, r row) (sample, error) {
	requests, err := g.prepare(ctx, o, r)
	if err != nil {
		return sample{}, err
	}
	open, err := g.connect(ctx, o.Target, o.Connections)
	if err != nil {
		return sample{}, err
	}
	defer hangUp(open)
	s, err := clocked(o, func(stop *atomic.Bool) ([]time.Duration, error) {
		s := &stock{requests: requests, again: o.Target.Bare}
		if o.PerSecond > 0 {
			return drivePaced(open, s, r.Result, o.PerSecond, stop)
		}
		return drive(open, s, r.Result, stop)
	})
	if err == nil && o.PerSecond == 0 {
		g.rates[kind(o)] = s.perSecond()
	}
	return s, err
}

func kind(o order) string { return fmt.Sprint(o.Target.Name, o.Row, o.Connections, o.Body) }

// prepare makes what a run may need. The bare server gets the same request again
// and again, with a signature or without.
func (g *generator) prepare(ctx context.Context, o order, r row) ([][]byte, error) {
	host, name, err := o.Target.at()
	if err != nil {
		return nil, err
	}
	if r.Scheme == "" {
		return [][]byte{encode(http.MethodPost, host, "/", http.Header{"Content-Type": {"application/json"}}, r.Body(o.Body, ""))}, nil
	}
	s, err := g.signer(ctx, host, name, r.Scheme)
	if err != nil {
		return nil, err
	}
	s.demand = r.Demand
	ids := []string{""}
	if r.Key == read.Key {
		if ids, err = g.storedTasks(ctx, o.Target); err != nil {
			return nil, err
		}
	}
	requests := make([][]byte, g.enough(o))
	for i := range requests {
		if requests[i], err = s.sign(r.Body(o.Body, ids[i%len(ids)])); err != nil {
			return nil, err
		}
	}
	return requests, nil
}

// enough is how many requests a run will hardly use up.
func (g *generator) enough(o order) int {
	if o.Target.Bare {
		return 1
	}
	if o.PerSecond > 0 {
		return o.Connections + int(float64(o.PerSecond)*1.5*o.Duration.Seconds())
	}
	rate := g.rates[kind(o)] * 1.5
	if rate == 0 {
		rate = firstGuess
	}
	return o.Connections + int(rate*o.Duration.Seconds())
}

// storedTasks returns ids of tasks that the target keeps for us.
func (g *generator) storedTasks(ctx context.Context, t target) ([]string, error) {
	if ids := g.tasks[t.Name]; ids != nil {
		return ids, nil
	}
	host, name, err := t.at()
	if err != nil {
		return nil, err
	}
	s, err := g.signer(ctx, host, name, durable.Scheme)
	if err != nil {
		return nil, err
	}
	open, err := g.connect(ctx, t, 1)
	if err != nil {
		return nil, err
	}
	defer hangUp(open)
	var ids []string
	for range knownTasks {
		request, err := s.sign(sendMessage(1<<10, ""))
		if err != nil {
			return nil, err
		}
		status, body, err := open[0].exchange(request)
		if err != nil {
			return nil, err
		}
		var parsed struct{ Result struct{ ID string } }
		if err := json.Unmarshal(body, &parsed); err != nil || parsed.Result.ID == "" {
			return nil, fmt.Errorf("%w: %d %.300s", errAnswer, status, body)
		}
		ids = append(ids, parsed.Result.ID)
	}
	g.tasks[t.Name] = ids
	return ids, nil
}

// clocked measures what work does until it is told to stop: the durations of
// its requests, and the server's processor time.
func clocked(o order, work func(stop *atomic.Bool) ([]time.Duration, error)) (sample, error) {
	runtime.GC()
	var stop atomic.Bool
	before, err := cpuTime(o.Target.PID)
	if err != nil {
		return sample{}, err
	}
	began := time.Now()
	timer := time.AfterFunc(o.Duration, func() { stop.Store(true) })
	defer timer.Stop()
	took, err := work(&stop)
	elapsed := time.Since(began)
	if err != nil {
		return sample{}, err
	}
	after, err := cpuTime(o.Target.PID)
	if err != nil {
		return sample{}, err
	}
	if len(took) == 0 {
		return sample{}, fmt.Errorf("%s answered no request", o.Target.Name)
	}
	slices.Sort(took)
	return sample{
		Target: o.Target.Name, Row: o.Row, Connections: o.Connections, Body: o.Body, Paced: o.PerSecond,
		Requests: len(took), Seconds: elapsed.Seconds(), CPU: (after - before).Seconds() / float64(len(took)),
		P50: percentile(took, 50).Seconds(), P99: percentile(took, 99).Seconds(),
	}, nil
}
