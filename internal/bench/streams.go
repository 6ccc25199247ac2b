package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// perConnection is how many streams one HTTP/2 connection has at most.
const perConnection = 100

// streams is what many readers of one task cost.
type streams struct {
	Streams       int
	Without, With ram
	// CPU is the processor time per second while nothing happens, as a share of one
	// processor.
	CPU float64
	// Seconds is how long it takes until the last of them knows that the task has ended.
	Seconds float64
}

func (s *streams) text(out io.Writer) {
	if s == nil {
		return
	}
	fmt.Fprintf(out, "\nStreams of one task: %d on connections of %d: agent %.1f MiB, without them %.1f MiB, %.1f KiB each; "+
		"%.0f%% of a processor while nothing happens; all know its end within %s\n",
		s.Streams, perConnection, mebi(s.With.PSS), mebi(s.Without.PSS), float64(s.With.PSS-s.Without.PSS)/float64(s.Streams)/1024,
		100*s.CPU, duration(s.Seconds))
}

// measureStreams has one caller read one task, which does nothing, many times.
func (s *stand) measureStreams(ctx context.Context, path string, count int, settle time.Duration) (*streams, error) {
	p, err := s.agent(ctx, path, "streams", generous(), map[string]string{
		"AGENT__BACKEND": "exec", "AGENT__COMMAND": "sleep 3600", "TASK__DEADLINE": "1h", "LIMITS__REQUESTS_PER_DID": "1000000",
	})
	if err != nil {
		return nil, err
	}
	s.say("%d streams of one task", count)
	found := &streams{Streams: count}
	if found.Without, err = s.settled(ctx, p, settle); err != nil {
		return nil, err
	}
	if _, err := s.ask(ctx, order{Kind: orderFollow, Target: p.target, Count: count}); err != nil {
		return nil, err
	}
	if found.With, found.CPU, err = quiet(ctx, p, settle); err != nil {
		return nil, err
	}
	end, err := s.ask(ctx, order{Kind: orderEnd, Target: p.target})
	found.Seconds = end.Seconds
	return found, err
}

// quiet watches an agent to which nothing is said.
func quiet(ctx context.Context, p *program, within time.Duration) (ram, float64, error) {
	before, err := cpuTime(p.PID)
	if err != nil {
		return ram{}, 0, err
	}
	began := time.Now()
	timer := time.NewTimer(within + time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return ram{}, 0, ctx.Err()
	}
	after, err := cpuTime(p.PID)
	if err != nil {
		return ram{}, 0, err
	}
	used := (after - before).Seconds() / time.Since(began).Seconds()
	now, err := ramOf(p.PID)
	return now, used, err
}
