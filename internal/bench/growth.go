package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// growth compares an agent that has seen nobody with agents that remember much.
type growth struct {
	DIDs, Tasks int
	Lines       []line
	Boots       []served // of one start each
}

// served is how long an agent took from the start of its process, authorities
// included, until it served.
type served struct {
	Agent   string
	Seconds float64
}

func (g *growth) heading() string {
	if g == nil {
		return ""
	}
	return fmt.Sprintf("An agent that remembers %d DIDs, and one that keeps %d tasks, against an empty one", g.DIDs, g.Tasks)
}

func (g *growth) lines() []line {
	if g == nil {
		return nil
	}
	return g.Lines
}

func (g *growth) text(out io.Writer) {
	if g == nil {
		return
	}
	fmt.Fprint(out, "\nBoot of these, authorities included:")
	for _, b := range g.Boots {
		fmt.Fprintf(out, " %s %s", b.Agent, duration(b.Seconds))
	}
	fmt.Fprintln(out)
}

// The agents of a comparison of sizes.
const (
	emptyAgent = "empty"
	seenAgent  = "dids"
	tasksAgent = "tasks"
)

// filler fills an agent's memory with so many, and tells how many it has.
type filler func(ctx context.Context, dir *safefile.Dir, size int, done func(int)) error

// grown starts the agents whose memories are full. Each has served before, so
// that its directory is as such a one is.
func (s *stand) grown(ctx context.Context, path string, dids, tasks int) (slots []slot, boots []served, err error) {
	for _, a := range []struct {
		name string
		size int
		fill filler
	}{
		// The last one remembers what is forgotten after five minutes.
		{emptyAgent, 1, nil}, {tasksAgent, tasks, storeTasks}, {seenAgent, dids, rememberDIDs},
	} {
		if a.size == 0 {
			continue
		}
		if a.fill != nil {
			if err := s.fill(ctx, path, a.name, a.size, a.fill); err != nil {
				return nil, nil, err
			}
		}
		p, err := s.agent(ctx, path, a.name, generous())
		if err != nil {
			return nil, nil, err
		}
		boots = append(boots, served{a.name, p.booted.Seconds()})
		for _, r := range []row{octets1, read, durable} {
			slots = append(slots, slot{p.target, r})
		}
	}
	return slots, boots, nil
}

// fill lets an agent make its directory, stops it, and fills what it keeps there.
func (s *stand) fill(ctx context.Context, path, name string, size int, fill filler) error {
	before := len(s.stops)
	p, err := s.agent(ctx, path, name, generous())
	if err != nil {
		return err
	}
	s.stops = s.stops[:before]
	if err := p.stop(); err != nil {
		return err
	}
	dir, err := safefile.OpenDir(p.dir, nil)
	if err != nil {
		return err
	}
	began, told := time.Now(), time.Now()
	return fill(ctx, dir, size, func(done int) {
		if now := time.Now(); done == size || now.Sub(told) > 10*time.Second {
			told = now
			s.say("%d of %d %s stored, %s", done, size, name, now.Sub(began).Round(time.Second))
		}
	})
}
