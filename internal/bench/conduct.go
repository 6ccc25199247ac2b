package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// middle is the load under which sizes are compared.
var middle = group{Connections: 16, Body: 1 << 10}

// conduct measures what the options ask for.
func (o options) conduct(ctx context.Context) (_ *report, err error) {
	dir, err := os.MkdirTemp("", "agent-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	c, why := arrange(allowedCores, pinned)
	found := &report{Machine: thisMachine(c, why), Rounds: o.rounds, Each: o.each.Seconds(), Pace: o.pace}
	path, basePath, err := o.programs(ctx, dir, found)
	if err != nil {
		return nil, err
	}
	s, err := authorities(ctx, dir, c, o.progress)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	a, err := s.agent(ctx, path, "agent", generous())
	if err != nil {
		return nil, err
	}
	if err := s.startFloor(a); err != nil {
		return nil, err
	}
	if err := s.startLoad(); err != nil {
		return nil, err
	}
	var samples []sample
	if basePath != "" {
		samples, err = o.compare(ctx, s, a, basePath, found)
	} else {
		samples, err = o.measureAll(ctx, s, a, path, found)
	}
	if err != nil {
		return nil, err
	}
	found.Machine.LoadAfter = loadAverage()
	return found, writeBenchstat(o.out, found.Machine, samples)
}

// programs builds what is not there, and says in the report what it is.
func (o options) programs(ctx context.Context, dir string, found *report) (path, base string, err error) {
	source, err := repository(ctx)
	if err != nil {
		return "", "", err
	}
	if path = o.agent; path != "" {
		found.Agent = path
		path, err = filepath.Abs(path)
	} else {
		fmt.Fprintln(o.progress, "bench: building the agent")
		path = filepath.Join(dir, "program")
		if found.Agent, err = describe(ctx, source); err == nil {
			err = build(ctx, source, path)
		}
	}
	if err != nil || o.base == "" {
		return path, "", err
	}
	fmt.Fprintf(o.progress, "bench: building the agent of %s\n", o.base)
	base = filepath.Join(dir, "program-base")
	found.Base, err = buildAt(ctx, source, o.base, base)
	return path, base, err
}

func (o options) measureAll(ctx context.Context, s *stand, a *program, path string, found *report) (samples []sample, err error) {
	if found.Cells, found.Paced, samples, err = o.requests(ctx, s, slots(s.floor, a.target, o.rows), toFloor); err != nil {
		return nil, err
	}
	if o.has("handshakes") {
		shakes, err := s.measure(ctx, group{Connections: middle.Connections, Slots: []slot{
			{s.floor, handshake}, {s.floor, resumed}, {a.target, handshake}, {a.target, resumed},
		}}, o.rounds, o.each)
		if err != nil {
			return nil, err
		}
		found.Handshakes = summarize(shakes, toFloor)
		samples = append(samples, shakes...)
	}
	if o.has("memory") {
		if found.Memory, err = s.measureIdle(ctx, path, o.idle, o.settle); err != nil {
			return nil, err
		}
	}
	if o.has("streams") {
		if found.Streams, err = s.measureStreams(ctx, path, o.streams, o.settle); err != nil {
			return nil, err
		}
	}
	if o.has("firsts") {
		if found.Firsts, err = s.measureFirsts(ctx, path, o.firsts); err != nil {
			return nil, err
		}
	}
	if o.has("upstream") {
		if found.Added, err = s.measureUpstream(ctx, path, o); err != nil {
			return nil, err
		}
	}
	if o.has("boot") {
		if found.Boot, err = s.measureBoot(ctx, path, o.starts); err != nil {
			return nil, err
		}
	}
	more, err := o.growth(ctx, s, path, found)
	return append(samples, more...), err
}

// requests measures the slots as fast as they answer and at one pace.
func (o options) requests(ctx context.Context, s *stand, slots []slot, against func(sample) (target, row string)) (cells, paced []line, all []sample, err error) {
	if o.has("cells") {
		if all, err = o.cells(ctx, s, slots); err != nil {
			return nil, nil, nil, err
		}
		cells = summarize(all, against)
	}
	if o.has("paced") {
		more, err := o.paced(ctx, s, slots)
		if err != nil {
			return nil, nil, nil, err
		}
		paced, all = summarize(more, against), append(all, more...)
	}
	return cells, paced, all, nil
}

func (o options) cells(ctx context.Context, s *stand, slots []slot) ([]sample, error) {
	var samples []sample
	for _, g := range o.loads() {
		g.Slots = slots
		more, err := s.measure(ctx, g, o.rounds, o.each)
		if err != nil {
			return nil, err
		}
		samples = append(samples, more...)
	}
	return samples, nil
}

// slots puts the bare server before the agent's rows.
func slots(floor, agent target, rows []row) []slot {
	all := []slot{{floor, bare}, {floor, unread}}
	for _, r := range rows {
		all = append(all, slot{agent, r})
	}
	return all
}

// growth measures agents that remember much, unless none is asked for.
func (o options) growth(ctx context.Context, s *stand, path string, found *report) ([]sample, error) {
	if o.dids == 0 && o.tasks == 0 {
		return nil, nil
	}
	g := middle
	slots, boots, err := s.grown(ctx, path, o.dids, o.tasks)
	if err != nil {
		return nil, err
	}
	g.Slots = slots
	samples, err := s.measure(ctx, g, o.rounds, o.each)
	found.Growth = &growth{o.dids, o.tasks, summarize(samples, to(emptyAgent)), boots}
	return samples, err
}

// compare runs this agent and another in the same rounds.
func (o options) compare(ctx context.Context, s *stand, a *program, basePath string, found *report) ([]sample, error) {
	base, err := s.agent(ctx, basePath, "base", generous())
	if err != nil {
		return nil, err
	}
	all := []slot{{s.floor, bare}}
	for _, r := range o.rows {
		all = append(all, slot{base.target, r}, slot{a.target, r})
	}
	var samples []sample
	found.Compared, found.ComparedPaced, samples, err = o.requests(ctx, s, all, to("base"))
	return samples, err
}
